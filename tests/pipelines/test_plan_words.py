"""The plan's sentences, where a figure is not there."""

from pipelines.plan_words import average_deal_line, money, stage_said


def test_an_amount_without_a_known_currency_stands_alone():
    assert money("1,000", "") == "1,000"
    assert money("1,000", "EUR") == "1,000 EUR"


def test_an_assumed_deal_says_so_with_or_without_a_currency():
    assert average_deal_line(None, 1000, "") == "Average deal: 1,000, assumed: no won deal shows an amount."
    assert average_deal_line(None, 1000, "EUR").startswith("Average deal: 1,000 EUR, assumed")


def test_a_stage_is_written_as_people_write_it():
    assert [stage_said(s) for s in ("mql", "sql", "opportunity", "demo_held")] == [
        "MQL",
        "SQL",
        "opportunity",
        "demo held",
    ]
