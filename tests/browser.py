"""Chromium without a window, for tests of pages; they are skipped where there is none.

Here: starting and stopping it. Not here: any page.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> tuple[str, str] | None:
    """The paths of Chromium (or Chrome) and its driver; None where one of them is missing."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    return (found, driver) if found and driver else None


@contextmanager
def browser(width: int = 1600, height: int = 1000, *flags: str) -> Iterator[webdriver.Chrome]:
    """A browser of its own, for the time of the block."""
    there = chromium()
    if there is None:
        pytest.skip("no Chromium with chromedriver is installed")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = Options()
        options.binary_location = there[0]
        for flag in (*FLAGS, *flags, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(there[1]))
        try:
            yield driver
        finally:
            driver.quit()
