from datetime import UTC, date, datetime, timedelta

import pytest

from models.night import Commitment, RepShare, SalesSource
from models.open_night import (
    ALWAYS,
    ImpossibleDayError,
    last_complete_day,
    latest_night,
    open_night,
    stage_rows,
    zone_of,
)
from models.settings.account import AccountSettings
from tests.models.rows import instant, settings

FIVE_IN_PARIS = datetime(2026, 3, 10, 4, tzinfo=UTC)
PEOPLE = {"path": "leads.csv", "id": "Id", "created": "CreatedDate"}


def night(now=FIVE_IN_PARIS, as_of=None, keys=None, **given):
    return open_night("acme", settings(**{"timezone": "Europe/Paris", **(keys or {})}), now, as_of, **given)


def files(people=None, deals=None):
    parts = {"people": {**PEOPLE, **people}} if people is not None else {}
    parts |= {"deals": {"path": "deals.csv", "id": "Id", **deals}} if deals is not None else {}
    return settings(sources={"files": parts}, currency="EUR")


def test_a_night_speaks_for_the_last_complete_day():
    opened = night().night
    assert opened.as_of == date(2026, 3, 9)
    assert not opened.is_replay


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Paris", date(2026, 3, 9)), ("UTC", date(2026, 3, 8)), ("America/New_York", date(2026, 3, 8))],
)
def test_pitfall_38_yesterday_is_the_account_s(zone, day):
    # 23:30 UTC on the 9th: past midnight in Paris, still the 9th elsewhere.
    now = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
    assert night(now, keys={"timezone": zone}).night.as_of == day


def test_midnight_ends_the_day():
    # 00:00 in Paris on the 10th is 23:00 UTC on the 9th.
    zone = zone_of(settings(timezone="Europe/Paris"))
    assert last_complete_day(datetime(2026, 3, 9, 22, 59, 59, tzinfo=UTC), zone) == date(2026, 3, 8)
    assert last_complete_day(datetime(2026, 3, 9, 23, 0, 0, tzinfo=UTC), zone) == date(2026, 3, 9)


def test_the_zone_is_the_one_set_else_the_crm_s_else_utc():
    assert zone_of(settings(timezone="Europe/Paris"), "America/New_York").key == "Europe/Paris"
    assert zone_of(settings(), "America/New_York").key == "America/New_York"
    assert zone_of(settings()).key == "UTC"


def test_the_cut_off_of_last_night_is_the_moment_it_is_opened():
    assert night().night.cut_off_at == instant("2026-03-10 04:00")
    # Also with the day written out, and where that night ran before.
    again = night(as_of=date(2026, 3, 9), earlier_cut_off_at=instant("2026-03-10 03:00")).night
    assert again.cut_off_at == instant("2026-03-10 04:00")
    assert not again.is_replay


def test_the_replay_of_a_night_that_ran_uses_its_cut_off():
    opened = night(as_of=date(2026, 3, 2), earlier_cut_off_at=instant("2026-03-03 04:07")).night
    assert opened.is_replay
    assert opened.cut_off_at == instant("2026-03-03 04:07")


def test_the_replay_of_a_night_that_did_not_run_cuts_off_at_the_midnight_that_ended_the_day():
    opened = night(as_of=date(2026, 3, 2)).night
    assert opened.is_replay
    assert opened.cut_off_at == opened.day_end_at == instant("2026-03-02 23:00")


def test_the_end_of_a_day_follows_the_clock_change():
    # Sunday 29 March 2026 begins at 23:00 UTC the day before and ends at 22:00 UTC.
    now = datetime(2026, 4, 1, 4, tzinfo=UTC)
    assert night(now, date(2026, 3, 28)).night.day_end_at == instant("2026-03-28 23:00")
    assert night(now, date(2026, 3, 29)).night.day_end_at == instant("2026-03-29 22:00")


@pytest.mark.parametrize("day", [date(2026, 3, 10), date(2027, 1, 1)])
def test_a_day_that_is_not_over_is_refused_with_the_one_to_name(day):
    with pytest.raises(ImpossibleDayError) as refused:
        night(as_of=day)
    assert str(refused.value) == (
        f"{day} is not over yet in Europe/Paris; the last complete day is 2026-03-09: name that one, or an earlier."
    )


def test_the_night_holds_every_single_setting():
    opened = night(
        keys={
            "currency": "USD",
            "language": "fr",
            "funnel": {"segment_by": "source"},
            "observe": {"lookback_days": 180, "horizon_days": 60, "min_sample": 10, "confidence": 0.9},
            "assume": {"average_deal": 2500.0},
            "calendar": {"working_weeks": 45.0},
            "capacity": {"mqls_per_rep_week": 9.0, "open_sqls_per_rep": 40.0, "rounding": "up"},
        },
        full_refresh=True,
    ).night
    assert (opened.account, opened.timezone, opened.currency, opened.language) == ("acme", "Europe/Paris", "USD", "fr")
    assert (opened.handover, opened.segment_by, opened.full_refresh) == ("mql", "source", True)
    assert (opened.lookback_days, opened.horizon_days, opened.min_sample, opened.confidence) == (180, 60, 10, 0.9)
    assert (opened.assumed_average_deal, opened.working_weeks) == (2500.0, 45.0)
    assert (opened.mqls_per_rep_week, opened.touches_per_rep_week) == (9.0, 20.0)
    assert (opened.call_attempts_per_sql, opened.emails_per_sql) == (2.0, 3.0)
    assert (opened.open_sqls_per_rep, opened.rounding, opened.at_risk) == (40.0, "up", 0.9)


