"""One call: what is retried, what is refused, and what the limits make it wait."""

import pytest

from connectors.errors import FixSettingsError
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.limits import Limits
from connectors.hubspot.paths import PATHS, is_version, path


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now = 1000.0

    def time(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def sent_within(limits, clock, lane, seconds):
    """How many calls a lane lets through in so many seconds."""
    start, sent = clock.now, 0
    while True:
        limits.take_turn(lane)
        if clock.now - start > seconds:
            return sent
        sent += 1


def test_every_path_has_a_dated_twin():
    assert path("list", "v3", type="contacts") == "/crm/v3/objects/contacts"
    assert path("list", "2026-03", type="contacts") == "/crm/objects/2026-03/contacts"
    assert (
        path("links", "2026-03", type="deals", to="contacts") == "/crm/associations/2026-03/deals/contacts/batch/read"
    )
    for undated, dated in PATHS.values():
        assert "{version}" in dated
        assert "{version}" not in undated


@pytest.mark.parametrize("version", ["v4", "2026", "latest", "2026-3"])
def test_a_version_that_is_none_is_refused_by_its_setting(version):
    assert not is_version(version)
    with pytest.raises(FixSettingsError, match=r"sources\.hubspot\.crm_api_version: .* use v3"):
        HubSpotClient("token", version=version)


def test_ten_seconds_hold_just_under_the_limit_that_the_headers_tell():
    clock = Clock()
    limits = Limits(clock.time, clock.sleep)
    limits.learn({"X-HubSpot-RateLimit-Max": "190", "X-HubSpot-RateLimit-Interval-Milliseconds": "10000"})
    # 98 % of 190 are 187: six windows of 10.3 s and the burst of the seventh in a minute and a bit.
    sent = sent_within(limits, clock, "general", 61.8)
    assert sent >= 0.9 * 190 * 61.8 / 10
    limits = Limits(clock.time, clock.sleep)
    limits.learn({"X-HubSpot-RateLimit-Max": "190"})
    assert sent_within(limits, clock, "general", 9.9) <= 190


def test_a_search_waits_in_a_lane_of_its_own():
    clock = Clock()
    limits = Limits(clock.time, clock.sleep)
    assert sent_within(limits, clock, "search", 0.9) == 5
    before = clock.now
    limits.take_turn("general")
    assert clock.now == before


def test_a_lane_that_is_paused_waits_and_the_others_do_not():
    clock = Clock()
    limits = Limits(clock.time, clock.sleep)
    limits.pause("search", 4)
    limits.take_turn("general")
    assert clock.now == 1000.0
    limits.take_turn("search")
    assert clock.now == 1004.0


def test_the_day_s_calls_are_read_from_the_headers():
    limits = Limits()
    limits.learn({"x-hubspot-ratelimit-daily": "250000", "x-hubspot-ratelimit-daily-remaining": "249000"})
    assert (limits.daily, limits.daily_remaining) == (250_000, 249_000)
