"""Counts are right whatever happens to the PCs, the network and the collector."""

import subprocess
import sys
from pathlib import Path

from tests.simulation.run import simulated

ROOT = Path(__file__).parents[2]


def test_twenty_thousand_station_days_without_a_violation() -> None:
    command = [sys.executable, "-m", "tests.simulation", "run", "--seed", "1", "--processes", "2"]
    done = subprocess.run(
        [*command, "--station-days", "20000"], cwd=ROOT, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "violations 0" in done.stdout


def test_a_seed_replays_exactly(untouched_process: None) -> None:
    first, again = simulated(3), simulated(3)
    assert first.trace == again.trace
    assert first.trace != simulated(4).trace
