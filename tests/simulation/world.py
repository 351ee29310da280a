"""One world: a site with a few stations for some weeks, drawn from a seed."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from agent.sessions import Mode
from tests.simulation import activity, coverage, invariants, shifted
from tests.simulation.collector import Backup, SimulatedCollector, template
from tests.simulation.computer import KILL, POWER
from tests.simulation.disk import SimulatedDisk, SimulatedSystem, installed
from tests.simulation.kiosk import Touches
from tests.simulation.moment import DAY_ONE, DAY_SECONDS, Time, even
from tests.simulation.network import SimulatedNetwork
from tests.simulation.rare import Rare
from tests.simulation.shortcuts import taken
from tests.simulation.station import Station
from tests.simulation.truth import expected
from tests.simulation.visitors import Visitors

HOUR = 3600
STATIONS = 3
MOST_LOST_SECONDS = 6 * DAY_SECONDS
"""Stations keep for 7 days what was acknowledged (design: the chain)."""
MOST_STEPS = 40
"""A checkpoint takes fewer steps, a contact more: the later ones are reached by longer strikes."""
ALWAYS_LOGGED_ON = 0.06
"""Share of the stations that are counted by activity; each costs as much as several others."""
VERIFY_EVERY = 3
"""In one of so many worlds everything is derived once more; the sums are compared with the truth in each."""


@dataclass
class Figures:
    """What a world was made of, and what was wrong with it."""

    station_days: int = 0
    sessions: int = 0
    counted: int = 0
    undated: int = 0
    unseen: int = 0
    acknowledged: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    trace: str = ""
    worlds: int = 1

    def add(self, other: "Figures") -> None:
        self.worlds += other.worlds
        self.station_days += other.station_days
        self.sessions += other.sessions
        self.counted += other.counted
        self.undated += other.undated
        self.unseen += other.unseen
        self.acknowledged += other.acknowledged
        self.faults += other.faults
        self.violations += other.violations


class World:
    """Everything that one seed decides."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.seed = seed
        self.random = Random(f"{seed} world")
        self.time = Time(DAY_ONE)
        self.days = self.random.randrange(10, 21) if self.random.random() < 0.9 else self.random.randrange(21, 43)
        self.rare = Rare(self)
        if self.rare.is_long_offline:
            self.days = 23
        self.system = SimulatedSystem()
        self.collector = SimulatedCollector(
            folder,
            template(STATIONS),
            self.time,
            Random(f"{seed} collector"),
            self.random.choices((1800, 7200, 14_400, 43_200), (1, 3, 16, 40))[0] if not self.rare.has_twin else 1800,
        )
        self.collector.died = self._collector_died
        self.network = SimulatedNetwork(
            self.collector, self.time, Random(f"{seed} network"), self.random.choice((0.0, 0.05, 0.25))
        )
        self.stations: list[Station] = []
        self.visitors: list[Visitors | Touches] = []
        self.faults: Counter[str] = Counter()
        self.violations: list[str] = []
        self._restored = False
        self.station_days = 0
        wrong, self.jumps = self.random.choice(((0.0, 0.0), (0.3, 0.0), (0.6, 0.1)))
        for number in range(1, STATIONS + 1):
            disk = self.system.disks[f"pc{number}"] = SimulatedDisk()
            mode: Mode = "activity" if self.random.random() < ALWAYS_LOGGED_ON else "log_on"
            station = Station(number, disk, self.network, self.time, Random(f"{seed} station {number}"), mode)
            self.stations.append(station)
            if mode == "activity":
                self.visitors.append(Touches(station, Random(f"{seed} touches {number}")))
                continue
            station.frozen = self.random.random() < 0.1
            if self.random.random() < wrong:
                station.clocks.always_synced = station.clocks.synced = False
                station.clocks.was_wrong = True
                station.clocks.battery = self.random.random() < 0.5
                station.clocks.wall_ahead = self.random.choice((0, 0, 3, -50, 115, -125, 4000))
                station.daemon = self.random.random() < 0.5
            self.visitors.append(
                Visitors(station, Random(f"{seed} visitors {number}"), self.random.choice((0.3, 1.0, 2.0, 6.0)))
            )
        self.rare.begin()

    def run(self) -> Figures:
        with installed(self.system), taken(self.system):
            for station in self.stations:
                station.enrol()
            for day in range(self.days):
                if day % 7 != 6:
                    self._plan(DAY_ONE + day * DAY_SECONDS)
                self.time.run_until(DAY_ONE + (day + 1) * DAY_SECONDS - 2)
            self._drain()
        return self._figures()

    # --- a day --------------------------------------------------------------------------------------------------

    def _plan(self, midnight: int) -> None:
        for station, visitors in zip(self.stations, self.visitors, strict=True):
            if self.random.random() < 0.97:
                self._plan_station(station, visitors, midnight)
        if self.random.random() < 0.25:
            self.time.at(midnight + 22 * HOUR, self.collector.roll)
        for happens, share in ((self._stop_collector, 0.15), (self._back_up, 0.4), (self._restore, 0.04)):
            if self.random.random() < share:
                self._at(midnight + self.random.randrange(1, 24 * HOUR), happens)
        if self.random.random() < 0.03:
            self.go_offline(self.random.choice(self.stations).who, self.random.choice((1, 3, 10, 16, 25)))
        self.rare.plan((midnight - DAY_ONE) // DAY_SECONDS, midnight)

    def _plan_station(self, station: Station, visitors: Visitors | Touches, midnight: int) -> None:
        self.station_days += 1
        opens = midnight + 9 * HOUR
        closes = midnight + self.random.choice((11, 12, 13, 15, 18)) * HOUR
        self._at(opens - self.random.randrange(0, 1800), station.power_on)
        self._at(opens, lambda: visitors.open_until(closes))
        self._plan_end(station, closes)
        faults: tuple[tuple[Callable[[Station], None], float], ...] = (
            (lambda station: self._strike(station, KILL), 0.35),
            (lambda station: self._strike(station, POWER), 0.2),
            (self._fill, 0.03),
            (self._stop_agent, 0.05),
            (self._jump, self.jumps if station.mode == "log_on" else 0.0),
        )
        for happens, share in faults:
            if self.random.random() < share:
                self._at(self.random.randrange(opens, closes), partial(happens, station))

    def _at(self, moment: int, happen: Callable[[], None]) -> None:
        self.time.at(even(moment), happen)

    def _plan_end(self, station: Station, closes: int) -> None:
        end = self.random.random()
        if end < 0.77:
            self._at(closes + self.random.randrange(0, 1200), station.shut_down)
        elif end < 0.87:
            self._at(closes + self.random.randrange(0, 1200), lambda: self._die(station, POWER))
        elif end < 0.95:
            # Windows' hybrid shutdown, or a lid that is closed: the same run goes on the next morning.
            self._at(closes + self.random.randrange(0, 1200), station.suspend)
            self._at(closes + 15 * HOUR, station.resume)

    def _strike(self, station: Station, kind: str) -> None:
        """Kill, at any step of the next call or contact, or between two of them."""
        if self.random.random() < 0.25:
            self._die(station, kind)
            return
        station.strike = (kind, self.random.randrange(MOST_STEPS if self.random.random() < 0.7 else 400))
        self.time.after(1800, lambda: self._revive(station))

    def _die(self, station: Station, kind: str) -> None:
        station.die(kind)
        self.time.after(even(self.random.choice((4, 20, 90, 400, 1500))), lambda: self._revive(station))

    def _revive(self, station: Station) -> None:
        if station.on:
            station.start_service()
        elif self.time.now % DAY_SECONDS < 17 * HOUR:
            station.power_on()

    def _fill(self, station: Station) -> None:
        station.fill()
        self.time.after(even(self.random.choice((40, 400, 4000))), station.free)

    def _stop_agent(self, station: Station) -> None:
        """Somebody upgrades the agent, or tries how it is without; the computer goes on."""
        self.faults["agent stopped"] += 1
        station.stop_service()
        self.time.after(even(self.random.choice((4, 90, 1500, 7200))), lambda: self._revive(station))

    def _jump(self, station: Station) -> None:
        """The clock is wrong from now on; a daemon, where there is one, puts it right again."""
        self.faults["clock jumped"] += 1
        station.clocks.jump(self.random.choice((-7200, -3600, -90, -3, 3, 90, 3600, 7200, 86_400 * 400)))

    def _stop_collector(self) -> None:
        kind = self.random.choice(("before_commit", "after_commit", "restart"))
        self.faults[f"collector killed: {kind}"] += 1
        if kind == "restart":
            self.collector.kill()
        else:
            self.collector.fault = kind

    def _collector_died(self) -> None:
        self.time.after(even(self.random.choice((10, 600, 20_000))), self._start_collector)

    def _start_collector(self) -> None:
        if self.collector.up:
            return
        self.collector.start()
        if self._restored:
            return
        facts = invariants.counted(self.collector)
        for station in self.stations:
            self.violations += invariants.acknowledged(station.who, self.network.acknowledged, facts[station.number])

    def _back_up(self) -> None:
        if self.collector.up:
            self.collector.back_up(dict(self.network.acknowledged))

    def _restore(self) -> None:
        """The collector goes back to a backup that is younger than what the stations keep."""
        young = [backup for backup in self.collector.backups if self.time.now - backup.made_at < MOST_LOST_SECONDS]
        if young and not self.rare.forbids_restores:
            self.restore(self.random.choice(young))

    def restore_oldest(self) -> None:
        """The same, with the oldest one."""
        young = [backup for backup in self.collector.backups if self.time.now - backup.made_at < MOST_LOST_SECONDS]
        if young:
            self.restore(young[0])

    def restore(self, backup: Backup) -> None:
        self.faults["collector restored"] += 1
        self._restored = True
        self.collector.restore(backup)
        for station in self.stations:
            if station.frozen or station is self.rare.late:
                # What such a station has sent and forgotten, nobody has any more.
                said = self.network.acknowledged
                for key in [key for key in said if key[0] == station.who]:
                    said[key] = min(said[key], backup.acknowledged.get(key, 0))
                station.forgotten()
        self._start_collector()

    def upgrade(self) -> None:
        """A collector with older tables is replaced by that of now; somebody has made a backup before."""
        self.faults["collector upgraded"] += 1
        self.collector.upgrade(dict(self.network.acknowledged))
        before = self.collector.backups[-1]
        if self.seed % 20 == 3:
            self.time.after(2 * DAY_SECONDS, lambda: self.restore(before))

    def go_offline(self, who: str, days: int) -> None:
        """No network for days or weeks."""
        self.faults["offline for days"] += 1
        self.network.cut.add(who)
        self.time.after(days * DAY_SECONDS + even(self.random.randrange(20_000)), lambda: self.network.cut.discard(who))

    # --- the end ------------------------------------------------------------------------------------------------

    def _drain(self) -> None:
        """No more faults: every station is on for an hour, twice, and sends what it has."""
        self.network.fault_share = 0.0
        self.network.cut.clear()
        self.collector.fault = ""
        self._start_collector()
        self.rare.end()
        for station in self.stations:
            for moment in range(even(self.time.now) + 60, self.time.now + 4 * HOUR, 900):
                self.time.at(moment, station.wake)
        for station in self.stations:
            station.strike = None
            station.free()
            station.resume()
        self.time.run_until(self.time.now + 20)
        for station in self.stations:
            station.power_on()
            station.start_service()
        self.time.run_until(self.time.now + HOUR)
        for station in self.stations:
            station.shut_down()
        self.time.run_until(self.time.now + 600)
        for station in self.stations:
            station.power_on()
        self.time.run_until(self.time.now + HOUR)
        for station in self.stations:
            station.shut_down()
        self.time.run_until(self.time.now + 600)
        self.collector.roll_all()

    def _coverage(self) -> Iterator[str]:
        """Where a clock was wrong, nobody can say what was when."""
        claimed = coverage.claimed(self.collector)
        for station in self.stations:
            if not station.clocks.was_wrong and not self._has_twin(station):
                yield from coverage.off_is_true(station.who, station.boots, station.hidden, claimed[station.number])
                if not station.frozen and station is not self.rare.late:
                    yield from coverage.off_is_found(station.who, station.boots, claimed[station.number], station.lossy)
        if not any(
            station.clocks.was_wrong or station.mode == "activity" or self._has_twin(station)
            for station in self.stations
        ):
            yield from coverage.taken_is_true(
                self.collector, [(station.boots, station.hidden) for station in self.stations]
            )

    def _has_twin(self, station: Station) -> bool:
        return self.rare.twin is not None and self.rare.twin.original is station

    def _figures(self) -> Figures:
        figures = Figures(station_days=self.station_days, faults=self.faults + self.network.counts)
        figures.violations += self.violations
        facts = invariants.counted(self.collector)
        for station, visitors in zip(self.stations, self.visitors, strict=True):
            figures.faults += station.faults
            if isinstance(visitors, Touches):
                found = facts[station.number]
                figures.violations += station.violations
                figures.violations += activity.compare(station.who, station.boots, visitors, found)
                figures.violations += invariants.acknowledged(station.who, self.network.acknowledged, found)
                continue
            right, lossy = expected(station.boots), station.lossy
            if self._has_twin(station) and self.rare.twin is not None:
                right, lossy = self.rare.twin.together(right)
            found = facts[station.number]
            figures.violations += station.violations
            compare = shifted.compare if station.clocks.was_wrong else invariants.compare
            figures.violations += compare(station.who, right, found, lossy)
            figures.violations += invariants.acknowledged(station.who, self.network.acknowledged, found)
            figures.sessions += sum(right.starts[2].values())
            figures.unseen += right.sessions_unseen
            figures.counted += sum(found.starts[2].values())
            figures.undated += sum(sums[2][0] for sums in found.undated.values() if sums)
        figures.violations += invariants.site_slots(self.collector, facts)
        figures.violations += self._coverage()
        figures.violations += self.rare.violations()
        if self.seed % VERIFY_EVERY == 0:
            figures.violations += self.collector.differences()
        figures.acknowledged = self.collector.accepted
        self.time.tell("end", repr(sorted(self.collector.rows_of_facts())))
        figures.trace = self.time.trace()
        self.collector.kill()
        return figures
