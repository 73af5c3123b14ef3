import inspect
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import pytest

from models import night
from models.average_deal import AverageDeal
from models.conversion_rates import ConversionRate
from models.required_funnel import RequiredFunnel
from models.required_reps import CapacityObserved, RequiredReps
from models.required_weekly import RequiredWeekly
from models.run_log import Run
from models.table import columns_of

SETTINGS_TABLES = [c for _, c in inspect.getmembers(night, inspect.isclass) if c.__module__ == night.__name__]

PUBLISHED = {
    ConversionRate: "as_of segment from_stage to_stage unit window_start window_end horizon_days entered converted "
    "lost still_open effective_entered observed_rate mature_rate rate rate_low rate_high deals_per_person median_days "
    "p90_days status method",
    AverageDeal: "as_of segment origin window_start window_end won_deals revenue mean mean_low mean_high trimmed_mean "
    "median paying_share without_amount without_rate status",
    RequiredFunnel: "as_of target segment period_start period_end position stage unit rate_to_next deals_per_person "
    "required required_exact per_week required_safe confidence agreed agreed_per_week actual_to_date due_to_date "
    "expected_from_open remaining_exact remaining_per_week weeks_left last_useful_week status",
    RequiredWeekly: "as_of target segment week_no week_start working_days stage required actual needed status",
    RequiredReps: "as_of target segment period_start period_end mqls_per_week rounds_per_mql sqls_per_week "
    "reps_by_mqls reps_by_touches reps_by_open_sqls reps_exact reps reps_to_cover shortfall_mqls active_reps gap "
    "binding_constraint status",
    Run: "run_id account as_of cut_off_at started_at finished_at sources rows_read rows_changed api_calls status",
}


def test_a_field_is_a_column_with_its_type_and_description():
    @dataclass
    class Row:
        name: Annotated[str, "a name"]
        n: Annotated[int | None, "how many; NULL: not known"]
        share: Annotated[float, "0..1"]
        amount: Annotated[Decimal, "money"]
        day: Annotated[date, "a day"]
        seen_at: Annotated[datetime | None, "a moment"]
        is_open: Annotated[bool, "whether"]

    assert columns_of(Row) == [
        ("name", "VARCHAR", "a name"),
        ("n", "BIGINT", "how many; NULL: not known"),
        ("share", "DOUBLE", "0..1"),
        ("amount", "DECIMAL(18,2)", "money"),
        ("day", "DATE", "a day"),
        ("seen_at", "TIMESTAMP", "a moment"),
        ("is_open", "BOOLEAN", "whether"),
    ]


def test_a_column_without_a_description_is_refused():
    @dataclass
    class Row:
        name: str

    with pytest.raises(TypeError, match=r"Row\.name has no description"):
        columns_of(Row)


def test_a_type_that_no_column_holds_is_refused():
    @dataclass
    class Row:
        names: Annotated[list[str], "names"]

    with pytest.raises(TypeError, match=r"Row\.names: no column holds"):
        columns_of(Row)


def test_a_class_that_is_no_dataclass_is_refused():
    class Row:
        name: Annotated[str, "a name"]

    with pytest.raises(TypeError, match="Row is not a dataclass"):
        columns_of(Row)


@pytest.mark.parametrize(("row", "names"), PUBLISHED.items(), ids=lambda p: getattr(p, "__name__", ""))
def test_a_published_table_has_the_columns_that_people_query(row, names):
    found = [name for name, _, _ in columns_of(row)]
    assert [n for n in found if n in names.split()] == names.split()


@pytest.mark.parametrize("row", [*PUBLISHED, *SETTINGS_TABLES, CapacityObserved], ids=lambda c: c.__name__)
def test_every_table_says_what_it_is_and_its_grain_is_of_its_columns(row):
    names = {name for name, _, _ in columns_of(row)}
    assert inspect.getdoc(row)
    assert set(getattr(row, "GRAIN", ())) <= names
