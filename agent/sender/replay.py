"""Counts what a system log tells, by the same rules as the service.

A session that began in the gap and goes on at its end is counted by the run after it, and one that was open before by
the run before: here both add time of use alone. So nothing is counted twice.

A worked example: the service ended at 10:00 with session 1 open and was started again at 11:00. The log tells that
session 1 logged off at 10:10, session 2 logged on at 10:20 and off at 10:50, and session 3 logged on at 10:55. Told are
one session of 30 minutes, and 10, 30 and 5 minutes of use.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from agent.machine.base import BOOT, LOG_OFF, LOG_ON, POWER_OFF, RESUME, SUSPEND, Logged
from agent.sender.repair import Gap
from agent.sessions import Counter
from agent.tallies import RULES
from agent.visits import Stretch, Visit

SAME_LOG_ON_SECONDS = 120
"""Windows notes a log-on a little before or after the service sees it."""
BOOT_NOTES_SECONDS = 300
"""Within so long of a boot several events tell of it."""
MOST_SLEEPS = 100
"""The wire's bound."""


class Life(NamedTuple):
    """A stretch in which the computer was on."""

    start: int
    end: int
    in_order: bool
    """Whether it ended by a shutdown in order."""
    happened: list[Logged]


def records_of(gap: Gap, logged: Iterable[Logged], name: str) -> list[tuple[str, dict[str, Any]]]:
    """Kind and content of each record; `name` gives the runs their identifiers, the same whenever it is done again."""
    found: list[tuple[str, dict[str, Any]]] = []
    previous = None
    lives = [life for life in lives_of(gap, logged) if life.end > life.start]
    for number, life in enumerate(lives):
        run_id = hashlib.sha256(f"{name} {number}".encode()).hexdigest()[:16]
        goes_on = number == len(lives) - 1 and life.end == gap.end and not life.in_order
        replay = Replay(gap, life, first=life.start == gap.start, goes_on=goes_on)
        found += [("slot", tally.record(run_id, slot)) for slot, tally in sorted(replay.counter.take_changed().items())]
        found.append(
            (
                "run",
                {
                    "run_id": run_id,
                    # The run before the gap is named by the run after it.
                    "previous_run_id": previous,
                    "revision": 1,
                    "start_reason": "system_log",
                    "clock": "trusted",
                    "started_at_seconds": life.start,
                    "last_seen_at_seconds": life.end,
                    "stopped_at_seconds": life.end if life.in_order else None,
                    "stop_reason": "power_off" if life.in_order else None,
                    "sleeps": [
                        {"from_seconds": start, "to_seconds": end} for start, end in replay.sleeps[:MOST_SLEEPS]
                    ],
                },
            )
        )
        previous = run_id
    return found


def lives_of(gap: Gap, logged: Iterable[Logged]) -> list[Life]:
    """When the computer was on. Where its power was lost, it was on until the last thing that it wrote down."""
    lives: list[Life] = []
    start: int | None = gap.start
    last, booted, happened = gap.start, False, list[Logged]()
    for entry in sorted(logged):
        at = min(max(round(entry.at), gap.start), gap.end)
        if entry.kind == BOOT:
            if start is not None and booted and not happened and at - start <= BOOT_NOTES_SECONDS:
                continue
            if start is not None:
                lives.append(Life(start, last, in_order=False, happened=happened))
            start, booted, happened = at, True, []
        elif entry.kind == POWER_OFF:
            if start is not None:
                lives.append(Life(start, at, in_order=True, happened=happened))
            start, happened = None, []
        elif start is not None:
            happened.append(entry._replace(at=at))
        last = at
    if start is not None:
        lives.append(Life(start, gap.end, in_order=False, happened=happened))
    return lives


class Replay:
    """What was counted in one stretch, and its sleeps."""

    def __init__(self, gap: Gap, life: Life, *, first: bool, goes_on: bool) -> None:
        """Count; `first` begins with the gap, `goes_on` into the run after it."""
        self.counter = Counter(0)
        self.sleeps: list[tuple[int, int]] = []
        self._known = gap.sessions if first else {}
        self._asleep: int | None = None
        self.counter.advance(life.start)
        if gap.by_log_on:
            self.counter.begin(life.start, [])
            for number in self._known:
                self._join(number, life.start)
        stay = {entry.session: entry for entry in life.happened if entry.kind in (LOG_ON, LOG_OFF)} if goes_on else {}
        for entry in life.happened:
            self._take(entry, stays=stay.get(entry.session) is entry)
        if goes_on:
            self.counter.advance(life.end)
        else:
            self.counter.finish(life.end)

    def _take(self, entry: Logged, *, stays: bool) -> None:
        """`stays`: nothing later is told of this session."""
        at, counter, key = round(entry.at), self.counter, str(entry.session)
        if entry.kind == SUSPEND:
            self._asleep = at
            return
        self._wake(at)
        if entry.kind == RESUME or not counter.readable:
            return
        if entry.kind == LOG_OFF:
            counter.happen(at, LOG_OFF, key)
        elif not self._is_known(entry):
            counter.happen(at, LOG_OFF, key)  # the number is used again
            if stays:
                self._join(entry.session, at)
            else:
                counter.happen(at, LOG_ON, key)

    def _wake(self, at: int) -> None:
        if self._asleep is not None and at > self._asleep:
            self.counter.sleep(self._asleep, at)
            self.sleeps.append((self._asleep, at))
        self._asleep = None

    def _is_known(self, entry: Logged) -> bool:
        """Whether a log-on is that of a session that the run before the gap has seen."""
        known = self._known.get(entry.session)
        return known is not None and abs(known - entry.at) <= SAME_LOG_ON_SECONDS

    def _join(self, number: int, at: int) -> None:
        """A session that another run counts: its time is use, and its start and its length are not told here."""
        self.counter.advance(at)
        self.counter.visits[str(number)] = Visit([Stretch(-1) for _ in RULES], at, locked=False, foreground=True)
