"""A real `dagster dev`: the schedule fires, the night runs, and the UI's own API shows what people will see."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from pipelines.catalog import catalog
from pipelines.definitions import defs
from tests.browser import browser
from tests.pipelines.dagster_ui import Ui, dagster_dev, wait_for
from tests.pipelines.rail import SMALL, rows
from tests.pipelines.receivers import web_hook

pytestmark = pytest.mark.costly

ASSETS = """{assetNodes {
  assetKey {path} description kinds groupName dependencyKeys {path} owners {... on TeamAssetOwner {team}}
  partitionDefinition {name}
  assetChecksOrError {... on AssetChecks {checks {name description blocking}}}
  metadataEntries {label
    ... on TableSchemaMetadataEntry {schema {columns {name type description}}}
    ... on MarkdownMetadataEntry {mdStr}}
}}"""
RUNS = "{runsOrError {... on Runs {results {runId status tags {key value}}}}}"
MATERIALIZED = """query q($key: AssetKeyInput!) {assetOrError(assetKey: $key) {... on Asset {
  assetMaterializations(limit: 1) {partition metadataEntries {label
    ... on FloatMetadataEntry {floatValue} ... on IntMetadataEntry {intValue} ... on TextMetadataEntry {text}}}}}}"""
FORM = """query q($p: PipelineSelector!) {runConfigSchemaOrError(selector: $p) {... on RunConfigSchema {allConfigTypes
  {... on CompositeConfigType {fields {name description isRequired configType {key}}}}}}}"""
LAUNCH = """mutation m($p: ExecutionParams!) {launchRun(executionParams: $p) {__typename
  ... on LaunchRunSuccess {run {runId}} ... on PythonError {message}
  ... on RunConfigValidationInvalid {errors {message}}}}"""
CHECKED = """query q($key: AssetKeyInput!, $name: String!) {
  assetCheckExecutions(assetKey: $key, checkName: $name, limit: 1) {status evaluation {severity description}}}"""

PAST = {"account": "small", "from_date": "2026-06-29", "to_date": "2026-06-29"}


class Night:
    """The UI after a night that its schedule asked for."""

    def __init__(self, ui: Ui, run: dict[str, Any], messages: list[dict[str, Any]], folder: Path) -> None:
        self.ui, self.run, self.messages, self.folder = ui, run, messages, folder
        self.assets = {".".join(n["assetKey"]["path"]): n for n in ui.ask(ASSETS)["assetNodes"]}

    def metadata(self, key: str) -> dict[str, Any]:
        """What the last build of an asset reports, by label."""
        found = self.ui.ask(MATERIALIZED, key={"path": key.split(".")})["assetOrError"]["assetMaterializations"]
        entries = found[0]["metadataEntries"]
        return {e["label"]: e.get("floatValue", e.get("intValue", e.get("text"))) for e in entries}

    def check(self, key: str, name: str) -> dict[str, Any]:
        """The last evaluation of a check."""
        return self.ui.ask(CHECKED, key={"path": key.split(".")}, name=name)["assetCheckExecutions"][0]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("ui")
    shutil.copytree(SMALL, folder / "accounts")
    file = folder / "accounts" / "small.yaml"
    # Due at any time of any day.
    said = "".join(line for line in file.open() if not line.startswith(("schedule", "timezone")))
    file.write_text(f'{said}\nschedule: "00:00"\ntimezone: UTC\nnotify: {{to: [OPS_HOOK], when: always}}\n')
    broken = said.replace("people.csv", "gone.csv") + '\nschedule: "00:00"\ntimezone: UTC\n'
    (folder / "accounts" / "broken.yaml").write_text(broken)
    with pytest.MonkeyPatch.context() as env, web_hook() as (address, came):
        env.setenv("OPS_HOOK", address)
        with dagster_dev(folder / "home", folder / "accounts", folder / "data", folder / "log") as ui:

            def ended() -> list[dict[str, Any]]:
                runs = ui.ask(RUNS)["runsOrError"]["results"]
                over = [r for r in runs if r["status"] in ("SUCCESS", "FAILURE", "CANCELED")]
                return over if len(over) == 2 else []

            runs = wait_for(ended, 240, "the schedule has fired and both nights have ended")
            by_account = {next(t["value"] for t in r["tags"] if t["key"] == "sla/account"): r for r in runs}
            assert by_account["broken"]["status"] == "FAILURE"
            yield Night(ui, by_account["small"], came, folder)


def test_the_schedule_fires_and_the_night_succeeds_beside_one_that_fails(night: Night):
    assert night.run["status"] == "SUCCESS", (night.folder / "log").read_text()[-3000:]
    published = night.folder / "data" / "small" / "reporting.duckdb"
    assert rows(published, "select account, status from runs") == [("small", "succeeded")]
    tags = {t["key"]: t["value"] for t in night.run["tags"]}
    assert rows(published, "select as_of::varchar from runs") == [(tags["sla/night"],)]


def test_the_night_was_told_once(night: Night):
    assert len(night.messages) == 1
    assert night.messages[0]["title"].startswith("small, ")


def test_the_lineage_is_that_of_the_definitions(night: Night):
    graph = defs.resolve_asset_graph()
    shown = {k: {".".join(d["path"]) for d in n["dependencyKeys"]} for k, n in night.assets.items()}
    meant = {".".join(k.path): {".".join(p.path) for p in graph.get(k).parent_keys} for k in graph.get_all_asset_keys()}
    assert shown == meant


def test_required_reps_can_be_followed_back_to_the_export(night: Night):
    """By clicking on what each asset is made from."""
    seen, next_ones = set(), ["reporting.required_reps"]
    while next_ones:
        key = next_ones.pop()
        if key not in seen:
            seen.add(key)
            assert night.assets[key]["description"], key
            next_ones += [".".join(d["path"]) for d in night.assets[key]["dependencyKeys"]]
    assert {"reporting.required_funnel", "reporting.conversion_rates", "funnel.people", "raw_files"} <= seen


def test_every_asset_is_documented(night: Night):
    for key, node in night.assets.items():
        assert node["description"], key
        assert node["kinds"], key
        assert node["owners"] == [{"team": "revops"}], key
        assert node["partitionDefinition"]["name"] == "account", key
    groups = {n["groupName"] for n in night.assets.values()}
    assert groups >= {"settings", "files", "funnel", "reporting", "published"}


def test_columns_have_types_and_say_where_they_come_from(night: Night):
    entries = {e["label"]: e for e in night.assets["reporting.stage_counts"]["metadataEntries"]}
    columns = {c["name"]: c for c in entries["dagster/column_schema"]["schema"]["columns"]}
    assert columns["as_of"]["type"] == "DATE"
    assert columns["stage"]["description"].endswith("← funnel.deals.stage, funnel.people.stage")
    assert entries["sql"]["mdStr"] == f"```sql\n{catalog().tables['reporting.stage_counts'].sql}\n```"


def test_what_matters_is_plotted(night: Night):
    reps = night.metadata("reporting.required_reps")
    assert reps["dagster/row_count"] == 1
    assert reps["MQLs a week"] > 0
    assert night.metadata("reporting.required_funnel")["required mql"] > 0
    assert 0 < night.metadata("reporting.conversion_rates")["rate mql_to_sql"] <= 1
    # 40 people, 12 deals, 30 touches and 4 reps.
    published = night.metadata("published")
    assert (published["rows read"], published["API calls"]) == (86, 0)


def test_checks_show_how_they_fared_and_what_to_do(night: Night):
    checks = night.assets["reporting.data_checks"]["assetChecksOrError"]["checks"]
    assert {c["name"] for c in checks} >= {"grain", "people_dropped", "unmapped_stages", "silent_source"}
    assert all(c["blocking"] and c["description"] for c in checks)
    assert night.check("reporting.stage_counts", "grain")["status"] == "SUCCEEDED"
    # The exports are old by now.
    silent = night.check("reporting.data_checks", "silent_source")
    assert (silent["status"], silent["evaluation"]["severity"]) == ("FAILED", "WARN")
    assert "see whether the export or the connection still runs" in silent["evaluation"]["description"]


def selected(job: str) -> dict[str, str]:
    return {
        "pipelineName": job,
        "repositoryName": "__repository__",
        "repositoryLocationName": "tests.pipelines.ticking",
    }


def form(night: Night, job: str) -> dict[str, dict[str, Any]]:
    """The fields of a job's launch form, by name."""
    types = night.ui.ask(FORM, p=selected(job))["runConfigSchemaOrError"]["allConfigTypes"]
    return {f["name"]: f for t in types for f in t.get("fields", [])}