def test_at_risk_is_that_of_the_agreement_in_force_on_the_day():
    blocks = [{"from": "2026-01-01", "at_risk": 0.8}, {"from": "2026-03-09", "at_risk": 0.95}]
    assert night(as_of=date(2026, 3, 8), keys={"sla": blocks}).night.at_risk == 0.8
    assert night(as_of=date(2026, 3, 9), keys={"sla": blocks}).night.at_risk == 0.95
    # Before the first block the first holds.
    assert night(as_of=date(2025, 12, 31), keys={"sla": blocks}).night.at_risk == 0.8


def test_the_calendar_reaches_over_lookback_and_every_period():
    far = {"revenue": 1, "start": "2020-01-01", "end": "2030-06-30"}
    opened = night(keys={"target": far})
    assert (opened.calendar[0].day, opened.calendar[-1].day) == (date(2020, 1, 1), date(2030, 6, 30))
    near = night(keys={"target": {"revenue": 1, "start": "2026-03-01", "end": "2026-03-31"}})
    assert near.calendar[0].day <= date(2026, 3, 9) - timedelta(days=365 + 365)
    assert near.calendar[-1].day > date(2026, 3, 31)
    assert [d.day for d in near.calendar] == sorted({d.day for d in near.calendar})


def test_targets_are_rows_named_after_their_first_day():
    quarters = [
        {"revenue": 1000, "start": "2026-01-01", "end": "2026-03-31"},
        {"revenue": 2000, "start": "2026-04-01", "end": "2026-06-30", "name": "Q2", "marketing_share": 0.6},
    ]
    first, second = night(keys={"target": quarters}).targets
    assert (first.target, first.revenue, first.marketing_share) == ("2026-01-01", 1000.0, 1.0)
    assert (second.target, second.period_start, second.period_end) == ("Q2", date(2026, 4, 1), date(2026, 6, 30))
    assert second.marketing_share == 0.6


def test_stages_have_place_unit_and_next_stage():
    rows = stage_rows(settings(funnel={"stages": ["lead", "mql", "sal", "opportunity", "demo", "customer"]}))
    assert [(r.position, r.stage, r.unit, r.next_stage) for r in rows] == [
        (1, "lead", "people", "mql"),
        (2, "mql", "people", "sal"),
        (3, "sal", "people", "opportunity"),
        (4, "opportunity", "deals", "demo"),
        (5, "demo", "deals", "customer"),
        (6, "customer", "deals", None),
    ]
    assert [r.stage for r in rows if r.is_handover] == ["mql"]


def test_without_opportunity_only_the_last_stage_is_deals():
    rows = stage_rows(settings(funnel={"stages": ["lead", "mql", "customer"]}))
    assert [r.unit for r in rows] == ["people", "people", "deals"]


def test_a_shipped_assumption_weighs_one_entry_a_written_one_twenty():
    assert {(r.assumed_rate, r.assumed_weight) for r in stage_rows(settings())[:-1]} == {(0.5, 1.0)}
    written = stage_rows(settings(assume={"conversion": 0.5}))
    assert {(r.assumed_rate, r.assumed_weight) for r in written[:-1]} == {(0.5, 20.0)}
    heavier = stage_rows(settings(assume={"conversion": 0.3, "weight": 50.0}))
    assert {(r.assumed_rate, r.assumed_weight) for r in heavier[:-1]} == {(0.3, 50.0)}
    assert written[-1].assumed_rate is None


def test_an_assumption_written_for_one_step_leaves_the_others_as_shipped():
    rows = {r.stage: r for r in stage_rows(settings(assume={"conversion": {"mql_to_sql": 0.4}}))}
    assert (rows["mql"].assumed_rate, rows["mql"].assumed_weight) == (0.4, 20.0)
    assert (rows["sql"].assumed_rate, rows["sql"].assumed_weight) == (0.5, 1.0)


def test_a_crm_s_own_stages_are_all_mapped():
    assert all(r.is_mapped for r in stage_rows(settings()))


def test_a_stage_of_one_s_own_is_mapped_once_a_crm_stage_means_it():
    stages = ["lead", "mql", "sal", "opportunity", "customer"]
    without = {r.stage: r.is_mapped for r in stage_rows(settings(funnel={"stages": stages}))}
    assert not without["sal"]
    with_one = stage_rows(settings(funnel={"stages": stages, "mapping": {"Accepted": "sal"}}))
    assert all(r.is_mapped for r in with_one)


