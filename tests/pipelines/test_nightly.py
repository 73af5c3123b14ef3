"""The schedule `nightly`: whose night is due at a given moment, and never twice. No test waits for a clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.schedule_definition import ScheduleExecutionData
from dagster._core.remote_representation.external_data import ScheduleSnap

from pipelines.definitions import defs
from pipelines.nightly import Due, due_accounts, night_tags
from pipelines.paths import AccountFolder
from tests.pipelines.rail import Rail

REPOSITORY = defs.get_repository_def()
NIGHTLY = defs.resolve_schedule_def("nightly")

SETTINGS = """
sources: {{files: {{people: {{path: people.csv, id: Id}}}}}}
target: {{revenue: 20000, start: 2026-01-01, end: 2026-12-31}}
timezone: {zone}
schedule: "{schedule}"
"""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Dagster's storage on disk, emptied: a schedule does without one in memory."""
    with dg.DagsterInstance.get() as stored:
        stored.wipe()
        for account in stored.get_dynamic_partitions("account"):
            stored.delete_dynamic_partition("account", account)
        yield stored


@pytest.fixture
def accounts(workplace: Path) -> Path:
    """The folder of the account files, empty."""
    folder = workplace / "accounts"
    (folder / "small.yaml").unlink()
    return folder


def add(folder: Path, name: str, zone: str = "UTC", schedule: str = "05:00") -> None:
    (folder / f"{name}.yaml").write_text(SETTINGS.format(zone=zone, schedule=schedule))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def evaluated(instance: dg.DagsterInstance, at: str) -> ScheduleExecutionData:
    """What the schedule says at a UTC moment."""
    context = dg.build_schedule_context(instance=instance, scheduled_execution_time=utc(at), repository_def=REPOSITORY)
    return NIGHTLY.evaluate_tick(context)


def tick(instance: dg.DagsterInstance, at: str) -> list[tuple[str, str]]:
    """(account, night) of the runs that the schedule asks for at a UTC moment."""
    requests = evaluated(instance, at).run_requests or []
    for request in requests:
        night = request.run_config["ops"]["settings"]["config"]["as_of"]
        assert request.tags.items() >= night_tags(request.partition_key, date.fromisoformat(night)).items()
    return [(r.partition_key, r.run_config["ops"]["settings"]["config"]["as_of"]) for r in requests]


def ran(instance: dg.DagsterInstance, account: str, night: str, status: dg.DagsterRunStatus) -> None:
    """A run of the night is there, in that state."""
    instance.add_run(dg.DagsterRun("night", tags=night_tags(account, date.fromisoformat(night)), status=status))


# --- when a night is due -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "schedule", "not_yet", "due", "night"),
    [
        # Tokyo is 9 hours ahead: 05:00 on 1 July there is 20:00 UTC on 30 June.
        ("Asia/Tokyo", "05:00", "2026-06-30T19:50", "2026-06-30T20:00", "2026-06-30"),
        # New York is 4 hours behind in summer, 5 in winter.
        ("America/New_York", "05:00", "2026-07-01T08:50", "2026-07-01T09:00", "2026-06-30"),
        ("America/New_York", "05:00", "2026-12-01T09:50", "2026-12-01T10:00", "2026-11-30"),
        # Paris skips 02:00-03:00 on 29 March 2026: the first moment after 02:30 is 03:00 summer time, 01:00 UTC.
        ("Europe/Paris", "02:30", "2026-03-29T00:50", "2026-03-29T01:00", "2026-03-28"),
        # And has 02:00-03:00 twice on 25 October 2026: the first 02:30 counts, 00:30 UTC.
        ("Europe/Paris", "02:30", "2026-10-25T00:20", "2026-10-25T00:30", "2026-10-24"),
        ("Europe/Paris", "00:00", "2026-06-30T21:50", "2026-06-30T22:00", "2026-06-30"),
        # Ticks are ten minutes apart, at 23:50 for the last time of a day; in Nepal, 5:45 ahead, at 23:55.
        ("UTC", "23:59", "2026-07-01T23:40", "2026-07-01T23:50", "2026-06-30"),
        ("Asia/Kathmandu", "23:59", "2026-07-01T18:00", "2026-07-01T18:10", "2026-06-30"),
    ],
)
def test_a_night_is_due_once_the_local_time_has_passed(accounts, instance, zone, schedule, not_yet, due, night):
    add(accounts, "acme", zone, schedule)
    # The day before has its night, and is over where the schedule is midnight.
    assert tick(instance, not_yet) in ([], [("acme", str(date.fromisoformat(night).replace(day=29)))])
    assert tick(instance, due) == [("acme", night)]


def test_every_zone_has_its_own_night_at_one_moment(accounts, instance):
    for name, zone in (("tokyo", "Asia/Tokyo"), ("paris", "Europe/Paris"), ("ny", "America/New_York")):
        add(accounts, name, zone)
    # 20:30 UTC on 30 June: 05:30 on 1 July in Tokyo; 22:30 in Paris and 16:30 in New York, both still on 30 June.
    assert tick(instance, "2026-06-30T20:30") == [
        ("ny", "2026-06-29"),
        ("paris", "2026-06-29"),
        ("tokyo", "2026-06-30"),
    ]


def test_the_zone_that_only_the_crm_knows_is_that_of_the_last_night(accounts, instance):
    file = accounts / "acme.yaml"
    file.write_text(SETTINGS.format(zone="null", schedule="05:00"))
    # 20:30 UTC: 05:30 of the next day in Tokyo, still the evening of the day in UTC.
    assert tick(instance, "2026-06-30T20:30") == [("acme", "2026-06-29")]
    folder = AccountFolder("acme")
    folder.root.mkdir(parents=True)
    folder.zone.write_text("Asia/Tokyo")
    assert tick(instance, "2026-06-30T20:30") == [("acme", "2026-06-30")]
    folder.zone.write_text("Atlantis/Main")
    assert tick(instance, "2026-06-30T20:30") == [("acme", "2026-06-29")]


