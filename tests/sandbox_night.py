"""A night on the simulated company's exports without the orchestration, and its tables beside the company's truth.

Here: what the tests of the sandbox and its benchmarks share. Not here: any test.
"""

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from connectors.files.exports import Exports
from connectors.sandbox.company import Company
from connectors.sandbox.files_face import files_settings, write_files
from connectors.sandbox.truth import Truth, tell_truth
from models.open_night import open_night
from models.settings.read import settings_from
from pipelines import files_step, settings_step
from pipelines.catalog import RAW, catalog
from pipelines.landing import create_tables
from pipelines.table_steps import _arguments
from pipelines.warehouse import build, build_rows, check, open_warehouse

AS_OF = date(2026, 6, 30)
STAGES = ["prospect", "lead", "mql", "sql", "opportunity", "customer"]
SALES_SOURCES = ("Outbound",)

# The tables that are compared; those that they read are built with them.


def _month(moment: str) -> str:
    return f"date_trunc('month', ({moment} at time zone 'UTC') at time zone '{{zone}}')"


# What is compared: the night's rows and the truth's, each as a SELECT.
COMPARED: dict[str, tuple[str, str]] = {}


def _same(what: str, columns: str, night: str, truth: str, rest: str = "") -> None:
    COMPARED[what] = (f"select {columns} from night.{night} {rest}", f"select {columns} from truth.{truth} {rest}")


_same("people", "person_id, created_at, lead_source, owner_id, crm_stage, stage, origin", "funnel.people", "people")
_same(
    "deals",
    "deal_id, crm_stage, stage, is_won, is_lost, amount, currency, amount_in_currency, created_at, booked_on, owner_id,"
    " origin",
    "funnel.deals",
    "deals",
)
_same("links", "deal_id, person_id, round(weight, 9)", "funnel.deal_people", "deal_people")
_same(
    "entries",
    "record_type, record_id, stage, round, entered_at, evidence, moved_by",
    "funnel.stage_entries",
    "stage_entries",
)
_same(
    "first entries per stage and month",
    f"record_type, stage, {_month('entered_at')}, count(*)",
    "funnel.stage_entries",
    "stage_entries",
    "where round = 1 group by all",
)
_same(
    "won amounts per month",
    "date_trunc('month', booked_on), count(*), sum(amount_in_currency)",
    "funnel.deals",
    "deals",
    "where is_won group by all",
)
_same(
    "deals by stage",
    "crm_stage, stage, records, amount",
    "reporting.stage_counts",
    "stage_counts",
    "where record_type = 'deal'",
)
_same(
    "people by stage",
    "crm_stage, stage, records",
    "reporting.stage_counts",
    "stage_counts",
    "where record_type = 'person'",
)
_same("outcomes", "record_type, record_id, outcome, outcome_at", "funnel.outcomes", "outcomes")
_same("owners", "record_type, record_id, owner_id, from_at, to_at", "funnel.owner_spans", "owner_spans")
_same(
    "touches",
    "touch_id, person_id, owner_id, kind, direction, outcome, is_automated, touched_at, recorded_at",
    "funnel.touches",
    "touches",
)
_same(
    "rounds of MQLs",
    "person_id, round, owner_id, became_mql_at, assigned_at, first_touch_at, elapsed_hours_to_first_touch",
    "reporting.mql_follow_up",
    "mql_rounds",
)
# The truth's attempts run on into a next round; a round's own end with it.
COMPARED["attempts on SQLs"] = (
    """select f.person_id, f.sql_at, f.call_attempts, f.emails from night.reporting.mql_follow_up as f
    join truth.mql_rounds as r on r.person_id = f.person_id and r.round = f.round
    where f.sql_at is not null and r.ended_at is null""",
    """select a.person_id, a.became_sql_at, a.call_attempts, a.emails from truth.sql_attempts as a
    join truth.mql_rounds as r on r.person_id = a.person_id and r.ended_at is null
        and a.became_sql_at >= r.became_mql_at
    qualify row_number() over (partition by a.person_id order by a.became_sql_at) = 1""",
)
COMPARED["touched shares and response times of reps"] = (
    """select owner_id, count(*), count(first_touch_at), count(owner_first_touch_at),
        median(round(60 * elapsed_hours_to_first_touch)) from night.reporting.mql_follow_up group by owner_id""",
    """select r.owner_id, count(*), count(r.first_touch_at), count_if(exists (
            select 1 from truth.touches as t where '{source}' || t.person_no = r.person_id and t.is_attempt
                and t.owner_id = r.owner_id and t.touched_at >= r.became_mql_at
                and coalesce(t.touched_at < r.ended_at, true))),
        median(round(60 * r.elapsed_hours_to_first_touch)) from truth.mql_rounds as r group by r.owner_id""".replace(
        "{source}", "files:"
    ),
)
# Export files do not say who has left.
COMPARED["reps"] = (
    "select owner_id, name, team, is_rep from night.funnel.reps",
    "select owner_id, name, team, had_work from truth.reps",
)
# A deal is closed on a day: at its midnight.
COMPARED["ends of deals"] = (
    "select deal_id, closed_at from night.funnel.deals",
    "select deal_id, (cast(closed_on as timestamp) at time zone '{zone}') at time zone 'UTC' from truth.deals",
)
COMPARED["entries per week"] = (
    """select cast(date_trunc('week', week_start) as date), stage, origin,
        cast(sum(entered) as bigint), cast(sum(imputed) as bigint)
    from night.reporting.stage_entries_weekly group by all""",
    """select cast(date_trunc('week', (e.entered_at at time zone 'UTC') at time zone '{zone}') as date), e.stage,
        coalesce(p.origin, d.origin), count_if(e.round = 1), count_if(e.round = 0)
    from truth.stage_entries as e
    left join truth.people as p on e.record_type = 'person' and p.person_id = e.record_id
    left join truth.deals as d on e.record_type = 'deal' and d.deal_id = e.record_id
    where (e.stage in ('opportunity', 'customer')) = (e.record_type = 'deal') group by all""",
)