def test_the_launch_form_is_typed(night: Night):
    fields = form(night, "night")
    assert fields["as_of"]["description"] == "the day the night speaks for, YYYY-MM-DD; by default yesterday"
    assert "replace the night" in fields["full_refresh"]["description"]


def test_past_nights_are_launched_from_a_typed_form(night: Night):
    fields = form(night, "backfill")
    typed = {name: (fields[name]["configType"]["key"], fields[name]["isRequired"]) for name in PAST}
    assert typed == dict.fromkeys(PAST, ("StringSourceType", True))
    assert all(fields[name]["description"] for name in PAST)
    assert "Bool" in fields["full_refresh"]["configType"]["key"]
    params = {"selector": selected("backfill"), "runConfigData": {"ops": {"past_nights": {"config": PAST}}}}
    asked = night.ui.ask(LAUNCH, p=params)["launchRun"]
    assert asked["__typename"] == "LaunchRunSuccess", asked

    def ended() -> str:
        runs = night.ui.ask(RUNS)["runsOrError"]["results"]
        status = next(r["status"] for r in runs if r["runId"] == asked["run"]["runId"])
        return status if status in ("SUCCESS", "FAILURE", "CANCELED") else ""

    assert wait_for(ended, 240, "the past night has ended") == "SUCCESS", (night.folder / "log").read_text()[-3000:]
    # Between minutes the schedule may have asked for nothing more: last night has its run.
    published = rows(night.folder / "data" / "small" / "reporting.duckdb", "select as_of::varchar, status from runs")
    assert ("2026-06-29", "succeeded") in published
    # Nobody is told of it.
    assert len(night.messages) == 1


