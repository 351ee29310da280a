"""The counts of slots in one run, and how time is spread over them. No clock and no system calls."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from agent.wire.figures import IDLE_RULES_MINUTES, LENGTH_BANDS_MINUTES, SLOT_SECONDS

PRESENCE_SLACK_SECONDS = 60
"""So long nobody may hear of input, at a log-on or a start, and the slot still counts as readable.

Within the shortest idle rule no gap fits in: whatever the visitor did, all of it is use, and no upper bound. A visit
that is over before presence speaks is therefore counted exactly.
"""

RULES = range(len(IDLE_RULES_MINUTES))

Key = TypeVar("Key")
_LOWER_SECONDS = [minutes * 60 for minutes in LENGTH_BANDS_MINUTES[1:]]
_NONE_BY_RULE = [0 for _ in RULES]
_NO_LENGTHS = [[0 for _ in LENGTH_BANDS_MINUTES] for _ in RULES]
"""Shared by the slots in which no session that ended had started, which is most of them; never written to."""


def band(seconds: int) -> int:
    """The index in LENGTH_BANDS_MINUTES of a session that was in use for `seconds`."""
    index = 0
    for lower in _LOWER_SECONDS:
        if seconds < lower:
            break
        index += 1
    return index


class Tally:
    """The counts of one slot in one run; absolute values.

    A clock that is set back brings seconds twice: `record` tells no more than the 900 that a slot has.
    """

    __slots__ = ("blind", "capped", "changed", "lengths", "method", "observed", "on", "revision", "starts", "use")

    def __init__(self, method: str) -> None:
        self.method = method
        self.observed = 0
        self.on = 0
        self.blind = False
        """Whether a visitor was there of whose input nobody heard for longer than the slack."""
        self.capped = False
        """Whether a session that started here lasted longer than a session may count."""
        self.starts = _NONE_BY_RULE[:]
        self.use = _NONE_BY_RULE[:]
        self.lengths = _NO_LENGTHS
        self.revision = 0
        self.changed = False

    def file(self, rule: int, seconds: int) -> None:
        """A session that started here has ended; it was in use for `seconds`."""
        if self.lengths is _NO_LENGTHS:
            self.lengths = [counts[:] for counts in _NO_LENGTHS]
        self.lengths[rule][band(seconds)] += 1

    @classmethod
    def of(cls, record: dict[str, Any]) -> "Tally":
        """The tally that told `record`; raises KeyError, TypeError or ValueError for what none can have told."""
        tally = cls(str(record["method"]))
        tally.observed, tally.on = int(record["seconds_observed"]), int(record["seconds_on"])
        tally.blind, tally.capped = not record["presence_readable"], bool(record.get("capped"))
        told = [rule for rule, _ in zip(record["idle_rules"], RULES, strict=True)]
        tally.starts = [int(rule["starts"]) for rule in told]
        tally.use = [int(rule["seconds_in_use"]) for rule in told]
        tally.lengths = [
            [int(count) for count, _ in zip(rule["lengths"], LENGTH_BANDS_MINUTES, strict=True)] for rule in told
        ]
        tally.revision = int(record["revision"])
        return tally

    def record(self, run_id: str, slot: int) -> dict[str, Any]:
        """The wire's SlotRecord: absolute values; no idle rules where sessions could not be seen at all."""
        readable = self.observed > 0 or self.capped or any(self.starts) or any(map(any, self.lengths))
        observed = min(SLOT_SECONDS, self.observed)
        rules = zip(IDLE_RULES_MINUTES, self.starts, self.use, self.lengths, strict=True)
        return {
            "run_id": run_id,
            "slot": slot,
            "revision": self.revision,
            "seconds_observed": observed,
            "seconds_on": min(SLOT_SECONDS, self.on),
            "method": self.method if readable else "not_readable",
            "presence_readable": readable and (self.method == "log_on" or observed > 0) and not self.blind,
            "idle_rules": [
                {"minutes": minutes, "starts": starts, "seconds_in_use": min(SLOT_SECONDS, use), "lengths": lengths}
                for minutes, starts, use, lengths in rules
            ]
            if readable
            else [],
            "capped": self.capped,
        }


