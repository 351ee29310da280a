"""Visitors with a desktop: genuine logind sessions with an X server, presence from autostart, hands of xdotool."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.collector.web.test_in_a_browser import ARGUMENTS, CHROMIUM
from tests.e2e.real_desktop import (
    FIRST_STEP_SECONDS,
    PassingTime,
    install_autostart,
    log_itself_on,
    presence_of,
    status_of,
)
from tests.e2e.real_station import DEMONSTRATION, PACKAGES, SOURCE, Station, add_demonstration, exported
from tests.e2e.running_collector import ACCOUNT, PASSWORD, RunningCollector
from tests.e2e.waiting import until
from tests.rigs.desktop import open_desktop
from tests.rigs.moved_clock import MovedClock
from tests.rigs.systemd_machine import SystemdMachine, why_not

reason = why_not()
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))

MOST_RESIDENT_KILOBYTES = 15 * 1024
"""The budget of the resident service, from source on Debian 12."""
CHECKPOINT_SECONDS = 30
SLACK_SECONDS = 4
"""Whole seconds, and what starting and ending a desktop takes."""
PRESENCE_SECONDS = 10
"""Between two words of presence: how much later the end of a pause may be heard of where time is moved meanwhile."""


@pytest.fixture
def machine() -> Iterator[SystemdMachine]:
    with SystemdMachine(read_only={SOURCE: PACKAGES}) as booted:
        install_autostart(booted)
        yield booted


@pytest.fixture
def station(machine: SystemdMachine, collector: RunningCollector) -> Station:
    """At the demonstration site, whose page shows a single station; its service starts with the machine."""
    add_demonstration(collector)
    return Station(machine, collector, DEMONSTRATION, restart="always", staff="nobody")


@pytest.fixture
def clock(machine: SystemdMachine, collector: RunningCollector) -> MovedClock:
    """The clock of the machine and of the collector."""
    moved = MovedClock(machine.root)
    collector.kill()
    collector.environment |= moved.outside() | {"DPS_COLLECTOR_CONTACT_INTERVAL_SECONDS": "1800"}
    collector.start()
    return moved


@pytest.fixture
def timed_station(machine: SystemdMachine, collector: RunningCollector, clock: MovedClock) -> Station:
    """The same station on the moved clock."""
    add_demonstration(collector)
    return Station(machine, collector, DEMONSTRATION, restart="always", staff="nobody", environment=clock.inside())


def say_memory(station: Station) -> int:
    kilobytes = status_of(station.machine, station.process(), "VmRSS")
    print(f"\nresident memory of the service on Debian 12, presence connected: {kilobytes} kB")
    return kilobytes


def await_presence(station: Station, count: int = 1) -> None:
    """Presence tries again ever less often, at last every 30 s; five vain attempts take a minute."""
    try:
        until(lambda: station.presences() == count, f"{count} desktops are connected", 150)
    except AssertionError as vain:
        raise AssertionError(f"{vain}\n{station.seen()}") from None


def read_page(collector: RunningCollector, site: str, width: int, folder: Path) -> tuple[str, str]:
    """Sessions and hours of use of this month, as a real browser shows them; a picture of it is kept in the folder."""
    collector.browser()  # there is an account now
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder / f"profile-{width}",
            executable_path=CHROMIUM,
            args=ARGUMENTS,
            viewport={"width": width, "height": 800},
            locale="en-GB",
        )
        context.set_default_timeout(30_000)
        page = context.pages[0]
        page.goto(f"{collector.address}/sites/{site}/days")
        page.locator("#name").fill(ACCOUNT)
        page.locator("#password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/sites/{site}/days")
        sessions, hours = (page.locator(".tile .big .value").nth(tile).inner_text() for tile in (0, 1))
        page.screenshot(path=folder / f"site-{width}.png", full_page=True)
        context.close()
    return sessions, hours


def test_a_service_killed_in_the_middle_of_a_visit_goes_on_with_it_and_hears_presence_again(station: Station) -> None:
    station.start()
    begun = time.monotonic()
    desktop = open_desktop(station.machine, "alice")
    desktop.move_and_type()
    await_presence(station)
    station.kill()  # systemd starts it again
    station.open_sessions(1)
    await_presence(station)
    desktop.move_and_type()
    assert say_memory(station) <= MOST_RESIDENT_KILOBYTES
    desktop.log_off()
    lasted = time.monotonic() - begun
    station.open_sessions(0)
    until(lambda: not presence_of(station.machine, "alice"), "presence has ended with the session")
    counted = station.counted()
    assert (counted["sessions"], counted["ended"]) == (1, 1)
    assert lasted - SLACK_SECONDS <= counted["seconds"] <= lasted + SLACK_SECONDS
    assert "upper_bound" not in exported(station.collector, DEMONSTRATION)["marks"]


def test_a_pulled_plug_loses_no_more_than_a_checkpoint_and_counts_the_visit_once(station: Station) -> None:
    station.start()
    begun = time.monotonic()
    desktop = open_desktop(station.machine, "alice")
    await_presence(station)

    def typed_for(seconds: float) -> bool:
        desktop.move_and_type()
        return time.monotonic() - begun >= seconds

    until(lambda: typed_for(CHECKPOINT_SECONDS + 10), "the visitor has typed")
    before = station.run()
    station.machine.kill()
    lasted = time.monotonic() - begun
    station.machine.boot()  # the service starts with it
    station.await_run(before["run_id"])
    assert station.run()["boot_id"] != before["boot_id"]
    assert station.run()["open_sessions"] == 0
    station.await_trust()
    counted = station.counted()
    assert (counted["sessions"], counted["ended"]) == (1, 1)
    assert lasted - CHECKPOINT_SECONDS - SLACK_SECONDS <= counted["seconds"] <= lasted + SLACK_SECONDS

    again = open_desktop(station.machine, "alice")
    assert again.log_on.session == desktop.log_on.session, "logind counts from one again after a boot"
    station.open_sessions(1)
    again.log_off()
    station.open_sessions(0)
    counted = station.counted()
    assert (counted["sessions"], counted["ended"]) == (2, 2)


def test_a_lock_and_a_switch_of_user_make_no_visit_of_nobody(station: Station) -> None:
    machine = station.machine
    station.start()
    begun = time.monotonic()
    alice = open_desktop(machine, "alice")
    await_presence(station)
    alice.move_and_type()
    for _ in range(3):
        machine.lock(alice.log_on)
        alice.move_and_type()
        machine.unlock(alice.log_on)
    bob = open_desktop(machine, "bob", ":1")
    await_presence(station, 2)
    bob.move_and_type()
    for desktop in (alice, bob, alice):
        machine.switch(desktop.log_on)
        desktop.move_and_type()
    assert say_memory(station) <= MOST_RESIDENT_KILOBYTES
    assert station.run()["open_sessions"] == 2
    bob.log_off()
    alice.log_off()
    lasted = time.monotonic() - begun
    station.open_sessions(0)
    counted = station.counted()
    assert (counted["sessions"], counted["ended"]) == (2, 2)
    assert counted["seconds"] <= lasted + SLACK_SECONDS, "two people at one seat are never there at the same time"
    row = exported(station.collector, DEMONSTRATION)
    assert (row["sessions"], "upper_bound" in row["marks"]) == (2, False)


def test_a_visitor_with_a_desktop_is_on_the_page_with_the_hours_that_the_hands_were_there(
    timed_station: Station, clock: MovedClock, tmp_path: Path
) -> None:
    station = timed_station
    station.start()
    logged_on = clock.now()
    desktop = open_desktop(station.machine, "alice", environment=clock.inside())
    await_presence(station)
    time_goes = PassingTime(clock, station, desktop)
    for _ in range(2):
        desktop.move_and_type()
        time_goes.pass_by(FIRST_STEP_SECONDS)
    desktop.move_and_type()
    left = clock.now()
    time_goes.pass_by(11 * 60)  # a long telephone call: longer than the idle rule of 10 minutes
    back = clock.now()
    desktop.move_and_type()
    time_goes.pass_by(FIRST_STEP_SECONDS)
    desktop.log_off()
    logged_off = clock.now()
    station.open_sessions(0)
    in_use = left - logged_on + logged_off - back
    counted = station.counted()
    assert (counted["sessions"], counted["ended"]) == (1, 1)
    assert abs(counted["seconds"] - in_use) <= SLACK_SECONDS + PRESENCE_SECONDS
    row = exported(station.collector, DEMONSTRATION, moved=True)
    assert (row["status"], row["sessions"]) == ("value", 1)
    # The export rounds to hundredths of an hour.
    assert abs(row["hours_of_use"] * 3600 - in_use) <= SLACK_SECONDS + PRESENCE_SECONDS + 18
    assert "upper_bound" not in row["marks"]
    minutes = counted["seconds"] // 60  # a minute that has begun is none yet
    for width in (1280, 390):
        page_of = read_page(station.collector, DEMONSTRATION, width, tmp_path)
        assert page_of == ("1", f"{minutes}\N{NO-BREAK SPACE}min")


def test_a_station_that_is_always_logged_on_counts_visits_by_what_the_hands_do(
    timed_station: Station, clock: MovedClock
) -> None:
    station = timed_station
    log_itself_on(station.machine, "alice")
    station.start()
    assert station.run()["mode"] == "activity"
    desktop = open_desktop(station.machine, "alice", environment=clock.inside())
    await_presence(station)
    time_goes = PassingTime(clock, station, desktop)
    begun = clock.now()
    desktop.move_and_type()
    time_goes.pass_by(FIRST_STEP_SECONDS)
    desktop.move_and_type()
    in_use = clock.now() - begun
    time_goes.pass_by(10.5 * 60)  # longer than the idle rule of 10 minutes, shorter than that of 15
    begun = clock.now()
    time_goes.touch()
    desktop.log_off()
    in_use += clock.now() - begun
    station.open_sessions(0)
    counted = station.counted()
    assert (counted["sessions"], counted["ended"]) == (2, 2)
    assert abs(counted["seconds"] - in_use) <= 2 * SLACK_SECONDS + PRESENCE_SECONDS
    by_rule = "SELECT sum(starts_3), sum(starts_5), sum(starts_10), sum(starts_15) FROM site_slot"
    assert station.collector.rows(by_rule) == [(2, 2, 2, 1)]
    row = exported(station.collector, DEMONSTRATION, moved=True)
    assert (row["sessions"], "upper_bound" in row["marks"]) == (2, False)
