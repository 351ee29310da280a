"""How many recorded events the real counter takes per second of one core, beside a yardstick of the same run.

    python tests/benchmarks/counter_speed.py [--events N]

The counter alone: events that are read already go into `agent.sessions.Counter`, and its slots are taken out each two
days as in the replay; no file, no spool, no collector. Yardstick: Python's own `csv` reading the same events as a log.
"""

import argparse
import csv
import io
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agent.machine.base import LOCK, LOG_OFF, LOG_ON, UNLOCK
from agent.sessions import Counter

TARGET = 100_000
MONDAY = 1_772_438_400
REPORT_SECONDS = 2 * 86_400
FOR_EVER = 2**40
ROUNDS = 3
"""The best of so many: whatever else runs on the machine can only slow it down."""

Event = tuple[int, str]


def visits(random: Random, *, inputs: bool) -> Iterator[Event]:
    """A station of a busy room that is never switched off: log-ons of 2 to 90 minutes, each with a pause or without."""
    at = MONDAY
    while True:
        at += random.randrange(60, 3600)
        yield at, LOG_ON
        for event in random.choice(((LOG_OFF,), (LOG_OFF,), (LOCK, UNLOCK, LOG_OFF))):
            end = at + random.randrange(60, 2700)
            while inputs and at < end:
                at += random.choice((1, 5, 20, 60, 200))
                yield at, "input"
            at = max(at, end)
            yield at, event


def counted(events: list[Event], *, presence: bool) -> int:
    """The sessions in the log."""
    counter = Counter(0)
    counter.begin(MONDAY, [])
    if presence:
        counter.presence_seconds = FOR_EVER
        counter.present(MONDAY, FOR_EVER)
    report_due = MONDAY + REPORT_SECONDS
    sessions = 0
    told: dict[int, int] = {}
    for at, event in events:
        if at >= report_due:
            report_due = at + REPORT_SECONDS
            for slot, tally in counter.take_changed().items():
                sessions += tally.starts[2] - told.get(slot, 0)
                told[slot] = tally.starts[2]
            counter.forget_settled()
        if event == "input":
            counter.touch(at)
        else:
            counter.happen(at, event, "visitor")
    return sessions


def log_of(events: list[Event]) -> str:
    lines = (
        f"{datetime.fromtimestamp(at, tz=UTC).strftime('%Y-%m-%dT%H:%M:%SZ')},PC1,{event}\n" for at, event in events
    )
    return "time,station,event\n" + "".join(lines)


def rows_of(text: str) -> int:
    return sum(1 for _ in csv.reader(io.StringIO(text)))


def seconds_of(work: Callable[[], object]) -> float:
    """Processor seconds of the best round."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=200_000)
    wanted: int = parser.parse_args().events
    met = True
    for name, inputs in (("log-ons alone", False), ("log-ons and input", True)):
        events = list(islice(visits(Random(1), inputs=inputs), wanted))
        text = log_of(events)
        days = (events[-1][0] - events[0][0]) / 86_400
        alone = len(events) / seconds_of(partial(counted, events, presence=inputs))
        yardstick = len(events) / seconds_of(partial(rows_of, text))
        print(f"{name}: {len(events)} events of one station in {days:.0f} days")
        verdict = "met" if alone >= TARGET else "MISSED"
        print(f"  counter alone      {alone:10.0f} events/s   (target {TARGET}: {verdict})")
        print(f"  yardstick: csv     {yardstick:10.0f} rows/s, {yardstick / alone:.1f} times as many")
        met = met and alone >= TARGET
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
