"""Messages reach a web hook and a mail server on this machine, each once, and never fail a night."""

import email
import email.policy
import json
import logging
import os
import re
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from models.alert import Message
from models.settings.read import read_settings
from pipelines import alerts
from pipelines.alerts import send, was_sent
from pipelines.definitions import defs
from pipelines.failure import run_failure
from pipelines.night_alerts import night_news, tell_of_failure
from pipelines.nightly import QUIET_TAG, night_tags
from pipelines.paths import AccountFolder, account_files
from pipelines.run_night import run_night
from pipelines.watch import failed_runs_sensor, tell_of_overdue
from tests.pipelines.rail import NIGHT, Rail
from tests.pipelines.receivers import mail_server, web_hook

MESSAGE = Message("acme: behind", "34 MQLs short\nsecond line")


# p3 was touched, though late.
NEWS = """
create or replace table sla_gaps as select * from (values
    (date '2026-06-30', '2026', 'marketing', 'mql_volume', 'whole', 'to_date', 'MQLs', 54.0, 17.0, 900.0, 'missed'),
    (date '2026-06-30', '2026', 'marketing', 'mql_volume', 'whole', 'week', 'MQLs', 2.0, 1.0, null, 'missed'),
    (date '2026-06-29', '2026', 'sales', 'sqls', 'whole', 'to_date', 'SQLs', 1.0, 1.0, null, 'met')
) as v (as_of, target, side, commitment, scope, period, unit, committed, actual, revenue_at_stake, status);
create or replace table mql_follow_up as select * from (values
    ('p1', 1, true, 'missed'),
    ('p2', 1, true, 'open'),
    ('p3', 1, false, 'missed')
) as v (person_id, round, is_to_call, first_touch_status);
"""


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch):
    with web_hook() as (address, came):
        monkeypatch.setenv("OPS_HOOK", address)
        yield came


def told(folder: Path, when: str = "always", *to: str) -> None:
    """The small account tells these variables."""
    file = folder / "accounts" / "small.yaml"
    names = ", ".join(to or ("OPS_HOOK",))
    file.write_text(file.read_text() + f"\nnotify: {{to: [{names}], when: {when}}}\n")


def settings():
    return read_settings(account_files()["small"])


def said(result: dg.ExecuteInProcessResult) -> str:
    (event,) = [e for e in result.get_asset_materialization_events() if e.asset_key == dg.AssetKey("notified")]
    return str(event.step_materialization_data.materialization.metadata["said"].value)


# --- receivers ---------------------------------------------------------------------------------------------------


def test_a_web_hook_and_a_mail_server_get_the_message(workplace, hook, monkeypatch):
    with mail_server() as (address, mails):
        monkeypatch.setenv("SMALL__OPS_MAIL", address)
        told(workplace, "always", "OPS_HOOK", "OPS_MAIL")
        sending = send("small", settings(), "night", NIGHT, MESSAGE)
    assert (sending.sent, sending.failed) == (["OPS_HOOK", "OPS_MAIL"], [])
    assert [(m["title"], m["message"]) for m in hook] == [(MESSAGE.title, MESSAGE.body)]
    (mail,) = mails
    parsed = email.message_from_string(mail, policy=email.policy.default)
    assert parsed["Subject"] == MESSAGE.title
    body = parsed.get_body(("plain", "html"))
    assert body is not None
    assert "34 MQLs short" in body.get_content()


def test_a_message_is_sent_once_a_night_and_kind(workplace, hook):
    told(workplace)
    for night, kind in ((NIGHT, "night"), (NIGHT, "night"), (NIGHT, "failed"), (date(2026, 7, 1), "night")):
        send("small", settings(), kind, night, MESSAGE)
    assert len(hook) == 3
    assert was_sent("small", NIGHT, "failed")
    assert not was_sent("small", NIGHT, "overdue")


def test_who_did_not_get_it_gets_it_with_the_next_try(workplace, hook, monkeypatch):
    told(workplace, "always", "OPS_HOOK", "OTHER")
    first = send("small", settings(), "night", NIGHT, MESSAGE)
    assert first.failed == ["notify.to: OTHER is not set; put the address into .env as OTHER or SMALL__OTHER."]
    with web_hook() as (address, came):
        monkeypatch.setenv("OTHER", address)
        second = send("small", settings(), "night", NIGHT, MESSAGE)
    assert (second.sent, second.before, len(came), len(hook)) == (["OTHER"], ["OPS_HOOK"], 1, 1)


@pytest.mark.parametrize("address", ["json://127.0.0.1:1/s3cr3t", "nonsense-s3cr3t", "mailto://u:s3cr3t@127.0.0.1:1"])
def test_an_address_that_fails_is_told_without_it(workplace, monkeypatch, caplog, address):
    told(workplace)
    monkeypatch.setenv("OPS_HOOK", address)
    with caplog.at_level(logging.DEBUG):
        sending = send("small", settings(), "night", NIGHT, MESSAGE)
    (problem,) = sending.failed
    assert problem.startswith("notify.to: OPS_HOOK ")
    assert "s3cr3t" not in caplog.text + problem
    assert not was_sent("small", NIGHT, "night")


def test_a_record_that_is_broken_is_begun_anew(workplace, hook):
    told(workplace)
    AccountFolder("small").root.mkdir(parents=True)
    AccountFolder("small").alerts.write_text("{not json")
    send("small", settings(), "night", NIGHT, MESSAGE)
    record = json.loads(AccountFolder("small").alerts.read_text())
    assert record["sent"] == ["2026-06-30 night OPS_HOOK"]
    assert "127.0.0.1" not in json.dumps(record)


# --- a night -----------------------------------------------------------------------------------------------------


