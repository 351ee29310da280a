"""The collector is restored from an older backup: what stations keep comes again, and is counted once."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.disk import RealDisk
from agent.spool import KEPT, PENDING, Spool
from collector.ingest.rebuilding import verify
from collector.storage.engine import create_engine
from tests.e2e.load import record, run_record
from tests.e2e.running_agent import RunningAgent
from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until

MakeAgent = Callable[..., RunningAgent]
RUN = "5e" * 8


class CountingStation:
    """The real sender of a station whose counts are told by the test: one session in each slot."""

    def __init__(self, agent: RunningAgent) -> None:
        self.agent = agent
        self.spool = Spool(str(agent.state / "spool"), RealDisk())
        self.latest = int(time.time()) // 900 - 1

    def counts(self, *numbers: int, revision: int = 1) -> None:
        """Session number N started N quarter-hours before the first one."""
        self.agent.state.mkdir(mode=0o700, exist_ok=True)
        self.spool.prepare()
        self.spool.put(PENDING, "run", run_record(RUN, (self.latest - 96) * 900))
        for number in numbers:
            self.spool.put(PENDING, "slot", record(RUN, self.latest - number, revision))

    def numbers(self, folder: str) -> list[int]:
        return sorted(self.latest - entry.slot for entry in self.spool.entries(folder) if entry.kind == "slot")

    def forgets(self, number: int) -> None:
        """What the spool does 7 days after the record."""
        for entry in self.spool.all_entries(KEPT):
            if entry.slot == self.latest - number:
                Path(self.spool.path(KEPT, entry.name)).unlink()


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "yesterday.sqlite"


def restored(collector: RunningCollector, backup: Path) -> str:
    collector.kill()
    said = collector.words("restore", str(backup))
    collector.start()
    return said


def held(collector: RunningCollector, station: CountingStation, station_id: int = 1) -> dict[int, int]:
    """Revisions of the sessions that the collector holds of a station, by their number."""
    rows = collector.rows(f"SELECT slot, revision FROM slot_record WHERE station_id = {station_id}")
    return {station.latest - slot: revision for slot, revision in rows}


def counted(collector: RunningCollector) -> tuple[int, int]:
    """Sessions and seconds in use of all sites, once everything that is marked was derived."""
    until(lambda: not collector.rows("SELECT 1 FROM dirty_slot LIMIT 1"), "the roller has derived everything")
    engine = create_engine(f"sqlite:///{collector.folder / 'collector.sqlite'}")
    assert list(verify(engine)) == []
    engine.dispose()
    [sums] = collector.rows("SELECT sum(starts_10), sum(seconds_in_use_10) FROM site_slot")
    return sums[0], sums[1]


def test_what_was_lost_with_a_restore_is_sent_again_and_counted_once(
    collector: RunningCollector, agent: MakeAgent, backup: Path
) -> None:
    token = collector.token("--site", "EVERE")
    busy, quiet = CountingStation(agent("EVERE-01", token)), CountingStation(agent("EVERE-02", token))
    busy.counts(0, 1, 2, 3)
    busy.agent.send()
    quiet.counts(0)
    quiet.agent.send()
    assert collector.words("backup", str(backup)).startswith(f"{backup}: ")

    busy.counts(3, revision=2)
    busy.counts(4, 5, 6, 7)
    busy.agent.send()
    busy.counts(8)
    busy.agent.send()
    assert held(collector, busy) == {0: 1, 1: 1, 2: 1, 3: 2, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1}
    whole = counted(collector)
    assert whole == (10, 9 * 101 + 102)
    busy.forgets(5)

    restored(collector, backup)
    assert held(collector, busy) == {0: 1, 1: 1, 2: 1, 3: 1}
    busy.agent.send()  # its answer tells that something is missing
    assert busy.numbers(PENDING) == [0, 1, 2, 3, 4, 6, 7, 8]
    busy.agent.send()
    assert busy.numbers(PENDING) == []
    # Number 5 is lost, and nobody claims to know that quarter-hour.
    assert held(collector, busy) == {0: 1, 1: 1, 2: 1, 3: 2, 4: 1, 6: 1, 7: 1, 8: 1}
    assert counted(collector) == (9, whole[1] - 101)
    assert collector.rows(f"SELECT * FROM site_slot WHERE slot = {busy.latest - 5} AND seconds_observed > 0") == []
    # Whoever lost nothing sends nothing again.
    quiet.agent.send()
    assert (quiet.numbers(PENDING), quiet.numbers(KEPT)) == ([], [0])

    # The same backup once more, and a station that goes on counting meanwhile.
    restored(collector, backup)
    busy.counts(9)
    busy.agent.send()
    busy.agent.send()
    assert held(collector, busy) == {0: 1, 1: 1, 2: 1, 3: 2, 4: 1, 6: 1, 7: 1, 8: 1, 9: 1}
    assert counted(collector) == (10, whole[1])


def test_a_station_that_a_restored_collector_does_not_know_keeps_its_records_and_says_so(
    collector: RunningCollector, agent: MakeAgent, backup: Path
) -> None:
    token = collector.token("--site", "EVERE")
    collector.words("backup", str(backup))
    station = CountingStation(agent("EVERE-01", token))
    station.counts(0, 1)
    station.agent.send()
    restored(collector, backup)
    station.counts(2)
    refused = station.agent.words("send")
    assert refused.returncode == 1
    assert "enrol the station" in refused.stderr
    assert (station.numbers(KEPT), station.numbers(PENDING)) == ([0, 1], [2])
    status = station.agent.words("status")
    assert status.returncode == 1
    assert re.search(r"! last try .*enrol the station", status.stdout)
    # The token that the backup knows is good for it again, and what waited arrives.
    assert station.agent.words("enroll", "--again").returncode == 0
    station.agent.send()
    assert station.numbers(PENDING) == []
    assert 2 in held(collector, station)


def test_a_station_that_was_revoked_after_the_backup_is_refused_by_the_restored_collector(
    collector: RunningCollector, agent: MakeAgent, backup: Path
) -> None:
    station = CountingStation(agent("EVERE-01", collector.token("--site", "EVERE")))
    station.counts(0)
    station.agent.send()
    collector.words("backup", str(backup))
    public_id = collector.words("site", "stations", "EVERE").split()[0]
    collector.words("site", "revoke", public_id)
    assert "the backup did not know: 1\n" in restored(collector, backup)
    station.counts(1)
    refused = station.agent.words("send")
    assert (refused.returncode, "revoked" in refused.stderr) == (1, True)
    assert station.numbers(PENDING) == [1]
    assert held(collector, station) == {0: 1}