class Tallies:
    """The slots of one run; `offset` turns seconds since boot into seconds since 1970."""

    def __init__(self, offset: int, method: str, started: Iterable[dict[str, Any]] = ()) -> None:
        """Go on from the records `started` of earlier runs, in which sessions began that are open."""
        self.offset = offset
        self.method = method
        """How sessions are told from now on; a slot keeps the method with which it began."""
        self.by_slot: dict[int, Tally] = {}
        self.earlier = {(record["run_id"], record["slot"]): Tally.of(record) for record in started}
        """By run and slot; of these only the lengths, and whether they are capped, can still change."""
        self._used_until = [-(2**62) for _ in RULES]
        self._blind_from = self._blind_until = self._marked_until = -(2**62)

    def slot(self, at: int) -> int:
        return (at + self.offset) // SLOT_SECONDS

    def known(self, slot: int, run_id: str = "") -> Tally | None:
        """The tally of a slot in this run, or in the earlier run `run_id`."""
        return (self.earlier.get((run_id, slot)) if run_id else None) or self.by_slot.get(slot)

    def at(self, slot: int, run_id: str = "") -> Tally:
        """The tally of a slot, about to change."""
        tally = self.known(slot, run_id)
        if tally is None:
            tally = self.by_slot[slot] = Tally(self.method)
        tally.changed = True
        return tally

    def add_time(self, start: int, end: int, *, observed: bool) -> None:
        """The station was on from `start` to `end`; whether its sessions could be seen."""
        for tally, seconds in self._shares(start, end):
            tally.on += seconds
            if observed:
                tally.observed += seconds

    def add_blind(self, start: int, end: int) -> None:
        """A visitor was there from `start` to `end`, and nobody could tell whether there was input."""
        if start != self._blind_until:
            self._blind_from = self._marked_until = start
        self._blind_until = end
        if end - self._blind_from <= PRESENCE_SLACK_SECONDS:
            return
        for slot in range(self.slot(self._marked_until), self.slot(end - 1) + 1):
            tally = self.by_slot.get(slot)
            if tally is not None and not tally.blind:
                tally.blind = tally.changed = True
        self._marked_until = end

    def cap(self, slot: int, run_id: str = "") -> None:
        """A session that started in this slot goes on longer than it may count; below zero nobody knows which slot."""
        if slot >= 0 and not ((tally := self.known(slot, run_id)) is not None and tally.capped):
            self.at(slot, run_id).capped = True

    def add_use(self, start: int, end: int, rules: Iterable[int]) -> None:
        """The station was in use; a second counts once, however many sessions are open on the seat."""
        if start >= end:
            return
        until = self._used_until
        together = []
        for rule in rules:
            if until[rule] <= start:
                together.append(rule)
                until[rule] = end
            elif until[rule] < end:
                self.add_use(until[rule], end, (rule,))
        if together:
            for tally, seconds in self._shares(start, end):
                use = tally.use
                for rule in together:
                    use[rule] += seconds

    def _shares(self, start: int, end: int) -> Iterator[tuple[Tally, int]]:
        """The tallies of the slots from `start` to `end`, and how many of the seconds fall into each."""
        left = end - start
        by_slot = self.by_slot
        slot, into = divmod(start + self.offset, SLOT_SECONDS)
        room = SLOT_SECONDS - into
        while left > 0:
            # What `at` does, without a call: every second that is counted passes here.
            tally = by_slot.get(slot)
            if tally is None:
                tally = by_slot[slot] = Tally(self.method)
            tally.changed = True
            if left <= room:
                yield tally, left
                return
            yield tally, room
            left -= room
            slot += 1
            room = SLOT_SECONDS

    def take_changed(self) -> dict[int, Tally]:
        """The slots that changed since the last call, each with a higher revision."""
        return _revised({slot: tally for slot, tally in self.by_slot.items() if tally.changed})

    def take_earlier(self) -> dict[tuple[str, int], Tally]:
        """The same of the slots of earlier runs, by run and slot."""
        return _revised({start: tally for start, tally in self.earlier.items() if tally.changed})

    def tell_again(self) -> None:
        """Take every slot that is still known for one that changed."""
        for tally in (*self.by_slot.values(), *self.earlier.values()):
            tally.changed = True

    def forget(self, before: int, wanted: set[tuple[str, int]]) -> None:
        """Drop the slots before `before` that nothing can change any more; `wanted` are runs and slots."""
        self.by_slot = {
            slot: tally
            for slot, tally in self.by_slot.items()
            if tally.changed or slot >= before or ("", slot) in wanted
        }
        self.earlier = {
            start: tally
            for start, tally in self.earlier.items()
            if tally.changed or start[1] >= before or start in wanted
        }


def _revised(changed: dict[Key, Tally]) -> dict[Key, Tally]:
    for tally in changed.values():
        tally.changed = False
        tally.revision += 1
    return changed
