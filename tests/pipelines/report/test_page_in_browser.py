"""The page as a person meets it: light, dark and on a phone, by keyboard, and its sliders beside `sla plan`."""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from axe_core_python.selenium import Axe
from click.testing import CliRunner
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from models.settings.read import read_settings
from pipelines.commands.plan import command as sla_plan
from pipelines.report.render import render_page
from tests.browser import browser
from tests.pipelines.rail import SMALL

pytestmark = pytest.mark.costly

# What is done to the published night of the small account.
ACCOUNTS = {
    "in trouble": "update reporting.sla_gaps set status = 'missed', revenue_at_stake = 1234567",
    "healthy": "update reporting.sla_gaps set status = 'met', revenue_at_stake = 0",
    "empty": """delete from reporting.sla_gaps; delete from reporting.rep_scorecard; delete from reporting.data_quality;
        delete from reporting.required_weekly; delete from reporting.plan_changes""",
}
PHONE, DESK = (390, 844), (1200, 900)
LOOKS = [(account, *look) for account in ACCOUNTS for look in (("light", DESK), ("dark", PHONE))]
LOOKS += [("in trouble", "dark", DESK), ("in trouble", "light", PHONE)]


class Screen:
    """A browser window on the pages."""

    def __init__(self, driver: Any, folder: Path) -> None:
        self.driver, self.folder = driver, folder

    def open(self, account: str, look: str = "light", size: tuple[int, int] = DESK, setting: str = "") -> None:
        """Show an account's page in a size and a colour scheme."""
        features = [{"name": "prefers-color-scheme", "value": look}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        width, height = size
        window = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == PHONE}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", window)
        # An address that differs by what stands behind its # alone is not loaded anew.
        self.driver.get("about:blank")
        self.driver.get(f"file://{self.folder / account}.html{setting}")

    def sliders(self) -> dict[str, WebElement]:
        """By name, in the order of the page."""
        return {s.get_attribute("name"): s for s in self.driver.find_elements(By.CSS_SELECTOR, "input[type=range]")}

    def says(self, name: str) -> str:
        """What the page computes for one of its figures."""
        return self.driver.find_element(By.CSS_SELECTOR, f'[data-out="{name}"]').text

    def focused(self) -> WebElement:
        return self.driver.switch_to.active_element


@pytest.fixture(scope="module")
def screen(ran_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    folder = tmp_path_factory.mktemp("pages")
    for account, change in ACCOUNTS.items():
        published = folder / "reporting.duckdb"
        shutil.copy(ran_once / "small" / "reporting.duckdb", published)
        with duckdb.connect(str(published)) as con:
            con.execute(change)
        (folder / f"{account}.html").write_text(render_page(published, "small", read_settings(SMALL / "small.yaml")))
    with browser() as driver:
        yield Screen(driver, folder)


@pytest.mark.parametrize(("account", "look", "size"), LOOKS)
def test_everyone_can_read_it(screen: Screen, account: str, look: str, size: tuple[int, int]):
    screen.open(account, look, size)
    found = Axe().run(screen.driver)["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found] == []
    assert screen.driver.execute_script("return document.documentElement.scrollWidth") <= size[0]
    assert screen.driver.get_log("browser") == []


def test_dark_is_dark(screen: Screen):
    ground = "return getComputedStyle(document.body).backgroundColor"
    screen.open("healthy", "light")
    light = screen.driver.execute_script(ground)
    screen.open("healthy", "dark")
    assert (light, screen.driver.execute_script(ground)) == ("rgb(255, 255, 255)", "rgb(20, 24, 29)")


def test_the_sliders_say_what_sla_plan_says(screen: Screen):
    chance = random.Random(7)
    for _ in range(3):
        screen.open("healthy")
        for slider in screen.sliders().values():
            low, high = float(slider.get_attribute("min")), float(slider.get_attribute("max"))
            screen.driver.execute_script(
                "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))",
                slider,
                chance.uniform(low + 0.2 * (high - low), high),
            )
        plan = json.loads(screen.driver.find_element(By.ID, "plan-inputs").get_attribute("textContent"))
        set_to = {name: float(s.get_attribute("value")) for name, s in screen.sliders().items()}
        rates = [set_to[f"rates.{i}"] * deals for i, deals in enumerate(plan["deals_per_person"])]
        effort = plan["effort"]
        options = {
            "target": set_to["plan.revenue"] * plan["marketing_share"],
            "average-deal": set_to["plan.average_deal"] * plan["paying_share"],
            "conversion": 1,
            "working-weeks": plan["worked_weeks"],
            "mqls-per-rep-week": effort["mqls_per_rep_week"] / effort["rounds_per_mql"],
            "touches-per-rep-week": effort["touches_per_rep_week"],
            "call-attempts": set_to["effort.call_attempts_per_sql"],
            "emails": set_to["effort.emails_per_sql"],
        }
        steps = zip(plan["stages"], plan["stages"][1:], rates, strict=False)
        options |= {f"{one}-to-{next_one}": rate for one, next_one, rate in steps}
        done = CliRunner().invoke(sla_plan, [*(f"--{k}={v!r}" for k, v in options.items()), "--json"])
        assert done.exit_code == 0, done.output
        wanted = json.loads(done.stdout)
        for i, row in enumerate(wanted["required_funnel"]):
            assert screen.says(f"stage{i}") == f"{row['required']:,}", row["stage"]
        (reps,) = wanted["required_reps"]
        assert screen.says("reps") == f"{reps['reps']} ({reps['reps_exact']:,.2f})"


def test_it_is_used_by_keyboard_alone(screen: Screen):
    screen.open("in trouble")
    names = list(screen.sliders())
    before = screen.says("stage0")
    screen.driver.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    # Tables that scroll sideways may be met on the way.
    for _ in range(10):
        if screen.focused().get_attribute("name") == names[0]:
            break
        screen.focused().send_keys(Keys.TAB)
    for name in names:
        assert screen.focused().get_attribute("name") == name
        assert (
            screen.driver.execute_script("return getComputedStyle(arguments[0]).outlineWidth", screen.focused())
            != "0px"
        )
        screen.focused().send_keys(Keys.TAB)
    assert screen.focused().tag_name == "button"
    screen.sliders()["plan.revenue"].send_keys(Keys.ARROW_RIGHT)
    assert screen.says("stage0") != before
    assert "differs" in screen.driver.find_element(By.TAG_NAME, "body").get_attribute("class")
    setting = screen.driver.execute_script("return location.hash")
    moved = screen.says("stage0")
    screen.driver.find_element(By.CSS_SELECTOR, "button[type=reset]").send_keys(Keys.ENTER)
    assert screen.says("stage0") == before
    # The address alone brings a colleague to the same setting.
    screen.open("in trouble", setting=setting)
    assert screen.says("stage0") == moved
