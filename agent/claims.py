"""What the computer's own clock claimed in one boot, and what becomes of held counts once that boot is judged.

The clock may be set by hand or break while nobody vouches for it. A run keeps the claim with which it began, and every
checkpoint looks at the clock again, so that a boot whose clock contradicted itself is known by it.

A worked example: the clock is right at 9:00 and set two hours ahead at 10:00; at 11:00 the service is restarted and
claims 13:00; then the plug is pulled. The next morning the clock is right again. Nothing looks wrong any more but the
two claims of that boot: its counts have no place in time.
"""

from typing import Any

from agent.spool import HELD, Spool
from agent.timekeeping import TOLERANCE_SECONDS, settle

MOST_RUNS = 100
"""Runs of one boot whose claims are remembered."""


class Claims:
    """Offsets from seconds since boot to seconds since 1970, by run, and the extremes that were seen."""

    def __init__(self, saved: dict[str, Any], *, same_boot: bool) -> None:
        """Go on from the checkpoint `saved` if it is of this boot."""
        self.by_run: dict[str, int] = dict(saved.get("claims", {})) if same_boot else {}
        seen = saved.get("claims_seen", []) if same_boot else []
        self.seen: list[int] = [*seen, *self.by_run.values()]

    def begin(self, run_id: str, claimed: int) -> None:
        """A run begins with this claim."""
        self.by_run[run_id] = claimed
        self.look(claimed)

    def look(self, claimed: int) -> None:
        """The clock claims this now; nobody vouches for it."""
        self.seen = [min([*self.seen, claimed]), max([*self.seen, claimed])]

    def contradict(self) -> bool:
        """Whether the clock of this boot cannot have been right all the time."""
        return bool(self.seen) and max(self.seen) - min(self.seen) > TOLERANCE_SECONDS

    def worst_skew(self, offset: int) -> int:
        """How far off the clock of this boot was when it was worst, in seconds."""
        return max((claimed - offset for claimed in self.seen), key=abs)

    def settle(self, spool: Spool, offset: int, now: int, trusted_before: int | None) -> None:
        """The time is `now`, and `offset` right for this boot: settle its held counts, and those of earlier boots."""
        waiting = {entry.run_id for entry in spool.entries(HELD)}
        # This very boot has its trusted moment now; but each of its runs may have had a clock of another opinion.
        for run in sorted(waiting & self.by_run.keys()):
            settle(spool, runs={run}, trusted_before=0, trusted_now=now, skew=self.by_run[run] - offset)
        if earlier := waiting - self.by_run.keys():  # their boot needs a trusted moment before it as well
            settle(spool, runs=earlier, trusted_before=trusted_before, trusted_now=now, skew=self.worst_skew(offset))

    def saved(self) -> dict[str, Any]:
        """What the next run needs to know, as JSON."""
        return {"claims": dict(list(self.by_run.items())[-MOST_RUNS:]), "claims_seen": self.seen}


def close_boot(spool: Spool, saved: dict[str, Any]) -> None:
    """Settle what the boot of the checkpoint `saved`, which is over, has already decided; else leave it for later."""
    claims = Claims(saved, same_boot=True)
    held = {entry.run_id for entry in spool.entries(HELD)} & claims.by_run.keys()
    if not held:
        return
    if saved.get("trusted"):
        # The plug was pulled before this was done: later boots know nothing of the clock of this one.
        offset = saved["offset_seconds"]
        for run in sorted(held):
            now = saved["elapsed_seconds"] + offset
            settle(spool, runs={run}, trusted_before=0, trusted_now=now, skew=claims.by_run[run] - offset)
    elif claims.contradict():
        settle(spool, runs=held, trusted_before=None, trusted_now=0, skew=0)
