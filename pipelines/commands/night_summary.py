"""What `sla run` says at the end of a night: read back from the published file, as anybody else would read it.

Here: which rows. Not here: the wording (`summary`).
"""

from collections.abc import Iterator
from datetime import date

from rich.console import Group, RenderableType
from rich.text import Text

from models.average_deal import AverageDeal
from models.conversion_rates import ConversionRate
from models.required_funnel import RequiredFunnel
from models.required_reps import RequiredReps, carried_by
from models.settings.account import AccountSettings
from pipelines.commands.gaps import gap_lines
from pipelines.commands.summary import funnel_table, plan_lines
from pipelines.paths import AccountFolder, shown
from pipelines.plan_words import average_deal_line, marketing_line, money, sales_line, whole
from pipelines.published_file import open_published
from pipelines.published_plan import of_segment, rows_of


def night_summary(account: str, settings: AccountSettings, night: date) -> RenderableType:
    """The plan of `night`, target by target, and where its tables are."""
    with open_published(AccountFolder(account).published) as con:
        rates = rows_of(con, "conversion_rates", ConversionRate, night)
        deals = rows_of(con, "average_deal", AverageDeal, night)
        funnels = rows_of(con, "required_funnel", RequiredFunnel, night)
        reps = rows_of(con, "required_reps", RequiredReps, night)
        said = {t: gap_lines(con, t, night) for t in {r.target for r in reps}}
        quality = con.execute(
            "select count(*), sum(records) from data_quality where as_of = $1 and severity = 'warning'", [night]
        ).fetchall()[0]
    parts: list[RenderableType] = []
    own_segments = {t.label: t.segment for t in settings.target}
    for row in reps:
        if row.segment != own_segments.get(row.target):
            continue
        funnel = [f for f in funnels if (f.target, f.segment) == (row.target, row.segment)]
        parts += _target(account, settings, night, sorted(funnel, key=lambda f: f.position), row, rates, deals)
        parts += [Text(line) for line in said[row.target]] or [Text("The agreement is kept.")]
    parts += [Text(line) for line in _where(account, quality[0], settings)]
    return Group(*parts)


def _target(
    account: str,
    settings: AccountSettings,
    night: date,
    funnel: list[RequiredFunnel],
    reps: RequiredReps,
    rates: list[ConversionRate],
    deals: list[AverageDeal],
) -> Iterator[RenderableType]:
    currency = settings.money or ""
    target = next(t for t in settings.target if t.label == reps.target)
    own_rates = of_segment(rates, reps.segment)
    deal = next(iter(of_segment(deals, reps.segment)), None)
    handover = settings.funnel.handover
    mql = next((n for n in funnel if n.stage == handover), None)
    share = f", {target.marketing_share:.0%} of it by marketing" if target.marketing_share != 1 else ""
    named = f" ({reps.target})" if target.name else ""
    yield Text(
        f"\n{account}, night of {night}: {money(whole(target.revenue), currency)} from {target.start} to {target.end}"
        f"{named}{share}",
        style="bold",
    )
    weeks = mql.required_exact / mql.per_week if mql and mql.per_week else 0.0
    carried = mql and carried_by(
        reps, mql.required_exact, funnel[-1].required_exact, target.revenue * target.marketing_share
    )
    yield plan_lines(
        funnel_table(funnel, own_rates),
        [
            average_deal_line(deal, settings.assume.average_deal, currency),
            marketing_line(funnel, handover, reps, weeks),
            sales_line(reps, carried, mql.required if mql else None, currency),
        ],
    )


def _where(account: str, warnings: int, settings: AccountSettings) -> list[str]:
    folder = AccountFolder(account)
    lines = [""]
    if warnings:
        lines.append(
            f"Data quality: {warnings} warning{'s bend' if warnings != 1 else ' bends'} these figures; see: "
            f'sla query --account {account} "SELECT finding, records, remedy FROM data_quality"'
        )
    lines.append(
        f"Rates are shown with their {settings.observe.confidence:.0%} interval and the records they were measured on."
    )
    lines.append(f"Tables: {shown(folder.published)} (open it with DuckDB, or: sla query --account {account} ...)")
    if folder.report.exists():
        lines.append(f"Page: {shown(folder.report)}")
    return lines
