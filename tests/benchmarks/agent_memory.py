"""Resident memory of the agent's service over ten minutes of visits, beside two agents that everybody knows.

    python tests/benchmarks/agent_memory.py [--minutes 1 3 5 10] [--where machine] [--where here]

The service is started with `python -m agent run` against a real collector. In the machine it is Debian 12's own
Python with Debian's libraries, and genuine sessions at logind; here it is this interpreter, and a small login1 on a
private bus. Meanwhile a visitor logs on, locks, unlocks and logs off, over and over. VmRSS counts shared pages fully,
PSS its share of them. The sender is a process of its own that lives for a moment; it is not in these figures.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from itertools import cycle
from pathlib import Path

from tests.benchmarks.processes import (
    Collector,
    Resident,
    collector,
    processor_seconds,
    service_here,
    service_in_machine,
    sessions_counted,
    verdict,
    why_no_machine,
    why_no_service_here,
)
from tests.benchmarks.yardsticks import MIB, YARDSTICKS, Memory, NoYardstick, memory, running, table

BUDGET_BYTES = 15 * MIB

Place = tuple[Callable[[], str | None], Callable[[Path, Collector], AbstractContextManager[Resident]]]
PLACES: dict[str, Place] = {
    "machine": (why_no_machine, service_in_machine),
    "here": (why_no_service_here, service_here),
}
NAMES = {"machine": "dps-agent (Debian)", "here": "dps-agent (this Python)"}

Row = tuple[str, float, Memory]


def steps_of(service: Resident) -> Iterator[Callable[[], None]]:
    """A visit, again and again, step by step."""
    return cycle((service.log_on, service.lock, service.unlock, service.log_off))


def alone(process: int, patience: float = 20) -> Memory:
    """The memory of the service by itself: a sender that is running is waited for."""
    deadline = time.monotonic() + patience
    while (held := memory(process)).processes > 1 and time.monotonic() < deadline:
        time.sleep(0.2)
    return held


def measured(
    services: dict[str, Resident], yardsticks: dict[str, int], moments: Sequence[float], step_seconds: float
) -> list[Row]:
    """Let visitors come and go until the last moment; what each program holds at each moment."""
    start = time.monotonic()
    visits = [steps_of(service) for service in services.values()]
    rows: list[Row] = []
    due = start + step_seconds
    for moment in moments:
        while (now := time.monotonic()) < start + moment:
            time.sleep(max(0.0, min(due, start + moment) - now))
            if time.monotonic() >= due:
                for visit in visits:
                    next(visit)()
                due += step_seconds
        rows += [(name, moment, alone(service.process)) for name, service in services.items()]
        rows += [(name, moment, memory(process)) for name, process in yardsticks.items()]
    return rows


def told(rows: Sequence[Row], services: Sequence[str]) -> bool:
    """Print the figures beside the budget and the yardsticks; whether all are met."""
    last = max(moment for _, moment, _ in rows)
    first = min(moment for _, moment, _ in rows)
    held = {(name, moment): each for name, moment, each in rows}
    well = True
    for name in services:
        size = held[name, last].resident_bytes
        grown = (size - held[name, first].resident_bytes) / 1024
        print(f"\n{name}: {size / 1024:.0f} kB RSS after {last:.0f} s, {grown:+.0f} kB since {first:.0f} s")
        print(f"  budget {BUDGET_BYTES / 1024:.0f} kB: {verdict(size, BUDGET_BYTES)}")
        well = well and size <= BUDGET_BYTES
        for (other, moment), of_other in held.items():
            if moment == last and other not in services:
                theirs = of_other.resident_bytes
                print(f"  {size / theirs:.2f} of {other} ({theirs / 1024:.0f} kB): {verdict(size, theirs)}")
                well = well and size <= theirs
    return well


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the memory of the agent's resident service.")
    parser.add_argument("--minutes", type=float, nargs="+", default=[1, 3, 5, 10], help="when to measure")
    parser.add_argument("--step-seconds", type=float, default=5, help="between two steps of a visit")
    parser.add_argument("--where", choices=PLACES, action="append", help="both where not given")
    options = parser.parse_args()
    moments = sorted(minutes * 60 for minutes in options.minutes)
    services: dict[str, Resident] = {}
    yardsticks: dict[str, int] = {}
    served: Collector | None = None
    with ExitStack() as block:
        folder = Path(block.enter_context(tempfile.TemporaryDirectory(prefix="agent-memory-")))
        for place in options.where or PLACES:
            why_not, start = PLACES[place]
            if reason := why_not():
                print(f"{NAMES[place]} is left out: {reason}")
                continue
            if served is None:
                served = block.enter_context(collector(folder))
            services[NAMES[place]] = block.enter_context(start(folder, served))
        if not services:
            return 0
        for yardstick in YARDSTICKS:
            try:
                yardsticks[yardstick.package] = block.enter_context(running(yardstick))
            except NoYardstick as missing:
                print(missing)
        used = {name: processor_seconds(service.process) for name, service in services.items()}
        rows = measured(services, yardsticks, moments, options.step_seconds)
        used = {name: processor_seconds(service.process) - used[name] for name, service in services.items()}
        counted = {name: sessions_counted(service.state) for name, service in services.items()}
    print(table(sorted(rows, key=lambda row: (row[1], row[0]))))
    well = told(rows, list(services))
    for name, seconds in used.items():
        print(f"{name}: {seconds:.2f} CPU s in {moments[-1]:.0f} s; {counted[name]} sessions counted")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
