"""The counts of slots in one run, and how time is spread over them. No clock and no system calls."""

from typing import Any

from agent.wire.figures import IDLE_RULES_MINUTES, LENGTH_BANDS_MINUTES, SLOT_SECONDS

PRESENCE_SLACK_SECONDS = 60
"""So much of a slot may pass before presence speaks, at a log-on or a start, and the slot still counts as readable."""

RULES = range(len(IDLE_RULES_MINUTES))


def band(seconds: int) -> int:
    """The index in LENGTH_BANDS_MINUTES of a session that was in use for `seconds`."""
    return sum(seconds >= lower * 60 for lower in LENGTH_BANDS_MINUTES) - 1


class Tally:
    """The counts of one slot in one run; absolute values."""

    __slots__ = ("changed", "idle_known", "lengths", "method", "observed", "on", "revision", "starts", "use")

    def __init__(self, method: str) -> None:
        self.method = method
        self.observed = 0
        self.on = 0
        self.idle_known = 0
        self.starts = [0 for _ in RULES]
        self.use = [0 for _ in RULES]
        self.lengths = [[0 for _ in LENGTH_BANDS_MINUTES] for _ in RULES]
        self.revision = 0
        self.changed = False

    def record(self, run_id: str, slot: int) -> dict[str, Any]:
        """The wire's SlotRecord: absolute values; no idle rules where sessions could not be seen at all."""
        readable = self.observed > 0 or any(self.starts) or any(map(any, self.lengths))
        rules = zip(IDLE_RULES_MINUTES, self.starts, self.use, self.lengths, strict=True)
        return {
            "run_id": run_id,
            "slot": slot,
            "revision": self.revision,
            "seconds_observed": self.observed,
            "seconds_on": self.on,
            "method": self.method if readable else "not_readable",
            "presence_readable": self.idle_known > 0 and self.observed - self.idle_known <= PRESENCE_SLACK_SECONDS,
            "idle_rules": [
                {"minutes": minutes, "starts": starts, "seconds_in_use": use, "lengths": lengths}
                for minutes, starts, use, lengths in rules
            ]
            if readable
            else [],
        }


class Tallies:
    """The slots of one run; `offset` turns seconds since boot into seconds since 1970."""

    def __init__(self, offset: int, method: str) -> None:
        self.offset = offset
        self.method = method
        """How sessions are told from now on; a slot keeps the method with which it began."""
        self.by_slot: dict[int, Tally] = {}
        self._used_until = [-(2**62) for _ in RULES]

    def slot(self, at: int) -> int:
        return (at + self.offset) // SLOT_SECONDS

    def at(self, slot: int) -> Tally:
        """The tally of a slot, about to change."""
        tally = self.by_slot.get(slot)
        if tally is None:
            tally = self.by_slot[slot] = Tally(self.method)
        tally.changed = True
        return tally

    def add_time(self, start: int, end: int, *, observed: bool, idle_known: bool) -> None:
        """The station was on from `start` to `end`; whether its sessions and its idle time could be seen."""
        for tally, seconds in self._shares(start, end):
            tally.on = min(SLOT_SECONDS, tally.on + seconds)
            if observed:
                tally.observed = min(SLOT_SECONDS, tally.observed + seconds)
            if idle_known:
                tally.idle_known = min(SLOT_SECONDS, tally.idle_known + seconds)

    def add_use(self, start: int, end: int, rule: int) -> None:
        """The station was in use; a second counts once, however many sessions are open on the seat."""
        start = max(start, self._used_until[rule])
        if start >= end:
            return
        self._used_until[rule] = end
        for tally, seconds in self._shares(start, end):
            tally.use[rule] = min(SLOT_SECONDS, tally.use[rule] + seconds)

    def _shares(self, start: int, end: int) -> list[tuple[Tally, int]]:
        shares = []
        while start < end:
            slot = self.slot(start)
            edge = min(end, (slot + 1) * SLOT_SECONDS - self.offset)
            shares.append((self.at(slot), edge - start))
            start = edge
        return shares

    def take_changed(self) -> dict[int, Tally]:
        """The slots that changed since the last call, each with a higher revision."""
        changed = {slot: tally for slot, tally in self.by_slot.items() if tally.changed}
        for tally in changed.values():
            tally.changed = False
            tally.revision += 1
        return changed

    def forget(self, before: int, wanted: set[int]) -> None:
        """Drop the slots before `before` that nothing can change any more."""
        self.by_slot = {
            slot: tally for slot, tally in self.by_slot.items() if tally.changed or slot >= before or slot in wanted
        }
