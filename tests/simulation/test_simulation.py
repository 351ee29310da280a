"""Counts are right whatever happens to the PCs, the network and the collector."""

import json
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from random import Random

import pytest

from agent.disk import RealDisk
from agent.run_file import RunFile
from agent.sender.compose import RECORDS, fields_of
from agent.spool import KEPT, PENDING, Spool, name_of
from tests.agent.sender.station import run_record, slot_record, undated_record
from tests.simulation.disk import KilledError, SimulatedDisk, SimulatedSystem, installed
from tests.simulation.mutations import MUTATIONS
from tests.simulation.quick_disk import QuickDisk
from tests.simulation.run import simulated
from tests.simulation.shortcuts import (
    ORIGINAL_BYTES,
    ORIGINAL_ENTRIES,
    ORIGINAL_EXCHANGED,
    ORIGINAL_NEWEST,
    FastJson,
    plain,
    taken,
)

ROOT = Path(__file__).parents[2]


def test_twenty_thousand_station_days_without_a_violation() -> None:
    command = [sys.executable, "-m", "tests.simulation", "run", "--seed", "7", "--processes", "2"]
    done = subprocess.run(
        [*command, "--station-days", "20000"], cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "violations 0" in done.stdout


def test_a_seed_replays_exactly(untouched_process: None) -> None:
    first, again = simulated(3), simulated(3)
    assert first.trace == again.trace
    assert first.trace != simulated(4).trace


def test_the_table_names_each_mutation_with_a_seed_that_sees_it() -> None:
    readme = (ROOT / "tests/simulation/README.md").read_text(encoding="utf-8")
    seen = re.findall(r"^\| ([^|]+) \| \d+ \| \S[^|]* \|$", readme, re.MULTILINE)
    assert seen == [mutation.name for mutation in MUTATIONS]


@pytest.fixture
def system() -> SimulatedSystem:
    system = SimulatedSystem()
    system.disks["pc1"] = SimulatedDisk()
    system.disks["pc1"].make_folder("pc1")
    return system


def test_the_shortcuts_give_what_the_agent_gives(system: SimulatedSystem) -> None:
    with installed(system), taken(system):
        spool = Spool("pc1/spool", RealDisk())
        spool.prepare()
        for number in range(5):
            spool.put(PENDING, "slot", slot_record(100 + number))
            assert spool.all_entries(PENDING) == ORIGINAL_ENTRIES(spool, PENDING)
            spool.move(PENDING, KEPT, spool.entries(PENDING)[0], day=number)
            for folder in (PENDING, KEPT):
                assert spool.all_entries(folder) == ORIGINAL_ENTRIES(spool, folder)
                assert spool.entries(folder) == ORIGINAL_NEWEST(spool, folder)
            assert spool.bytes() == ORIGINAL_BYTES(spool)
    for kind, record in (("slot", slot_record(1)), ("run", run_record()), ("undated", undated_record())):
        made = RECORDS[kind](record)
        assert json.dumps(plain(made)) == json.dumps(asdict(made))
        text = json.dumps(made, default=fields_of, separators=(",", ":"))
        assert FastJson.dumps(made, default=fields_of) == text
        assert FastJson.loads(text) == json.loads(text)


def test_the_shortcuts_find_the_checkpoint_of_another_run(system: SimulatedSystem) -> None:
    with installed(system), taken(system):
        Spool("pc1/spool", RealDisk()).prepare()
        file = RunFile("pc1", None, RealDisk(), print)
        checkpoint = {
            "run_id": "a", "boot_id": "b", "elapsed_seconds": 1, "offset_seconds": 1, "last_trusted_seconds": 1,
            "claims": {}, "folder": PENDING, "records": [],
        }  # fmt: skip
        file.write(checkpoint)
        assert file.exchanged("a") is None is ORIGINAL_EXCHANGED(file, "a")
        RealDisk().write("pc1/run.json", json.dumps({**checkpoint, "run_id": "b"}).encode())
        assert file.exchanged("a") == {**checkpoint, "run_id": "b"} == ORIGINAL_EXCHANGED(file, "a")
        RealDisk().write("pc1/run.json", b'{"run_id":"b","boot')
        assert file.exchanged("a") == {} == ORIGINAL_EXCHANGED(file, "a")
        RealDisk().remove("pc1/run.json")
        assert file.exchanged("a") == {} == ORIGINAL_EXCHANGED(file, "a")


def test_the_shortcuts_sweep_what_a_power_cut_brings_back(system: SimulatedSystem) -> None:
    disk = system.disks["pc1"]
    with installed(system), taken(system):
        spool = Spool("pc1/spool", RealDisk())
        spool.prepare()
        for revision in (1, 2):
            spool.put(PENDING, "slot", {**slot_record(100), "revision": revision})
            spool.sweep()
        assert [entry.revision for entry in spool.all_entries(PENDING)] == [2]
        for seed in range(20):
            disk.lose_power(Random(seed))
        spool.write(spool.path(PENDING, name_of("slot", {**slot_record(100), "revision": 1})), b"{}")
        assert len(spool.all_entries(PENDING)) == 2
        spool.sweep()
        assert [entry.revision for entry in ORIGINAL_ENTRIES(spool, PENDING)] == [2]


def test_the_quick_disk_takes_the_steps_and_comes_to_the_files_of_the_slow_one() -> None:
    assert outcomes(quick=True) == outcomes(quick=False)


def outcomes(*, quick: bool) -> list[tuple[int, list[str], dict[str, bytes]]]:
    """What a power cut at each step leaves of a folder."""
    found = []
    for cut_at in range(30):
        system = SimulatedSystem()
        system.disks["pc1"] = disk = SimulatedDisk()
        disk.make_folder("pc1")
        disk.make_folder("pc1/other")

        def cut(disk: SimulatedDisk = disk, cut_at: int = cut_at) -> None:
            disk.lose_power(Random(cut_at))
            raise KilledError

        disk.quiet, disk.alarm = cut_at, cut
        calls = QuickDisk(system)
        with installed(system), suppress(KilledError):
            real = calls if quick else RealDisk()
            for name in ("a", "b"):
                real.write(f"pc1/{name}", b"one")
                real.replace(f"pc1/{name}", f"pc1/other/{name}")
                real.write(f"pc1/{name}", b"another")
            real.remove("pc1/other/a")
            real.remove("pc1/other/a")
            real.replace("pc1/a", "pc1/other/b")
            assert real.read("pc1/other/b") == b"another"
            assert real.size("pc1/other/b") == 7
        with installed(system):
            names = (calls if quick else RealDisk()).names("pc1/other")
        found.append((disk.quiet, names, {**disk.copy()["pc1"], **disk.copy()["pc1/other"]}))
    return found


@pytest.mark.parametrize("step", range(9))
def test_a_power_cut_leaves_the_old_file_or_the_new_one_where_everything_is_flushed(
    system: SimulatedSystem, step: int
) -> None:
    disk = system.disks["pc1"]

    def cut() -> None:
        disk.lose_power(Random(step))
        raise KilledError

    with installed(system):
        spool = Spool("pc1/spool", RealDisk())
        spool.prepare()
        spool.write("pc1/spool/file", b"the old one")
        disk.quiet, disk.alarm = step, cut
        with suppress(KilledError):
            spool.write("pc1/spool/file", b"the new one")
        assert disk.peek("pc1/spool/file") in (b"the old one", b"the new one")


def test_a_power_cut_may_bring_back_a_name_whose_removal_was_not_flushed(system: SimulatedSystem) -> None:
    came_back = set()
    for seed in range(20):
        system.disks["pc1"] = disk = SimulatedDisk()
        disk.make_folder("pc1")
        with installed(system):
            spool = Spool("pc1/spool", RealDisk())
            spool.prepare()
            spool.write("pc1/spool/file", b"here")
            spool.disk.remove("pc1/spool/file")
        disk.lose_power(Random(seed))
        came_back.add(disk.peek("pc1/spool/file"))
    assert came_back == {None, b"here"}