@pytest.mark.parametrize(
    ("people", "deals", "mapped"),
    [
        ({"stages": {"mql": "MQL Date"}}, None, {"mql"}),
        # A status without a date counts in stage_counts only.
        ({"status": {"column": "Status"}}, None, set()),
        (None, {"created": "CreatedDate", "closed": "CloseDate", "stage": "Stage"}, {"opportunity", "customer"}),
        (None, {"created": "CreatedDate"}, {"opportunity"}),
        (None, {"won_at": "WonDate"}, {"customer"}),
        (
            {"stages": {"mql": "M", "sql": "S"}},
            {"created": "C", "won_at": "W"},
            {"mql", "sql", "opportunity", "customer"},
        ),
    ],
)
def test_files_map_the_stages_whose_dates_they_name(people, deals, mapped):
    assert {r.stage for r in stage_rows(files(people, deals)) if r.is_mapped} == mapped


@pytest.mark.parametrize(("at", "mapped"), [(None, set()), ("StatusDate", {"mql"})])
def test_a_status_column_maps_its_stages_once_it_is_dated(at, mapped):
    people = {**PEOPLE, "status": {"column": "Status", "at": at}}
    account = settings(sources={"files": {"people": people}}, funnel={"mapping": {"Hot": "mql"}})
    assert {r.stage for r in stage_rows(account) if r.is_mapped} == mapped


def test_a_deal_s_creation_is_no_win_where_the_funnel_has_no_opportunity():
    keys = {"path": "deals.csv", "id": "Id", "created": "CreatedDate"}
    account = settings(sources={"files": {"deals": keys}}, funnel={"stages": ["lead", "mql", "customer"]})
    assert not any(r.is_mapped for r in stage_rows(account))


def test_commitments_are_rows_with_a_figure_the_plan_s_own_or_an_option():
    sla = {
        "marketing": {"mql_volume": 800, "sql_rate": None},
        "sales": {"exclude": ["bot", "Sync User"], "business_hours": False},
    }
    rows = night(keys={"sla": sla}).commitments
    by_name = {r.commitment: r for r in rows}
    assert by_name["mql_volume"] == Commitment(ALWAYS, "marketing", "mql_volume", 800.0, None)
    # Not agreed: no row. `required`: the plan's own figure.
    assert "sql_rate" not in by_name
    assert by_name["sqls"] == Commitment(ALWAYS, "sales", "sqls", None, None)
    assert by_name["business_hours"].value == 0.0
    assert by_name["attempts_on"] == Commitment(ALWAYS, "sales", "attempts_on", None, "sql")
    assert by_name["exclude"].option == "bot, Sync User"


def test_every_block_of_the_agreement_has_its_own_rows():
    blocks = [{"from": "2026-01-01"}, {"from": "2026-07-01", "sales": {"first_touch_hours": 4}}]
    rows = [r for r in night(keys={"sla": blocks}).commitments if r.commitment == "first_touch_hours"]
    assert [(r.valid_from, r.value) for r in rows] == [(date(2026, 1, 1), 9.0), (date(2026, 7, 1), 4.0)]


def test_reps_shares_are_rows_by_owner_and_day():
    reps = {
        " Anna ": 0.5,
        "Ben": {"share": 1.0, "from": "2026-04-01"},
        "Cleo": [{"share": 1.0}, {"share": 0.0, "from": "2026-06-01"}],
    }
    assert night(keys={"capacity": {"reps": reps}}).rep_shares == [
        RepShare("anna", 0.5, ALWAYS),
        RepShare("ben", 1.0, date(2026, 4, 1)),
        RepShare("cleo", 1.0, ALWAYS),
        RepShare("cleo", 0.0, date(2026, 6, 1)),
    ]


def test_sales_sources_are_keys_each_once():
    rows = night(keys={"funnel": {"sales_sources": ["Outbound ", "outbound", "Partner"]}}).sales_sources
    assert rows == [SalesSource("outbound"), SalesSource("partner")]


def test_the_mapping_says_what_is_built_in():
    rows = {m.crm_stage_key: m for m in night(keys={"funnel": {"mapping": {"Hot Lead": "mql"}}}).mapping}
    assert (rows["hot lead"].stage, rows["hot lead"].is_built_in) == ("mql", False)
    assert (rows["subscriber"].stage, rows["subscriber"].is_built_in) == ("prospect", True)


def test_a_simulated_company_with_a_last_day_has_its_night_then():
    given = {
        "sources": {"sandbox": {"people": 100, "today": "2026-06-30"}},
        "target": {"revenue": 1, "start": "2026-01-01", "end": "2026-12-31"},
    }
    settings = AccountSettings.model_validate(given)
    opened = open_night("demo", settings, now=datetime(2027, 3, 1, 12, tzinfo=UTC))
    assert (opened.night.as_of, opened.night.is_replay) == (date(2026, 6, 30), False)
    # Before that day is over it is a company like any other.
    assert latest_night(settings, datetime(2026, 5, 2, 12, tzinfo=UTC)) == date(2026, 5, 1)