@pytest.mark.parametrize("change", ["2026-03-29", "2026-10-25"])
def test_each_day_of_a_clock_change_has_one_night(accounts, change):
    add(accounts, "acme", "Europe/Paris", "02:30")
    day = date.fromisoformat(change)
    days = [day.replace(day=day.day + d) for d in (-1, 0, 1)]
    # 02:30 in Paris is 00:30 or 01:30 UTC: ticks up to 03:00 UTC pass it each day.
    moments = [utc(f"{d}T0{hour}:{minute}0") for d in days for hour in range(3) for minute in range(6)]
    asked = [due.night for moment in moments for due in due_accounts(moment)]
    assert list(dict.fromkeys(asked)) == [d - timedelta(days=1) for d in days]
    assert asked == sorted(asked)


def test_after_a_pause_only_the_latest_night_is_asked_for(accounts, instance):
    add(accounts, "acme")
    ran(instance, "acme", "2026-06-20", dg.DagsterRunStatus.SUCCESS)
    assert tick(instance, "2026-07-01T13:20") == [("acme", "2026-06-30")]


def test_the_scheduler_catches_up_on_no_missed_tick():
    # It evaluates each of the ticks it missed where a schedule has a partition set, else the last one alone.
    assert ScheduleSnap.from_def(NIGHTLY, REPOSITORY).partition_set_name is None


# --- never twice -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status",
    [
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.SUCCESS,
        dg.DagsterRunStatus.FAILURE,
        dg.DagsterRunStatus.CANCELED,
    ],
)
def test_a_night_that_has_a_run_is_not_asked_for_again(accounts, instance, status):
    add(accounts, "acme")
    add(accounts, "beta")
    ran(instance, "acme", "2026-06-30", status)
    assert tick(instance, "2026-07-01T05:00") == [("beta", "2026-06-30")]
    assert tick(instance, "2026-07-02T05:00") == [("acme", "2026-07-01"), ("beta", "2026-07-01")]


def test_a_tick_without_work_says_so(accounts, instance):
    add(accounts, "acme")
    ran(instance, "acme", "2026-06-30", dg.DagsterRunStatus.SUCCESS)
    assert evaluated(instance, "2026-07-01T05:00").skip_message == "every account that is due has its night"


@pytest.mark.parametrize("only", [(), ("settings.night", "published")], ids=["whole", "as the UI selects all"])
def test_a_run_from_the_ui_counts_as_the_night_it_opens(workplace, instance, only):
    (workplace / "accounts" / "people.csv").unlink()
    result = Rail(instance).run("2026-06-30", *only)
    assert not result.success
    tags = instance.get_run_by_id(result.run_id).tags
    assert tags.items() >= night_tags("small", date(2026, 6, 30)).items()
    assert tick(instance, "2026-07-01T04:00") == []


def test_opening_a_night_without_publishing_it_does_not_count(instance):
    assert Rail(instance).run("2026-06-30", "settings.night").success
    # 05:00 in Paris, in summer.
    assert tick(instance, "2026-07-01T03:00") == [("small", "2026-06-30")]


# --- account files -----------------------------------------------------------------------------------------------


def test_a_new_account_file_is_picked_up_and_a_removed_one_dropped(accounts, instance):
    add(accounts, "acme")
    assert tick(instance, "2026-07-01T05:00") == [("acme", "2026-06-30")]
    add(accounts, "beta")
    (accounts / "acme.yaml").unlink()
    assert tick(instance, "2026-07-01T05:10") == [("beta", "2026-06-30")]
    assert instance.get_dynamic_partitions("account") == ["beta"]
    (accounts / "beta.yaml").unlink()
    assert tick(instance, "2026-07-01T05:20") == []
    assert instance.get_dynamic_partitions("account") == []


@pytest.fixture(params=["no yaml", "unknown key", "not text", "a folder", "bad name"])
def broken(request: pytest.FixtureRequest, accounts: Path) -> str:
    """An account file that cannot be read, in one of several ways; gives the account's name."""
    file = accounts / ("Bad Name.yaml" if request.param == "bad name" else "bad.yaml")
    if request.param == "a folder":
        file.mkdir()
    else:
        texts = {"no yaml": b"target: [", "unknown key": b"tagret: 1", "not text": b"\xff\xfe\x00", "bad name": b""}
        file.write_bytes(texts[request.param])
    return file.stem


def test_a_broken_account_file_stops_no_other(accounts, instance, broken):
    add(accounts, "acme")
    # The broken one is run as well, so that its failure is seen.
    assert sorted(tick(instance, "2026-07-01T05:00")) == sorted([("acme", "2026-06-30"), (broken, "2026-06-30")])
    ran(instance, broken, "2026-06-30", dg.DagsterRunStatus.FAILURE)
    assert tick(instance, "2026-07-01T05:10") == [("acme", "2026-06-30")]


def test_hidden_files_of_editors_are_no_accounts(accounts):
    add(accounts, "acme")
    (accounts / ".#acme.yaml").symlink_to("user@host.1234")
    (accounts / "._acme.yaml").write_bytes(b"\x00\x05\x16\x07")
    assert due_accounts(utc("2026-07-01T05:00")) == [Due("acme", date(2026, 6, 30))]


def test_a_folder_that_is_not_there_has_no_accounts(monkeypatch, tmp_path, instance):
    monkeypatch.setenv("SLA_ACCOUNTS", str(tmp_path / "nowhere"))
    assert tick(instance, "2026-07-01T05:00") == []
