"""Genuine logind sessions on a Debian of its own, counted by the agent from source, seen in the collector's export."""

import time
from collections.abc import Iterator

import pytest

from tests.e2e.real_station import DEMONSTRATION, PACKAGES, SOURCE, STATE, Station, add_demonstration, exported
from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until
from tests.rigs.systemd_machine import SystemdMachine, why_not

reason = why_not()
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))

VISIT_SECONDS = 4
SLACK_SECONDS = 2
"""The service counts whole seconds, and starting and ending a session take a part of one."""


@pytest.fixture
def machine() -> Iterator[SystemdMachine]:
    with SystemdMachine(read_only={SOURCE: PACKAGES}) as booted:
        yield booted


@pytest.fixture
def station(machine: SystemdMachine, collector: RunningCollector) -> Station:
    """At the demonstration site, whose export shows a single station."""
    add_demonstration(collector)
    return Station(machine, collector, DEMONSTRATION)


def test_a_visitors_session_appears_ends_and_has_its_length_and_nobody_else_counts(station: Station) -> None:
    machine = station.machine
    station.start()
    greeter = machine.log_on("lightdm", session_class="greeter")
    remote = machine.log_on("alice", remote_host="192.0.2.7")
    staff = machine.log_on("bob")
    assert station.counted() == {"sessions": 0, "seconds": 0, "ended": 0}
    assert station.run()["open_sessions"] == 0
    machine.log_off(staff)
    machine.log_off(greeter)

    begun = time.monotonic()
    visitor = machine.log_on("alice", display=":1")
    station.open_sessions(1)
    station.visit_for(begun, VISIT_SECONDS)
    machine.lock(visitor)  # an event, and so a checkpoint in the middle of the session
    machine.unlock(visitor)
    until(lambda: station.counted()["seconds"], "the visitor is seen")
    counted = station.counted()
    assert (counted["sessions"], counted["ended"]) == (1, 0)
    assert exported(station.collector, DEMONSTRATION)["sessions"] == 1
    machine.log_off(visitor)
    lasted = time.monotonic() - begun
    station.open_sessions(0)
    counted = station.counted()
    assert (counted["sessions"], counted["ended"]) == (1, 1)
    assert abs(counted["seconds"] - lasted) <= SLACK_SECONDS
    row = exported(station.collector, DEMONSTRATION)
    assert (row["status"], row["sessions"]) == ("value", 1)
    assert abs(row["hours_of_use"] * 3600 - lasted) <= SLACK_SECONDS + 18  # the export rounds to a hundredth of an hour
    machine.log_off(remote)
    assert station.counted()["sessions"] == 1

    told = "".join(
        path.read_text(errors="replace")
        for path in (machine.root / STATE).rglob("*")
        if path.suffix in (".json", ".why")
    )
    everything = told + station.collector.log() + str(station.collector.rows("SELECT * FROM slot_record"))
    assert "slot" in told
    for name in ("alice", "bob", "192.0.2.7"):
        assert name not in everything


def test_a_service_killed_in_the_middle_of_a_session_counts_it_once(station: Station) -> None:
    machine = station.machine
    station.start()
    begun = time.monotonic()
    visitor = machine.log_on("alice")
    station.open_sessions(1)
    for _ in range(3):
        station.kill()
        station.start()
        station.open_sessions(1)
    station.visit_for(begun, VISIT_SECONDS)
    machine.log_off(visitor)
    lasted = time.monotonic() - begun
    station.open_sessions(0)
    counted = station.counted()
    assert (counted["sessions"], counted["ended"]) == (1, 1)
    # What passed while no service ran is not known to be use: never more than the truth.
    assert 0 < counted["seconds"] <= lasted + SLACK_SECONDS
    assert len(station.collector.rows("SELECT run_id FROM run")) >= 4


def test_a_session_that_ended_while_no_service_ran_is_counted_once_and_has_an_end(station: Station) -> None:
    machine = station.machine
    station.start()
    visitor = machine.log_on("alice")
    station.open_sessions(1)
    station.kill()
    machine.log_off(visitor)
    other = machine.log_on("alice")
    station.start()
    station.open_sessions(1)
    machine.log_off(other)
    station.open_sessions(0)
    counted = station.counted()
    assert (counted["sessions"], counted["ended"]) == (2, 2)


def test_a_pulled_plug_ends_the_session_when_it_was_last_known(station: Station) -> None:
    machine = station.machine
    station.start()
    begun = time.monotonic()
    visitor = machine.log_on("alice")
    station.open_sessions(1)
    station.visit_for(begun, VISIT_SECONDS)
    checkpoint = station.run()["elapsed_seconds"]
    machine.lock(visitor)  # an event, and so a checkpoint
    machine.unlock(visitor)
    until(lambda: station.run()["elapsed_seconds"] >= checkpoint + VISIT_SECONDS - 1, "the checkpoint")
    known = time.monotonic() - begun
    before = station.run()
    machine.kill()
    machine.boot()
    station.start()
    after = station.run()
    assert after["boot_id"] != before["boot_id"]
    assert after["open_sessions"] == 0
    counted = station.counted()
    assert (counted["sessions"], counted["ended"]) == (1, 1)
    assert abs(counted["seconds"] - known) <= SLACK_SECONDS
    reasons = dict(station.collector.rows("SELECT run_id, start_reason FROM run"))
    assert reasons[after["run_id"]] in ("boot", "restart")
    assert "boot" in {reasons[run] for run in reasons if run != before["run_id"]}

    # The same session number after the boot is another session.
    again = machine.log_on("alice")
    assert again.session == visitor.session
    station.open_sessions(1)
    machine.log_off(again)
    station.open_sessions(0)
    counted = station.counted()
    assert (counted["sessions"], counted["ended"]) == (2, 2)


def test_a_shutdown_ends_the_session_and_is_told_as_one(station: Station) -> None:
    machine = station.machine
    station.start()
    machine.log_on("alice")
    station.open_sessions(1)
    machine.power_off()
    assert station.run()["stopped"] in ("power_off", "service_stop")
    machine.boot()
    station.start()
    counted = station.counted()
    assert (counted["sessions"], counted["ended"]) == (1, 1)


def test_a_site_of_two_stations_shows_its_sessions_and_a_site_of_one_does_not(
    machine: SystemdMachine, collector: RunningCollector
) -> None:
    station = Station(machine, collector, "EVERE")
    station.start()
    until(lambda: exported(collector, "EVERE")["status"] == "confidential", "the station has been there for a second")
    machine.run(["python3", "-m", "agent", "send", "--state", "/var/lib/other", "--tag", "EVERE-02"])
    begun = time.monotonic()
    visitor = machine.log_on("alice")
    station.visit_for(begun, VISIT_SECONDS)
    machine.log_off(visitor)
    until(lambda: station.counted()["ended"] == 1, "the session is counted")
    until(lambda: exported(collector, "EVERE")["status"] == "value", "two stations are installed")
    assert exported(collector, "EVERE")["sessions"] == 1
