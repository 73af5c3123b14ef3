"""The plan in words: what is said of rates, deals, MQLs and reps, on a terminal and on the page.

Here: wording. Not here: where the rows come from, or any figure.
"""

from collections.abc import Sequence

from models.average_deal import AverageDeal
from models.conversion_rates import ConversionRate
from models.required_funnel import RequiredFunnel
from models.required_reps import Carried, RequiredReps

# Why a figure is not simply measured, in a few words.
STATUS = {
    "ok": "",
    "low_sample": "few records",
    "immature": "most are still too young to tell",
    "no_denominator": "assumed: nobody entered",
    "not_mapped": "assumed: the CRM does not show it",
    "mixed_currency": "amounts in currencies without a rate",
    "stale_source": "the source has not changed for long",
}


def whole(value: float) -> str:
    """A figure without decimals, thousands separated."""
    return f"{value:,.0f}"


def money(amount: str, currency: str) -> str:
    """An amount with its currency, where that is known."""
    return f"{amount} {currency}".rstrip()


def stage_said(stage: str) -> str:
    """A stage as people write it: MQL, SQL, opportunity."""
    return stage.upper() if len(stage) <= 3 else stage.replace("_", " ")


def rate_said(need: RequiredFunnel, rate: ConversionRate | None) -> str:
    """The rate to the next stage with its interval, times the deals of a person where the unit changes."""
    if need.rate_to_next is None:
        return ""
    interval = f" ({rate.rate_low:.0%}–{rate.rate_high:.0%})" if rate else ""
    deals = f" × {need.deals_per_person:.2f}" if need.deals_per_person != 1 else ""
    return f"{need.rate_to_next:.1%}{interval}{deals}"


def sample_said(rate: ConversionRate | None) -> str:
    """The records a rate was measured on, and what weakens it."""
    if rate is None:
        return ""
    why = STATUS.get(rate.status, rate.status)
    if not rate.entered:
        return why
    said = f"{whole(rate.converted or 0)} of {whole(rate.entered)} {rate.unit}"
    return f"{said}; {why}" if why else said


def average_deal_line(deal: AverageDeal | None, assumed: float, currency: str) -> str:
    """What a customer is worth, and what that figure rests on."""
    if deal is None or deal.mean is None:
        return f"Average deal: {money(whole(assumed), currency)}, assumed: no won deal shows an amount."
    interval = f" ({whole(deal.mean_low)}–{whole(deal.mean_high)})" if deal.mean_low and deal.mean_high else ""
    why = STATUS.get(deal.status, deal.status)
    paying = f"; {deal.paying_share:.0%} of wins pay" if deal.paying_share not in (None, 1.0) else ""
    return (
        f"Average deal: {money(f'{deal.mean:,.2f}', currency)}{interval}, the mean of {whole(deal.won_deals)} won deals"
        f"{paying}{f'; {why}' if why else ''}."
    )


def marketing_line(funnel: Sequence[RequiredFunnel], handover: str | None, reps: RequiredReps, weeks: float) -> str:
    """How many MQLs marketing must deliver."""
    need = next((n for n in funnel if n.stage == handover), None)
    if need is None or reps.mqls_per_week is None or handover is None:
        return "Marketing: this funnel has no handover to sales, so no MQL volume is asked for."
    name = f"{stage_said(handover)}s"
    said = (
        f"Marketing: {reps.mqls_per_week:,.2f} {name} in a worked week, {whole(need.required)} over "
        f"the period's {weeks:,.2f} worked weeks"
    )
    if need.remaining_per_week is not None and need.weeks_left:
        said += f"; after what has come, {need.remaining_per_week:,.2f} in each of the {need.weeks_left:,.2f} left"
    return said + "."


def sales_line(reps: RequiredReps, carried: Carried | None, mqls: int | None, currency: str) -> str:
    """How many reps sales must have, and what a rounded team leaves undone."""
    if reps.reps_exact is None or reps.reps is None:
        return "Sales: the reps cannot be computed, for the funnel has neither a handover nor SQLs."
    binding = {
        "mqls": "the MQLs a rep can take",
        "touches": "the calls and e-mails a rep can make",
        "open_sqls": "the open SQLs a rep can hold",
    }[str(reps.binding_constraint)]
    said = f"Sales: {_reps(reps.reps)} ({reps.reps_exact:,.2f}, bound by {binding})"
    if reps.reps_to_cover != reps.reps:
        said += f"; {reps.reps_to_cover} to cover all"
    if reps.active_reps is not None and reps.gap is not None:
        lacking = f", {-reps.gap:g} too few" if reps.gap < 0 else ""
        said += f"; {reps.active_reps:g} at work{lacking}"
    if reps.shortfall_mqls and carried is not None and mqls is not None:
        said += (
            f". {_reps(reps.reps)} carry {whole(carried.mqls)} of the {whole(mqls)} MQLs, {whole(reps.shortfall_mqls)}"
            f" short: {whole(carried.customers)} customers, {whole(carried.revenue)} {currency}".rstrip()
        )
    return said + "."


def _reps(count: int) -> str:
    return f"{count} rep{'' if count == 1 else 's'}"


def with_stake(explanation: str, at_stake: float | None, currency: str | None = None) -> str:
    """What a gap says, and the revenue that it puts at stake, where that is known and at least 1."""
    if at_stake is None or at_stake < 1:
        return explanation
    return f"{explanation} At stake: {at_stake:,.0f}{f' {currency}' if currency else ''}."
