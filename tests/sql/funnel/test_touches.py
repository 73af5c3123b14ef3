"""funnel.touches: sales activities as of the night."""

KEY = "funnel.touches"


def touch(touch_id, at, recorded_at=None, **more):
    row = {"touch_id": touch_id, "person_id": "p1", "kind": "call", "direction": "outbound", "is_automated": False}
    return row | {"touched_at": at, "recorded_at": recorded_at or at} | more


def test_what_took_place_or_was_recorded_later_does_not_count(warehouse):
    warehouse.night("2026-03-10", cut_off="2026-03-20")
    warehouse.put(
        "files.touches",
        touch("t1", "2026-03-10 23:59"),
        touch("t2", "2026-03-11 00:00"),
        touch("t3", "2026-03-01", "2026-03-12"),
        touch("t4", "2026-02-01", "2026-03-02"),
    )
    assert warehouse.values(KEY, "touch_id") == ["t1", "t4"]


def test_the_night_knows_what_was_recorded_before_its_sources_were_read(warehouse):
    warehouse.night("2026-03-10", cut_off="2026-03-11 05:00")  # the night itself, no replay
    warehouse.put(
        "files.touches", touch("t1", "2026-03-10", "2026-03-11 04:59"), touch("t2", "2026-03-10", "2026-03-11 05:01")
    )
    assert warehouse.values(KEY, "touch_id") == ["t1"]


def test_a_touch_keeps_its_facts(warehouse):
    warehouse.night()
    warehouse.put(
        "files.touches", touch("t1", "2026-03-01", owner_id="u", outcome="voicemail", reached=False, is_imported=True)
    )
    columns = ("person_id", "owner_id", "kind", "direction", "outcome", "is_automated", "is_imported", "reached")
    assert warehouse.values(KEY, *columns) == [("p1", "u", "call", "outbound", "voicemail", False, True, False)]


def test_no_rows_in_no_rows_out(warehouse):
    warehouse.night()
    assert warehouse.build(KEY) == []
