"""The probes, in the order of the wire format, and how all of them are taken.

A probe's name is the name of its file, of its wire field and of its row in the table "what is measured". The system is
chosen here, once.
"""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from agent.probes import (
    agent,
    battery,
    card_readers,
    disk_encryption,
    disk_health,
    fans,
    firmware,
    memory,
    memory_modules,
    network_link,
    operating_system,
    pending_reboot,
    printer_queues,
    printers,
    processor,
    projectors,
    protection,
    reachability,
    screens,
    stops,
    temperatures,
    updates,
    uptime,
    volumes,
)
from agent.probes.base import Probe, Surroundings
from agent.probes.files import printable
from agent.probes.worker import Answer, Gone, Here, Work, Worker
from agent.wire.v1 import NotReadable, ProbeName, Readings

PROBES: tuple[tuple[ProbeName, Probe], ...] = (
    ("uptime", uptime.read),
    ("processor", processor.read),
    ("memory", memory.read),
    ("volumes", volumes.read),
    ("operating_system", operating_system.read),
    ("pending_reboot", pending_reboot.read),
    ("network_link", network_link.read),
    ("agent", agent.read),
    ("disk_health", disk_health.read),
    ("temperatures", temperatures.read),
    ("fans", fans.read),
    ("battery", battery.read),
    ("memory_modules", memory_modules.read),
    ("stops", stops.read),
    ("updates", updates.read),
    ("protection", protection.read),
    ("disk_encryption", disk_encryption.read),
    ("firmware", firmware.read),
    ("reachability", reachability.read),
    ("card_readers", card_readers.read),
    ("screens", screens.read),
    ("printer_queues", printer_queues.read),
    ("printers", printers.read),
    ("projectors", projectors.read),
)
gateway_reachable: Callable[[], bool | None] = reachability.gateway_reachable
"""Whether the site's own router answers; None where nobody can tell."""
if sys.platform == "win32":
    from agent.probes.windows import ON_WINDOWS
    from agent.probes.windows import reachability as reachability_on_windows

    # The others would look for files of Linux on the current drive, where any visitor can make a folder named proc.
    PROBES = tuple((name, ON_WINDOWS.get(name, probe)) for name, probe in PROBES)
    gateway_reachable = reachability_on_windows.gateway_reachable

LONGEST_REASON = 200
PATIENCE_SECONDS = 10.0
"""A probe that takes longer hangs: all of them together take a tenth of a second of a slow processor."""
SHORTEST_REST_SECONDS, LONGEST_REST_SECONDS = 1800, 86_400
"""For so long a probe that hung is left alone; twice as long each time, so that it delays few contacts."""
_FAILED, _STOPPED, _RESTS_UNTIL = "failed", "times_stopped", "rests_until_seconds"
_OURS = (_FAILED, _STOPPED, _RESTS_UNTIL)

log = logging.getLogger(__name__)


class Taken(NamedTuple):
    """What one round of all probes gave."""

    readings: Readings
    remembered: dict[str, Mapping[str, Any]]
    """By probe: what its Surroundings.previous is to be at the next round."""


def take(
    surroundings_for: Callable[[str], Surroundings],
    probes: tuple[tuple[ProbeName, Probe], ...] = PROBES,
    worker: Callable[[Work], Worker] = Here,
    patience: Callable[[ProbeName], float] = lambda _: PATIENCE_SECONDS,
) -> Taken:
    """Run every probe once; what one of them does never stops the others.

    A failure is logged when it is new, not again while it stays the same. A probe that hangs is stopped, and the
    others go on in another worker.
    """
    found: dict[str, Any] = {}
    remembered: dict[str, Mapping[str, Any]] = {}
    not_readable: list[NotReadable] = []
    work = [(name, probe, surroundings_for(name)) for name, probe in probes]
    resting = [(name, known) for name, _, known in work if rests(known)]
    names = {name for name, _ in resting}
    for name, known in resting:
        remembered[name] = known.previous
        not_readable.append(stopped(name, known.previous[_STOPPED]))
    left = [each for each in work if each[0] not in names]
    while left:
        at_work = worker([(probe, known) for _, probe, known in left])
        try:
            while left:
                name, _, known = left[0]
                answer = _answer_of(at_work, patience(name))
                del left[0]
                if answer is None:
                    times = known.previous.get(_STOPPED, 0) + 1
                    remembered[name] = {**known.previous, **rest_after(times, known.wall_seconds)}
                    not_readable.append(stopped(name, times))
                    log.warning("The probe %s hung and was stopped.", name)
                    break
                if answer.kind == "reading":
                    found[name] = answer.content.reading
                    remembered[name] = answer.content.remember
                elif answer.kind == "no_data":
                    reason = printable(answer.content, LONGEST_REASON)
                    not_readable.append(NotReadable(probe=name, outcome="no_data", reason=reason))
                    remembered[name] = {key: value for key, value in known.previous.items() if key not in _OURS}
                else:
                    reason = reason_of(answer.content)
                    not_readable.append(NotReadable(probe=name, outcome="failed", reason=reason))
                    kept = {key: value for key, value in known.previous.items() if key not in _OURS}
                    remembered[name] = {**kept, _FAILED: reason}
                    if known.previous.get(_FAILED) != reason:
                        log.warning("The probe %s failed: %s.", name, reason)
        finally:
            at_work.stop()
    order = [name for name, _ in probes]
    not_readable.sort(key=lambda one: order.index(one.probe))
    return Taken(Readings(**found, not_readable=tuple(not_readable)), remembered)


def _answer_of(worker: Worker, seconds: float) -> Answer | None:
    """The next answer; None for a probe that hangs, and for one that took its worker with it."""
    try:
        return worker.answer(seconds)
    except Gone:
        return None


def rests(known: Surroundings) -> bool:
    """Whether a probe that hung is still left alone; a clock that was set back does not prolong that."""
    until = known.previous.get(_RESTS_UNTIL)
    return isinstance(until, int) and 0 < until - known.wall_seconds <= LONGEST_REST_SECONDS


def rest_after(times: int, now: int) -> dict[str, int]:
    rest = min(LONGEST_REST_SECONDS, SHORTEST_REST_SECONDS * 2 ** min(times, 10))
    return {_STOPPED: times, _RESTS_UNTIL: now + rest}


def stopped(name: ProbeName, times: int) -> NotReadable:
    return NotReadable(probe=name, outcome="failed", reason="it hung and was stopped", times_stopped=min(times, 10_000))


def reason_of(error: Exception) -> str:
    """The kind of an error without its text, which may hold a path, a name or an address."""
    if isinstance(error, OSError) and error.errno is not None:
        return printable(f"{type(error).__name__}: {os.strerror(error.errno)}", LONGEST_REASON)
    return printable(type(error).__name__, LONGEST_REASON)
