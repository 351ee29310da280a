"""Fills a gap between two runs of the service from what the system itself has logged meanwhile.

The service may have been stopped, have crashed or have started late while the computer was used. What is made good is
told as runs of its own whose `start_reason` is `system_log`, one for each time the computer was on, so that it can be
told from what the agent saw; nobody's input was heard, so its hours are an upper bound.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from agent.machine.base import Clock, Logged
from agent.sender.memory import Memory, Store
from agent.spool import PENDING
from agent.timekeeping import TOLERANCE_SECONDS, claimed_offset

SHORTEST_GAP_SECONDS = 5
LONGEST_GAP_SECONDS = 13 * 86_400
"""The collector takes no older slots without being told of a backlog."""
TICKS_PER_SECOND, SECONDS_TO_1970 = 10_000_000, 11_644_473_600
"""Of Windows' own time, in which the keys of sessions tell the log-on."""


class Gap(NamedTuple):
    """The time between two runs, in seconds since 1970."""

    start: int
    end: int
    by_log_on: bool
    """Whether visits are told by log-on; by activity nothing is known of use."""
    sessions: dict[int, float]
    """The numbers of the sessions that were open at its start, and when each logged on."""


def repair(store: Store, memory: Memory, clock: Clock, logged: Callable[[float, float], list[Logged] | None]) -> None:
    """Put what the log tells of the gap before the current run into the spool, once; nothing where it tells nothing."""
    run = store.run()
    gap = gap_of(run)
    if gap is None or memory.repaired_run_id == run["run_id"]:
        return
    if abs(claimed_offset(clock) - run["offset_seconds"]) > TOLERANCE_SECONDS:
        return  # the log's times are those of this clock
    told = logged(gap.start, gap.end)
    if told is None:
        return
    from agent.sender.replay import records_of  # noqa: PLC0415 - hardly any contact counts anything

    for kind, record in records_of(gap, told, f"{run['gap']['run_id']} {run['run_id']}"):
        store.spool.put(PENDING, kind, record)
    memory.repaired_run_id = run["run_id"]
    memory.repaired_from_seconds, memory.repaired_until_seconds = gap.start, gap.end
    store.keep_memory(memory)


def gap_of(run: dict[str, Any]) -> Gap | None:
    """The gap that the service has noted, once the time is known; None where there is none worth repairing."""
    try:
        noted = run["gap"]
        if noted is None or not run["trusted"]:
            return None
        end = noted["until_elapsed_seconds"] + run["offset_seconds"]
        start = max(noted["from_seconds"], end - LONGEST_GAP_SECONDS)
        sessions = dict(map(log_on_of, noted["sessions"])) if start == noted["from_seconds"] else {}
    except (KeyError, TypeError, ValueError):
        return None
    return None if end - start < SHORTEST_GAP_SECONDS else Gap(start, end, noted["mode"] == "log_on", sessions)


def log_on_of(key: str) -> tuple[int, float]:
    """Number and log-on of a session, from its key; raises ValueError."""
    number, ticks = key.split("-")
    return int(number), int(ticks) / TICKS_PER_SECOND - SECONDS_TO_1970
