"""Says in one of three words how busy a site is, and nothing finer.

The word is that of the last half-hour of the clock that has ended at least 30 minutes ago, so it changes at most twice
an hour and two words never tell of the same minutes. Each word covers a third of the stations: with six of them, the
fewest for which there is a word at all, that is two stations, and no word tells of a single one.

There is no word while the site is closed or gives a training, now or in that half-hour, nor where too little is known.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from fractions import Fraction

from collector.domain.calendar import SLOT_SECONDS
from collector.domain.register import Opening, OpeningKind
from collector.domain.site_slots import SiteSlot

WINDOW_SECONDS = 1800
LEAST_AGE_SECONDS = 1800
FEWEST_STATIONS = 6
"""In service and with the agent."""
MODERATE_FROM = Fraction(1, 3)
"""Of the known time of the stations, in use."""
BUSY_FROM = Fraction(2, 3)


class Quietness(StrEnum):
    QUIET = "quiet"
    MODERATE = "moderate"
    BUSY = "busy"


def window(now: int) -> range:
    """The slots of the half-hour that the word is about; `now` is seconds since 1970-01-01 UTC."""
    end = (now - LEAST_AGE_SECONDS) // WINDOW_SECONDS * WINDOW_SECONDS
    return range((end - WINDOW_SECONDS) // SLOT_SECONDS, end // SLOT_SECONDS)


def how_busy(
    now: int, openings: Sequence[Opening], slots: Mapping[int, SiteSlot], rule: int, coverage_limit: Fraction
) -> Quietness | None:
    """None where nothing may be said. `rule` is the place of the idle rule among those of a slot."""
    wanted = window(now)
    if not all(_is_walk_in(openings, slot) for slot in (now // SLOT_SECONDS, *wanted)):
        return None
    found = [slots[slot] for slot in wanted if slot in slots]
    if len(found) < len(wanted) or min(each.stations_in_service for each in found) < FEWEST_STATIONS:
        return None
    known = sum(each.seconds_observed + each.seconds_off for each in found)
    if known < coverage_limit * sum(each.seconds_in_service() for each in found):
        return None
    share = Fraction(sum(each.seconds_in_use[rule] for each in found), known)
    if share >= BUSY_FROM:
        return Quietness.BUSY
    return Quietness.MODERATE if share >= MODERATE_FROM else Quietness.QUIET


def _is_walk_in(openings: Sequence[Opening], slot: int) -> bool:
    return any(each.first_slot <= slot < each.end_slot and each.kind is not OpeningKind.TRAINING for each in openings)
