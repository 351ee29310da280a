"""Genuine logind sessions on a Debian of its own, counted by the agent from source, seen in the collector's export."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.cli.opening import now
from collector.storage.engine import create_engine, writing
from collector.storage.queries.register import add_site
from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until
from tests.rigs.systemd_machine import SystemdMachine, why_not

reason = why_not()
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))

SOURCE = Path(__file__).parents[2] / "agent"
PACKAGES = "/usr/lib/python3/dist-packages/agent"
STATE = "var/lib/dps-agent"
VISIT_SECONDS = 4
SLACK_SECONDS = 2
"""The service counts whole seconds, and starting and ending a session take a part of one."""


class Station:
    """The agent on the machine, as an administrator sees it."""

    def __init__(self, machine: SystemdMachine, collector: RunningCollector, site: str) -> None:
        self.machine, self.collector, self.site = machine, collector, site
        self.units = 0
        folder = machine.root / "etc/dps-agent"
        folder.mkdir()
        (folder / "token").write_text(collector.token("--site", site) + "\n")
        (folder / "agent.toml").write_text(
            f'server = "{collector.address}"\ntag = "{site}-01"\ntoken_file = "/etc/dps-agent/token"\nstaff = ["bob"]\n'
        )

    def start(self) -> None:
        """Start the service; return when it reads sessions and knows the time."""
        before = self.run().get("run_id")
        self.units += 1
        self.machine.start(f"dps-agent-{self.units}", ["python3", "-m", "agent", "run"])
        until(lambda: self.run().get("run_id") not in (None, before), "the service runs")
        if not self.run()["trusted"]:
            self.send()  # the collector's answer tells the time; the next start takes it over
            self.kill()
            self.start()

    def kill(self) -> None:
        self.machine.run(["systemctl", "kill", "--signal=KILL", f"dps-agent-{self.units}"])
        until(
            lambda: self.machine.run(["systemctl", "is-active", f"dps-agent-{self.units}"], check=False).returncode,
            "the service is gone",
        )

    def send(self) -> None:
        until(lambda: self.machine.run(["python3", "-m", "agent", "send"], check=False).returncode == 0, "it is sent")

    def run(self) -> dict[str, Any]:
        """The service's last checkpoint."""
        try:
            found: dict[str, Any] = json.loads((self.machine.root / STATE / "run.json").read_text())
        except (OSError, ValueError):
            return {}
        return found

    def open_sessions(self, count: int) -> None:
        until(lambda: self.run().get("open_sessions") == count, f"{count} sessions are open")

    def visit_for(self, begun: float, seconds: float) -> None:
        """Return when the visit that began then has lasted so long."""
        until(lambda: time.monotonic() - begun >= seconds, "the visit has lasted")

    def counted(self) -> dict[str, int]:
        """Sessions, seconds of use and ended sessions of known length, as the site's slots have them."""
        self.send()
        self.send()  # what was counted while the first one was on its way
        rows = "SELECT count(*) FROM dirty_slot"
        until(lambda: self.collector.rows(rows) == [(0,)], "the roller has derived everything")
        [(sessions, seconds)] = self.collector.rows("SELECT sum(starts_10), sum(seconds_in_use_10) FROM site_slot")
        lengths = self.collector.rows("SELECT lengths_10 FROM site_slot")
        ended = sum(int(word) for (words,) in lengths for word in words.split())
        return {"sessions": sessions or 0, "seconds": seconds or 0, "ended": ended}


@pytest.fixture
def machine() -> Iterator[SystemdMachine]:
    with SystemdMachine(read_only={SOURCE: PACKAGES}) as booted:
        yield booted


@pytest.fixture
def station(machine: SystemdMachine, collector: RunningCollector) -> Station:
    """At the demonstration site, whose export shows a single station."""
    engine = create_engine(f"sqlite:///{collector.folder / 'collector.sqlite'}")
    with writing(engine) as connection:
        add_site(connection, "RIG", "A machine", "", now(), demonstration=True)
    engine.dispose()
    return Station(machine, collector, "RIG")


def exported(collector: RunningCollector, site: str) -> dict[str, Any]:
    month = time.strftime("%Y-%m", time.gmtime())
    text = collector.words("export", "statistics", "--site", site, "--from", month, "--to", month, "--format", "json")
    [row] = json.loads(text)["rows"]
    return dict(row)


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
    assert exported(station.collector, "RIG")["sessions"] == 1
    machine.log_off(visitor)
    lasted = time.monotonic() - begun
    station.open_sessions(0)
    counted = station.counted()
    assert (counted["sessions"], counted["ended"]) == (1, 1)
    assert abs(counted["seconds"] - lasted) <= SLACK_SECONDS
    row = exported(station.collector, "RIG")
    assert (row["status"], row["sessions"]) == ("value", 1)
    assert abs(row["hours_of_use"] * 3600 - lasted) <= SLACK_SECONDS + 18  # the export rounds to a hundredth of an hour
    assert "upper_bound" in row["marks"]  # no presence: nobody saw whether the visitor was still there
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