def test_a_night_tells_once_however_often_it_runs(workplace, hook, rail: Rail):
    told(workplace)
    assert "sent to OPS_HOOK" in said(rail.run())
    assert "told before: OPS_HOOK" in said(rail.run(full_refresh=True))
    (message,) = hook
    assert message["title"].startswith("small, 2026-06-30: ")


def test_nobody_is_told_where_nobody_is_named_or_nights_are_filled_in(workplace, hook, night, rail: Rail):
    assert "nobody is to be told" in said(rail.run("2026-07-01", "notified"))
    told(workplace)
    assert "filled in later" in said(rail.run("2026-07-01", "notified", tags={QUIET_TAG: "yes"}))
    assert hook == []


def test_a_receiver_that_is_down_fails_no_night(workplace, monkeypatch, night, rail: Rail):
    told(workplace)
    monkeypatch.setenv("OPS_HOOK", "json://127.0.0.1:1/")
    result = rail.run(None, "notified")
    assert result.success
    assert "could not be notified" in said(result)


def test_the_news_are_those_of_the_published_file(night):
    with duckdb.connect(str(night.published)) as con:
        con.execute(NEWS)
    news = night_news("small", settings())
    assert news is not None
    assert [(g.commitment, g.committed, g.actual) for g in news.gaps] == [("mql_volume", 54.0, 17.0)]
    assert (news.mqls_to_call, news.mqls_late, news.currency) == (2, 1, "EUR")


# --- failures ----------------------------------------------------------------------------------------------------


def test_a_failed_run_of_the_command_tells_its_sentence_once(workplace, hook, dagster_storage):
    told(workplace)
    (workplace / "accounts" / "people.csv").unlink()
    for _ in range(2):
        outcome = run_night("small", settings(), NIGHT, False, lambda *_: None)
        assert outcome.exit_code == 2
    (message,) = hook
    assert message["title"] == "small, 2026-06-30: the night failed"
    assert message["message"] == f"{outcome.message}\nNo night is published yet."


def test_an_error_that_nobody_foresaw_is_told_without_its_text(workplace, hook, rail: Rail, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("Could not convert 'jane.doe@example.com'")

    monkeypatch.setattr("pipelines.files_step._read", broken)
    monkeypatch.setattr("time.sleep", lambda _: None)
    failure = run_failure(rail.run().all_events, Path("run.log"))
    assert failure.told == "The step files failed (RuntimeError); more in run.log."
    assert "jane.doe" in failure.sentence


def test_a_broken_account_file_is_told_to_those_named_last(workplace, hook):
    told(workplace)
    send("small", settings(), "night", NIGHT, MESSAGE)
    (workplace / "accounts" / "small.yaml").write_text("target: [")
    tell_of_failure("small", date(2026, 7, 1), "small.yaml: line 1 is not valid YAML.")
    assert [m["title"] for m in hook][1:] == ["small, 2026-07-01: the night failed"]


def test_the_sensor_tells_of_a_run_that_failed_anywhere(workplace, hook, instance: dg.DagsterInstance):
    told(workplace)
    (workplace / "accounts" / "people.csv").unlink()
    result = Rail(instance).run(tags=night_tags("small", NIGHT))
    run = instance.get_run_by_id(result.run_id)
    event = next(e for e in result.all_events if e.event_type_value == "PIPELINE_FAILURE")
    context = dg.build_run_status_sensor_context("failed_nights", event, instance, run).for_run_failure()
    failed_runs_sensor(defs.resolve_job_def("night"))(context)
    failed_runs_sensor(defs.resolve_job_def("night"))(context)
    (message,) = hook
    assert "people.csv" in message["message"]


# --- overdue -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "overdue"),
    [
        # 05:00 in Paris on 1 July is 03:00 UTC; six hours later it is 09:00.
        ("2026-07-01T08:59", []),
        ("2026-07-01T09:00", ["small"]),
    ],
)
def test_an_account_is_overdue_six_hours_after_its_time(workplace, hook, night, now, overdue):
    told(workplace)
    published = datetime(2026, 6, 30, 3, 5, tzinfo=UTC).timestamp()
    os.utime(night.published, (published, published))
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert tell_of_overdue(moment) == overdue
    assert tell_of_overdue(moment) == []
    assert [m["title"] for m in hook] == [f"{a}, 2026-06-30: the night is overdue" for a in overdue]


def test_no_account_is_overdue_whose_night_is_there_or_failed_or_never_was(workplace, hook, night):
    told(workplace)
    later = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert tell_of_overdue(later) == []  # the file is as new as this test
    os.utime(night.published, (0, 0))
    tell_of_failure("small", NIGHT, "why")
    assert tell_of_overdue(later) == []
    night.published.unlink()
    assert tell_of_overdue(datetime(2026, 7, 2, 12, tzinfo=UTC)) == []


def test_a_simulated_company_whose_days_have_ended_is_never_overdue(workplace, hook, night):
    told(workplace)
    file = workplace / "accounts" / "small.yaml"
    ended = "sandbox: {people: 500, today: 2026-06-30}"
    text = re.sub(r"sources:.*?(?=^\w)", f"sources: {{{ended}}}\n", file.read_text(), flags=re.DOTALL | re.MULTILINE)
    file.write_text(text)
    os.utime(night.published, (0, 0))
    assert tell_of_overdue(datetime(2026, 7, 5, 12, tzinfo=UTC)) == []


def test_a_message_leaves_its_record_whatever_else_is_sent(workplace, hook, monkeypatch):
    told(workplace)
    monkeypatch.setattr(alerts, "REMEMBERED", 2)
    for day in (1, 2, 3):
        send("small", settings(), "night", date(2026, 7, day), MESSAGE)
    assert not was_sent("small", date(2026, 7, 1), "night")
    assert was_sent("small", date(2026, 7, 3), "night")