# --- as a person sees it -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def screen() -> Iterator[WebDriver]:
    with browser() as driver:
        yield driver


def shown(driver: WebDriver, url: str, *words: str) -> str:
    """The text of a page once all the words stand on it."""

    def text() -> str:
        found = driver.find_element(By.TAG_NAME, "body").text
        return found if all(w in found for w in words) else ""

    driver.get(url)
    return str(wait_for(text, 60, f"{url} shows {', '.join(words)}"))


def test_the_lineage_opens_in_a_browser(night: Night, screen: WebDriver):
    address = f"{night.ui.address}/assets/reporting/required_reps?view=lineage"
    shown(screen, address, "required_reps", "required_funnel", "capacity_observed", "sla_gaps")


def test_an_asset_says_what_it_means_and_where_its_columns_come_from(night: Night, screen: WebDriver):
    address = f"{night.ui.address}/assets/reporting/required_reps"
    shown(screen, f"{address}?partition=small", "How many full-time reps the required volume takes", "reps_to_cover")
    shown(screen, f"{night.ui.address}/assets/reporting/stage_counts", "← funnel.deals.stage, funnel.people.stage")


def test_a_check_says_what_it_holds(night: Night, screen: WebDriver):
    address = f"{night.ui.address}/assets/reporting/data_checks?view=checks"
    shown(screen, address, "silent_source", "unmapped_stages")
