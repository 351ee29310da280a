"""The command `run`: world after world until enough station-days were simulated, then one line of figures.

World number k of `--seed N` is drawn from the seed N + k, so a failing one is run again by naming its own seed.
"""

import argparse
import gc
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path

from tests.simulation.world import Figures, World

PROGRESS_SECONDS = 10
MOST_SHOWN = 10
AT_ONCE = 1000
"""Worlds that each process is given before all wait for the slowest one."""
GARBAGE = (50_000, 50, 100)
"""Collect garbage in fewer rounds than Python would: a world makes much, and little of it hangs together."""
COLLECT_EVERY = 10
"""Worlds between two thorough collections; without them each leaves some 2 MB for good."""


def simulated(seed: int, folder: Path | None = None) -> Figures:
    """One world in a folder of its own, which is removed."""
    memory = Path("/dev/shm")
    gc.set_threshold(*GARBAGE)
    if seed % COLLECT_EVERY == 0:
        # Each collector that starts freezes what is there, and so what is left of the worlds before.
        gc.unfreeze()
        gc.collect()
    with tempfile.TemporaryDirectory(dir=folder or (memory if memory.is_dir() else None)) as name:
        return World(seed, Path(name)).run()


def worlds(first: int, processes: int) -> Iterator[tuple[int, Figures]]:
    """World after world, without end."""
    if processes == 1:
        for seed in count(first):
            yield seed, simulated(seed)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for start in count(first, AT_ONCE * processes):
            seeds = range(start, start + AT_ONCE * processes)
            yield from zip(seeds, pool.imap(partial(simulated), seeds), strict=True)


def run(seed: int, station_days: int, processes: int) -> int:
    """Simulate at least so many station-days; the exit code is 1 if anything was violated."""
    begun = told = time.monotonic()
    total, trace = Figures(worlds=0), sha256()
    failing: list[int] = []
    for number, figures in worlds(seed, processes):
        total.add(figures)
        trace.update(figures.trace.encode())
        if figures.violations:
            failing.append(number)
            print(
                f"seed {number} violates {len(figures.violations)} times; again: run --seed {number} --station-days 1"
            )
            for violation in figures.violations[:MOST_SHOWN]:
                print(f"    {violation}")
        if total.station_days >= station_days:
            break
        if time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            print(f"{total.station_days} station-days, {total.sessions} sessions, {told - begun:.0f} s", flush=True)
    faults = ", ".join(f"{name} {times}" for name, times in sorted(total.faults.items()))
    print(f"faults: {faults}")
    print(
        f"station-days {total.station_days}, worlds {total.worlds}, sessions seen {total.sessions}, "
        f"never seen {total.unseen}, counted {total.counted}, counted without a place in time {total.undated}, "
        f"acknowledged envelopes {total.acknowledged}, violations {len(total.violations)}, "
        f"failing seeds {failing[:MOST_SHOWN]}, trace {trace.hexdigest()[:16]}, "
        f"seconds {time.monotonic() - begun:.0f}"
    )
    return 1 if total.violations else 0


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation run", description=__doc__)
    parser.add_argument("--station-days", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args(arguments)
    return run(given.seed, given.station_days, given.processes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
