from models.step_counts import by_step
from tests.models import rows


def test_rows_in_any_order_are_told_apart_by_step_and_segment():
    counted = by_step(
        rows.step_outcomes(
            {"segment": "web", "lag_days": 3, "records": 1},
            {"from_stage": "sql", "to_stage": "customer", "records": 2},
            {"segment": "fair", "records": 4, "is_lost": True},
            {"records": 8},
            {"segment": "web", "records": 16},
        )
    )
    assert set(counted) == {("mql", "sql"), ("sql", "customer")}
    step = counted["mql", "sql"]
    assert (step.whole.entered, step.whole.converted) == (29, 1)
    assert {name: part.records.tolist() for name, part in step.segments.items()} == {"fair": [4], "web": [1, 16]}
    assert step.of("fair").is_lost.tolist() == [True]
    assert step.of("web").is_lost.tolist() == [False, False]
    assert (step.of(None).entered, step.of("none such").entered) == (29, 0)


def test_no_rows_no_steps():
    assert by_step(rows.step_outcomes()) == {}