def differences(company: Company, warehouse: Path, as_of: date = AS_OF) -> dict[str, list[tuple]]:
    """Of each comparison a few rows that only the night has (`night`), or only the truth; none where they are equal."""
    tell_truth(company, company.midnight_after(as_of), Truth(sales_sources=SALES_SOURCES))
    con = company.con
    con.execute(f"attach '{warehouse}' as night (read_only)")
    found = {}
    for what, pair in COMPARED.items():
        night, truth = (sql.format(zone=company.timezone) for sql in pair)
        assert con.execute(f"select count(*) from ({truth})").fetchall()[0][0] > 0, f"the truth has no {what}"
        more = con.execute(f"select 'night', * from ({night} except all {truth}) limit 5").fetchall()
        less = con.execute(f"select 'truth', * from ({truth} except all {night}) limit 5").fetchall()
        if more or less:
            found[what] = more + less
    con.execute("detach night")
    return found


def build_night(company: Company, folder: Path, as_of: date = AS_OF) -> Path:
    """Read the company's exports into a new warehouse and build the funnel; returns the warehouse's file."""
    exported = folder / "exports"
    write_files(company, company.midnight_after(as_of), exported)
    settings = settings_from(
        {
            "sources": {"files": files_settings(exported, STAGES)},
            "currency": "EUR",
            "timezone": company.timezone,
            "target": {"revenue": 500000, "start": date(2026, 1, 1), "end": date(2026, 12, 31)},
            "funnel": {"sales_sources": list(SALES_SOURCES)},
        },
        "simulated.yaml",
    )
    with _opened(folder / "warehouse.duckdb", settings, as_of) as con:
        exports = Exports(
            settings.sources.files.model_dump(),
            "simulated.yaml",
            folder,
            company.timezone,
            settings.money,
            lambda sql: files_step._run(con, sql),
            folder,
        )
        files_step._read(con, exports)
        build_all(con)
    return folder / "warehouse.duckdb"


def build_all(con):
    """Build every table over what was read, checks included."""
    for table in catalog().tables.values():
        if table.sql is not None:
            build(con, table, table.sql)
        elif table.function is not None:
            build_rows(con, table, table.function(**_arguments(con, table, catalog())))
        else:
            continue
        assert [c for c in check(con, table) if c.broken_rows] == [], table.key


@contextmanager
def _opened(path, settings, as_of):
    now = datetime.combine(as_of, datetime.min.time(), tzinfo=UTC) + timedelta(days=1, hours=18)
    with open_warehouse(path) as con:
        con.execute("insert into nights.open values ('simulated')")
        settings_step._write(con, open_night("simulated", settings, now=now, as_of=as_of))
        settings_step._create_run_log(con, settings_step.RUNS)
        create_tables(con, RAW)
        yield con
