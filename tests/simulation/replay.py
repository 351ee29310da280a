"""Replays a log of recorded events through the real counter, spool, sender and collector.

python -m tests.simulation replay EVENTS.csv [--site CODE] [--json OUT] [--counter-only]
"""

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from random import Random

from tests.simulation.replay_collector import ReplayCollector, running
from tests.simulation.replay_delivery import Delivery, DeliveryError, ReplayClock
from tests.simulation.replay_notes import Notes
from tests.simulation.replay_report import Replayed, by_month, months_of, report
from tests.simulation.replay_rows import NotALogError, ordered, survey
from tests.simulation.replay_station import Station

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
PROGRESS_ROWS = 500_000
ROWS_AT_ONCE = 50_000
SEED = 1
"""Of the identifiers; no count depends on it."""


def main(arguments: Sequence[str]) -> int:
    """Exit code 0; 1 if what the collector holds is not what the stations counted; 2 for a wrong command."""
    options = parser().parse_args(arguments)
    if not CODE.fullmatch(options.site):
        return complain(f"the code {options.site!r} cannot be used; take 1 to 32 letters, digits and hyphens")
    if options.out is not None and not os.access(options.out.absolute().parent, os.W_OK):
        return complain(f"{options.out} cannot be written; choose a folder that exists and that you may write to")
    try:
        replayed = replay(options.events, options.site, counter_only=options.counter_only, say=progress)
        if options.out is not None:
            options.out.write_text(json.dumps({"by_month": by_month(replayed)}, indent=1) + "\n", encoding="utf-8")
    except NotALogError as error:
        return complain(str(error))
    except OSError as error:
        return complain(f"{error.filename or options.events} cannot be used ({error.strerror or error}); correct it")
    except DeliveryError as error:
        sys.stderr.write(f"replay: {error}\n")
        return 1
    lines, agrees = report(replayed, options.site)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if agrees else 1


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m tests.simulation replay",
        description="Drive the real counter, spool, sender and collector from recorded events, in simulated time, "
        "and print what was counted by station and month. Months are local, Europe/Brussels.",
        epilog="EVENTS.csv has the columns time (ISO 8601, UTC), station and event. tests/simulation/REPLAY.md says "
        "how each row is read.",
    )
    made.add_argument("events", metavar="EVENTS.csv", type=Path, help="the log; a file, since it is read twice")
    made.add_argument("--site", metavar="CODE", default="REPLAY", help="code of the stations' site (REPLAY)")
    made.add_argument("--json", metavar="OUT", dest="out", type=Path, help="write the counts here as JSON, too")
    made.add_argument(
        "--counter-only", action="store_true", help="leave spool, sender and collector out: the same counts, sooner"
    )
    return made


def complain(sentence: str) -> int:
    sys.stderr.write(f"replay: {sentence}\n")
    return 2


def progress(sentence: str) -> None:
    sys.stderr.write(f"replay: {sentence}\n")


def replay(events: Path, site: str, *, counter_only: bool, say: Callable[[str], None]) -> Replayed:
    """Replay a log. Raises NotALogError, DeliveryError and OSError."""
    begun = time.monotonic()
    profiles = survey(events)
    if not profiles:
        raise NotALogError(f"{events} holds no row with a known event; see tests/simulation/REPLAY.md")
    notes = Notes()
    clock = ReplayClock()
    with ExitStack() as leaving:
        collector: ReplayCollector | None = None
        deliveries: dict[str, Delivery] = {}
        if not counter_only:
            folder = Path(leaving.enter_context(tempfile.TemporaryDirectory(prefix="dps-replay-")))
            collector = leaving.enter_context(running(folder, clock, Random(SEED), site))
            token = collector.token(len(profiles))
            random, line = Random(SEED), collector.line()
            deliveries = {
                name: Delivery(line, clock, random, token, f"station-{number}")
                for number, name in enumerate(profiles, 1)
            }
        stations = {
            name: Station(number, profile, notes, deliveries.get(name))
            for number, (name, profile) in enumerate(profiles.items(), 1)
        }
        rows, counting = 0, 0.0
        source = ordered(events, profiles, notes)
        while some := list(islice(source, ROWS_AT_ONCE)):
            started = time.process_time()
            for row in some:
                stations[row.station].take(row)
            counting += time.process_time() - started
            rows += len(some)
            if rows % PROGRESS_ROWS == 0:
                say(f"{rows:,} rows, {time.monotonic() - begun:,.0f} s")
        for station in stations.values():
            station.end()
        if counter_only and counting:
            say(f"the counter alone: {rows:,} events in {counting:,.1f} s of one core, {rows / counting:,.0f} a second")
        collected = None
        if collector is not None:
            collector.roll()
            collected = {month: collector.site_sums(month) for month in months_of(stations)}
        left_out = {} if collector is None else collector.metrics.left_out_records
    envelopes = sum(delivery.envelopes for delivery in deliveries.values())
    return Replayed(stations, notes, rows, collected, envelopes, left_out)
