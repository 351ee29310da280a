"""What is counted, when it was last sent, what waits, what cannot be read. Exit code 1 when something is wrong."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from textwrap import wrap
from typing import Any, NamedTuple

from agent import __version__, machine
from agent.boot_copy import BootCopy
from agent.commands import Call
from agent.disk import RealDisk
from agent.machine.base import Clock
from agent.sender.memory import Memory, Store
from agent.service import CHECKPOINT_SECONDS
from agent.sessions import PRESENCE_SECONDS
from agent.spool import PENDING, REFUSED

LONGEST_LINE = 100
SILENT_SECONDS = 4 * CHECKPOINT_SECONDS
"""A service that has not written for longer does not run."""


class Line(NamedTuple):
    """One line of the screen."""

    subject: str
    sentence: str
    well: bool = True


def run(call: Call) -> int:
    """Print one screen from files alone; nothing is asked of the service."""
    config = call.config
    store = Store(str(config.state_folder), RealDisk())
    lines = [
        Line("agent", f"version {__version__}, station {config.tag}"),
        Line("collector", config.server or "none; set server", bool(config.server)),
        *lines_of(store, machine.system_clock(), machine.boot_copy(store.folder)),
    ]
    for line in lines:
        sys.stdout.write(f"{'  ' if line.well else '! '}{line.subject:<12}{line.sentence}\n")
    return 0 if all(line.well for line in lines) else 1


def last_word(store: Store, clock: Clock, boot_copy: BootCopy | None) -> dict[str, Any]:
    """The service's last checkpoint: its copy in memory, where that is the newer one of this boot."""
    run = store.run()
    try:
        copy = json.loads(boot_copy.read()) if boot_copy is not None else {}
        if copy["boot_id"] == clock.boot_id() and (
            run.get("boot_id") != copy["boot_id"] or run["elapsed_seconds"] < copy["elapsed_seconds"]
        ):
            return dict(copy)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return run


def lines_of(store: Store, clock: Clock, boot_copy: BootCopy | None = None) -> Iterator[Line]:
    """What the files of the state folder tell."""
    identity = store.identity()
    memory = store.memory()
    if identity is None:
        yield Line("enrolment", "not enrolled; run `dps-agent enroll` or set token_file", well=False)
    elif memory.estranged:
        yield Line("enrolment", f"{memory.estranged}; it must enrol again", well=False)
    elif memory.waiting_for_approval:
        yield Line("enrolment", "enrolled; counts appear once somebody has approved this station in the collector")
    else:
        yield Line("enrolment", "enrolled")
    run = last_word(store, clock, boot_copy)
    yield service_line(run, clock)
    if run.get("disk_complaint"):
        yield Line(
            "state folder",
            f"cannot be written ({run['disk_complaint']}): counts are kept in memory; free or mend it",
            well=False,
        )
    if run:
        yield Line(
            "sessions",
            f"read from {run.get('source')}, {run.get('open_sessions', 0)} open now{told_by(run)}"
            if run.get("readable")
            else f"not readable: {str(run.get('source', '')).removeprefix('not readable: ')}",
            well=bool(run.get("readable")),
        )
        if sentence := input_sentence(run):
            yield Line("input", sentence)
        yield Line(
            "clock",
            "trusted" if run.get("trusted") else "not trusted yet: counts are held back",
            bool(run.get("trusted")),
        )
    yield from sending_lines(store, memory, round(clock.wall()))


def told_by(run: dict[str, Any]) -> str:
    return {"log_on": "; each log-on is a visit", "activity": "; each stretch of input is a visit"}.get(
        str(run.get("mode")), ""
    )


def input_sentence(run: dict[str, Any]) -> str:
    """Whether presence spoke lately, never of what; empty where nobody is logged on, and nobody need speak."""
    heard = (run.get("counter") or {}).get("heard_at")
    if isinstance(heard, int) and run["elapsed_seconds"] - heard <= PRESENCE_SECONDS:
        return "told by presence"
    if not run.get("open_sessions"):
        return ""
    means = "use is unknown" if run.get("mode") == "activity" else "hours of use are an upper bound"
    return f"not told by presence in the visitor's desktop: {means}"


def service_line(run: dict[str, Any], clock: Clock) -> Line:
    if not run:
        return Line("service", "has not run yet", well=False)
    if run.get("stopped"):
        return Line("service", "stopped properly", well=False)
    silent = clock.elapsed() - run.get("elapsed_seconds", 0)
    if run.get("boot_id") != clock.boot_id() or silent > SILENT_SECONDS:
        return Line("service", "does not run: its last word is too old; start it", well=False)
    return Line("service", f"runs, last word {max(0, round(silent))} s ago")


def sending_lines(store: Store, memory: Memory, now: int) -> Iterator[Line]:
    waiting, refused, dropped = (
        len(store.spool.entries(PENDING)),
        len(store.spool.entries(REFUSED)),
        store.spool.dropped(),
    )
    yield Line("last sent", when(memory.last_success_seconds, now), well=memory.last_success_seconds is not None)
    if memory.last_sentence:
        yield Line(
            "last try", f"{when(memory.last_attempt_seconds, now)}: {memory.last_sentence}", memory.failures == 0
        )
    if memory.repaired_from_seconds is not None and memory.repaired_until_seconds is not None:
        minutes = (memory.repaired_until_seconds - memory.repaired_from_seconds + 59) // 60
        end = when(memory.repaired_until_seconds, now)
        yield Line("made good", f"{minutes} min without the service, told from the system's log, to {end}")
    yield Line("waiting", f"{waiting} records, {store.spool.bytes() // 1024} KiB")
    if refused:
        yield Line("refused", f"{refused} records are set aside until the collector is upgraded", well=False)
    if memory.readings_refused:
        yield Line("readings", f"refused by the collector: {memory.readings_refused}", well=False)
    if dropped:
        yield Line("dropped", f"{dropped} records were too old or too many to keep", well=False)
    unreadable = memory.readings.get("not_readable") or []
    failed = [f"{item['probe']} ({item['reason']})" for item in unreadable if item["outcome"] == "failed"]
    if failed:
        yield Line("cannot read", "; ".join(failed))
    absent = ", ".join(item["probe"] for item in unreadable if item["outcome"] != "failed")
    for number, words in enumerate(wrap(absent, LONGEST_LINE)):
        yield Line("" if number else "not there", words)


def when(seconds: int | None, now: int) -> str:
    if seconds is None:
        return "never"
    moment = datetime.fromtimestamp(seconds, tz=UTC).astimezone()
    return f"{moment:%Y-%m-%d %H:%M:%S} ({max(0, now - seconds)} s ago)"
