"""What is kept of a day's site slots so that nobody can change them unnoticed.

The slot records behind old site slots are purged, so those site slots can never be derived again. Before that each
site and UTC day is sealed: how many site slots there are, what they add up to, and a SHA-256 of all of them.

The hash is taken over ASCII text: one line "site_id,day", then one line for each site slot in ascending order, its
slot and every number of it in the order of `SiteSlot`, with commas between, words of lengths as they are stored. The
contacts due and made stand at the end where any was due, and then the records with capped sessions where there are any;
all of these, and then the seconds repaired, where there are any of those.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from collector.domain.site_slots import RULES, SiteSlot

SLOTS_PER_DAY = 96


class Seal(NamedTuple):
    """Of one site and UTC day."""

    site_slots: int
    seconds_in_service: int
    seconds_observed: int
    seconds_off: int
    starts: tuple[int, ...]
    seconds_in_use: tuple[int, ...]
    sha256: str


def seal(site_id: int, day: int, site_slots: Iterable[tuple[int, SiteSlot]]) -> Seal:
    """The seal of a day (days since 1970-01-01 UTC) with these site slots, in any order."""
    ordered = sorted(site_slots)
    lines = [f"{site_id},{day}", *(_line(slot, value) for slot, value in ordered)]
    values = [value for _, value in ordered]
    return Seal(
        len(values),
        sum(value.seconds_in_service() for value in values),
        sum(value.seconds_observed for value in values),
        sum(value.seconds_off for value in values),
        tuple(sum(value.starts[rule] for value in values) for rule in range(RULES)),
        tuple(sum(value.seconds_in_use[rule] for value in values) for rule in range(RULES)),
        hashlib.sha256("\n".join(lines).encode("ascii")).hexdigest(),
    )


def _line(slot: int, value: SiteSlot) -> str:
    groups = (value.stations_known, value.stations_taken, value.starts, value.seconds_in_use, value.lengths)
    # Days that were sealed before contacts, capped sessions and repaired seconds were counted keep their hash.
    contacts, capped = (value.contacts_due, value.contacts_made), (value.records_capped,)
    numbers = (number for group in groups for number in group)
    repaired = value.seconds_repaired
    later = (
        (*contacts, *capped, repaired)
        if repaired
        else (*(contacts if value.contacts_due else ()), *(capped if value.records_capped else ()))
    )
    return ",".join(map(str, [slot, *value[:7], *numbers, *later]))
