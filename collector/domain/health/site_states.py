"""The state of a site: what would otherwise be told of each of its stations, told once."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from collector.domain.health.hours import OpenHours
from collector.domain.health.states import LATE, Life, State
from collector.domain.health.thresholds import Thresholds
from collector.domain.stations import overdue_after

MINUTE_SECONDS = 60
FEWEST_TOGETHER = 2


class SiteState(StrEnum):
    USUAL = "usual"
    CLOSED = "closed"
    """Nothing begins and nothing ends."""
    UNKNOWN = "unknown"
    """Nobody has written down when it is open, or it has no station in service."""
    NOT_OPENED = "not_opened"
    """No station was on so long after the opening of the day."""
    UNREACHABLE = "unreachable"
    """Most of its stations went late together."""


class Standing(NamedTuple):
    life: Life
    state: State


_COUNTED = frozenset(
    {State.ONLINE, State.ON_WHILE_CLOSED, State.OFF, State.EXPECTED_OFF, State.LATE, State.SILENT, State.MISSING}
)


def site_state(stations: Sequence[Standing], now: int, hours: OpenHours, limits: Thresholds) -> SiteState:
    """From the stations in place; those that somebody set aside, and that never spoke, say nothing."""
    spoke = [each for each in stations if each.state in _COUNTED and each.life.contact is not None]
    if not hours.written or not spoke:
        return SiteState.UNKNOWN
    began = hours.day_began(now)
    if began is None:
        return SiteState.CLOSED
    if is_unreachable(spoke):
        return SiteState.UNREACHABLE
    if now - began < limits.not_opened_minutes * MINUTE_SECONDS:
        return SiteState.USUAL
    return SiteState.USUAL if any(_was_on(each.life, began) for each in spoke) else SiteState.NOT_OPENED


def is_unreachable(stations: Sequence[Standing]) -> bool:
    """Whether more stations fell silent within one span of being overdue than were heard after that.

    Those that were properly off by then say nothing either way.
    """
    lost = [each.life for each in stations if each.state in {*LATE, State.MISSING}]
    words = sorted(each.contact.received_at for each in lost if each.contact and not each.contact.stopped)
    heard = [each.life.contact.received_at for each in stations if each.life.contact]
    span = overdue_after(max((each.interval_seconds for each in lost), default=0))
    for first in words:
        together = [word for word in words if first <= word <= first + span]
        later = sum(word > together[-1] for word in heard)
        if len(together) >= FEWEST_TOGETHER and len(together) > later:
            return True
    return False


def _was_on(life: Life, began: int) -> bool:
    contact = life.contact
    if contact is None:
        return False
    if contact.stopped:
        return contact.received_at >= began
    return contact.received_at + overdue_after(life.interval_seconds) >= began
