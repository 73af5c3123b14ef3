"""What the messages of a night say, and when there is one."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alert import RANK, Gap, NightNews, failure_message, is_worse, night_message, overdue_message
from models.alert_words import WORDS

NIGHT = date(2026, 6, 30)

VOLUME = Gap("2026", "marketing", "mql_volume", "MQLs", 154.4, 120.0, 12300.4, "missed")
TOUCH = Gap("2026", "sales", "first_touch", "share", 0.9, 0.85, None, "at_risk")
REPS = Gap("2026", "plan", "capacity", "reps", 3.0, 2.5, None, "missed")
SQLS = Gap("2026", "sales", "sqls", "SQLs", 60.0, 70.0, -900.0, "met")


def news(*gaps: Gap, before: tuple[Gap, ...] = (), **more: object) -> NightNews:
    return NightNews("acme", NIGHT, "EUR", gaps, before, **more)


def test_a_message_says_who_is_behind_by_how_much_and_what_it_costs():
    said = night_message(news(SQLS, TOUCH, REPS, VOLUME, mqls_to_call=12, mqls_late=5, page="data/acme/report.html"))
    assert said.title == "acme, 2026-06-30: marketing and sales and the plan are behind"
    assert said.body.splitlines() == [
        "Marketing:",
        # 154.4 - 120 = 34.4
        "- MQLs delivered: 120 of 154.4 (missed), 34.4 short; 12,300 EUR at stake",
        "Sales:",
        "- first touch in time: 85.0 % of 90.0 % (at risk)",
        "The plan:",
        "- reps at work: 2.5 of 3 (missed), 0.5 short",
        "MQLs to call now: 12, 5 of them late.",
        "Report: data/acme/report.html",
    ]


def test_a_message_in_french():
    said = night_message(news(VOLUME, TOUCH, mqls_to_call=1200), "fr")
    assert said.title == "acme, 2026-06-30: retard : marketing et ventes"
    assert said.body.splitlines() == [
        "Marketing:",
        "- MQL livrés : 120 sur 154,4 (manqué), il manque 34,4; enjeu : 12\u202f300 EUR",
        "Ventes:",
        "- premiers contacts à temps : 85,0 % sur 90,0 % (à risque)",
        "MQL à appeler maintenant : 1\u202f200.",
    ]


def test_a_night_on_track_says_so():
    said = night_message(news(SQLS))
    assert (said.title, said.body) == ("acme, 2026-06-30: everybody is on track", "Nothing is behind.")


def test_the_worst_comes_first():
    cheap = replace(VOLUME, commitment="sql_rate", revenue_at_stake=100.0)
    risk = replace(VOLUME, commitment="other", status="at_risk", revenue_at_stake=99999.0)
    lines = night_message(news(risk, cheap, VOLUME)).body.splitlines()
    assert [line.split(":")[0] for line in lines[1:]] == ["- MQLs delivered", "- MQLs that become SQLs", "- other"]


def test_the_targets_are_told_apart_where_there_are_several():
    said = night_message(news(VOLUME, replace(VOLUME, target="emea")))
    assert "MQLs delivered [2026]" in said.body
    assert "MQLs delivered [emea]" in said.body


def test_a_drifting_rate_names_its_step():
    drift = Gap("2026", "plan", "rate_drift:mql_to_sql", "share", 0.5, 0.4, 800.0, "missed")
    assert "- rate (mql → sql): 40.0 % of 50.0 % (missed); 800 EUR at stake" in night_message(news(drift)).body


# --- when --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "now", "worse"),
    [
        (None, "met", False),
        (None, "at_risk", True),
        ("met", "missed", True),
        ("at_risk", "missed", True),
        ("missed", "missed", False),
        ("missed", "at_risk", False),
        ("not_computable", "at_risk", True),
        ("missed", "not_computable", False),
    ],
)
def test_a_night_is_worse_where_a_commitment_fell(before: str | None, now: str, worse: bool):
    earlier = (replace(VOLUME, status=before),) if before else ()
    assert is_worse(news(replace(VOLUME, status=now), before=earlier)) is worse


def test_a_commitment_that_rose_makes_up_for_none_that_fell():
    tonight = (replace(VOLUME, status="met"), replace(TOUCH, status="missed"))
    assert is_worse(news(*tonight, before=(VOLUME, TOUCH)))


def test_a_check_that_newly_warns_is_worse():
    assert is_worse(news(warnings=["silent_source"], warnings_before=[]))
    assert not is_worse(news(warnings=["silent_source"], warnings_before=["silent_source"]))
    assert "Data checks that warn: silent_source" in night_message(news(warnings=["silent_source"])).body


# --- failures and overdue nights ---------------------------------------------------------------------------------


def test_a_failure_says_why_and_what_stands():
    said = failure_message("acme", NIGHT, "acme.yaml: target: is missing; add it.", date(2026, 6, 29))
    assert said.title == "acme, 2026-06-30: the night failed"
    assert said.body == "acme.yaml: target: is missing; add it.\nThe night of 2026-06-29 stays published."
    assert failure_message("acme", NIGHT, "x", None).body == "x\nNo night is published yet."


def test_an_address_in_a_sentence_is_left_out():
    said = failure_message("acme", NIGHT, "cannot read 'jane.doe@example.com', nor <joe@example.com>.", None)
    assert said.body.splitlines()[0] == "cannot read '(an address)', nor <(an address)>."


def test_an_overdue_account_is_told_what_to_run():
    said = overdue_message("acme", NIGHT, "05:00", "Europe/Paris", date(2026, 6, 28))
    assert said.title == "acme, 2026-06-30: the night is overdue"
    assert said.body.startswith("The night of 2026-06-30 was due at 05:00 (Europe/Paris) and is not published yet.")
    assert "sla run --account acme" in said.body


# --- any news ----------------------------------------------------------------------------------------------------

figures = st.none() | st.floats(0, 1e9)
any_gap = st.builds(
    Gap,
    target=st.sampled_from(["2026", "emea"]),
    side=st.sampled_from(["marketing", "sales", "plan"]),
    commitment=st.sampled_from([*WORDS["en"].commitments, "rate_drift:a_to_b"]),
    unit=st.sampled_from(["MQLs", "share", "money", "reps"]),
    committed=figures,
    actual=figures,
    revenue_at_stake=st.none() | st.floats(-1e9, 1e9),
    status=st.sampled_from(list(RANK)),
)


@given(st.lists(any_gap, max_size=12), st.sampled_from(["en", "fr"]))
def test_every_gap_that_is_behind_has_a_line_and_no_other(gaps: list[Gap], language: str):
    lines = night_message(news(*gaps), language).body.splitlines()
    assert sum(line.startswith("- ") for line in lines) == sum(g.status in ("missed", "at_risk") for g in gaps)


@given(st.lists(any_gap, max_size=12))
def test_a_night_is_never_worse_than_itself(gaps: list[Gap]):
    once = list({(g.target, g.commitment): g for g in gaps}.values())
    assert not is_worse(news(*once, before=tuple(once)))


def test_every_language_has_the_same_words():
    for words in WORDS.values():
        assert words.commitments.keys() == WORDS["en"].commitments.keys()
        assert words.sides.keys() == WORDS["en"].sides.keys()
