"""When this boot began."""

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.wire.v1 import Uptime

SAME_BOOT_SECONDS = 30
"""The wall clock is corrected by small steps; the same boot keeps its first second for so long as they stay smaller."""


def read(surroundings: Surroundings) -> Outcome:
    if surroundings.wall_seconds <= 0:
        raise NoData("the time is not known")
    booted_at = max(0, surroundings.wall_seconds - int(surroundings.elapsed_seconds))
    before = surroundings.previous.get("booted_at_seconds")
    if (
        isinstance(before, int)
        and surroundings.previous.get("boot_id") == surroundings.boot_id
        and abs(before - booted_at) <= SAME_BOOT_SECONDS
    ):
        booted_at = before
    return Outcome(
        Uptime(booted_at_seconds=booted_at), {"boot_id": surroundings.boot_id, "booted_at_seconds": booted_at}
    )
