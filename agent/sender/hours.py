"""How many contacts were tried and failed in each hour of the last two days."""

from collections.abc import Sequence
from typing import NamedTuple

HOUR_SECONDS = 3600
HOURS_KEPT = 48
MOST_CONTACTS = 10_000


class Tried(NamedTuple):
    """The contacts of one hour; a list in the sender's memory."""

    hour: int
    tried: int
    failed: int
    without_gateway: int


def noted(hours: Sequence[Sequence[int]], now: int, *, failed: bool, without_gateway: bool) -> list[Tried]:
    """The hours with one more contact at `now`; what lies more than two days back is dropped, and so is nonsense.

    A clock that was set back leaves hours that lie ahead: they are dropped as well, since nobody knows when they were.
    """
    this = now // HOUR_SECONDS
    known = {one.hour: one for each in hours if (one := tried_of(each)) and this - HOURS_KEPT <= one.hour <= this}
    before = known.get(this, Tried(this, 0, 0, 0))
    known[this] = Tried(
        this,
        min(MOST_CONTACTS, before.tried + 1),
        min(MOST_CONTACTS, before.failed + failed),
        min(MOST_CONTACTS, before.without_gateway + (failed and without_gateway)),
    )
    return [known[hour] for hour in sorted(known)]


def tried_of(each: object) -> Tried | None:
    """One hour as the memory keeps it; None where it is damaged."""
    if isinstance(each, list | tuple) and len(each) == len(Tried._fields) and all(isinstance(one, int) for one in each):
        return Tried(*each)
    return None
