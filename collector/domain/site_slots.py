"""Adds up what the stations of one site know about one quarter-hour. The result does not say which station it was.

**Known.** A second of a station in service is known when an agent observed whether the station was in use (in use,
or free), or when it was proved off (`collector.domain.coverage`). A station that is always logged on and has no
presence was on, but its use is unknown; so is that of a station whose sessions cannot be read. Coverage and hours are
sums of seconds, so that in use, free, off and unknown add up to the time in service.

**Taken** is a whole station in a whole slot: in use for at least 450 s. A station counts as *known* in the slot when
that is decided, whatever its unknown seconds held: it was in use for 450 s, or it was not and could not have been.
So `taken` is never more than `known`, and `known` never more than the stations in service, rule by rule.

**In service** is a station in each slot that its life at the site touches; what it says of other slots is left out.
A station that the register says was out of order is not in service, except in slots in which it was used: then the
register is wrong, and what was counted stays.

Runs of the same station add up, each sum clipped at the 900 seconds that a quarter-hour has, and use at what was
observed; then stations add up.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import add
from typing import NamedTuple

from collector.domain.contacts import Contact

SLOT_SECONDS = 900
TAKEN_SECONDS = 450
"""B7 of the catalogue."""
RULES = 4
"""Idle rules per record, in ascending order of minutes."""
BANDS = 7
LOG_ON = "log_on"
ACTIVITY = "activity"
NOT_READABLE = "not_readable"
_NONE = (0,) * RULES
NO_LENGTHS = " ".join(["0"] * BANDS)


class Fact(NamedTuple):
    """One slot record: what one run of one station knows. `lengths` are counts by band, as words."""

    station_id: int
    method: str
    presence_readable: bool
    seconds_observed: int
    seconds_on: int
    starts: Sequence[int]
    seconds_in_use: Sequence[int]
    lengths: Sequence[str]
    contact: int = Contact.NONE_DUE
    capped: bool = False
    """Whether a session that started here was longer than a session may count (12 hours)."""
    repaired: bool = False
    """Whether the station's own log told it, and not its agent."""

    def use_is_known(self) -> bool:
        """Whether the observed seconds tell use from no use."""
        return self.method == LOG_ON or (self.method == ACTIVITY and bool(self.presence_readable))

    def was_used(self) -> bool:
        """Whether it counted any use, or the start of one."""
        return self.method != NOT_READABLE and (any(self.seconds_in_use) or any(self.starts))

    def is_upper_bound(self) -> bool:
        """Whether its seconds in use are at most that: nobody could see whether the visitor was still there."""
        return self.method == LOG_ON and not self.presence_readable and self.seconds_in_use[-1] > 0


class SiteSlot(NamedTuple):
    """What one site knows about one quarter-hour. Sums are over the stations in service."""

    stations_in_service: int
    seconds_observed: int
    """In use or free."""
    seconds_on: int
    """Observed, or on while nobody could tell of use."""
    seconds_off: int
    """Proved."""
    records_log_on: int
    """Slot records by the way in which they count sessions; those that cannot are in neither."""
    records_activity: int
    records_upper_bound: int
    """Among those by log-on: the ones that were in use and could not see whether the visitor was still there."""
    stations_known: tuple[int, ...]
    """By idle rule, as everything that follows."""
    stations_taken: tuple[int, ...]
    starts: tuple[int, ...]
    seconds_in_use: tuple[int, ...]
    lengths: tuple[str, ...]
    contacts_due: int = 0
    """Stations of which a contact was due for this quarter-hour (`collector.domain.contacts`)."""
    contacts_made: int = 0
    records_capped: int = 0
    """Slot records in which a session started that was longer than it may count."""
    seconds_repaired: int = 0
    """Of those on, what the logs of the stations' systems told while no agent ran."""

    def seconds_in_service(self) -> int:
        return self.stations_in_service * SLOT_SECONDS

    def seconds_free(self, rule: int) -> int:
        return self.seconds_observed - self.seconds_in_use[rule]

    def seconds_unknown(self) -> int:
        return self.seconds_in_service() - self.seconds_observed - self.seconds_off


def derive(
    facts: Collection[Fact], off: Mapping[int, int], installed: Collection[int], out_of_order: Collection[int] = ()
) -> SiteSlot | None:
    """The site slot that follows from all facts of one site and slot, in any order; None when they say nothing.

    `off` holds the seconds proved off, `installed` the stations at the site and `out_of_order` those that the register
    says were, all by number. Counts of a record whose sessions are not readable mean nothing and are left out.
    """
    in_service = _in_service(facts, installed, out_of_order) if out_of_order else installed
    by_station: dict[int, list[Fact]] = {}
    for fact in facts:
        if fact.station_id in in_service:
            by_station.setdefault(fact.station_id, []).append(fact)
    silent = [seconds for number, seconds in off.items() if number in in_service and number not in by_station]
    if not by_station:
        return _nobody_on(len(in_service), tuple(silent))
    observed = on = repaired = 0
    all_off = sum(silent)
    counted: list[Fact] = []
    contacts: list[int] = []
    in_use: list[Sequence[int]] = [_NONE] * len(silent)
    unknown = [SLOT_SECONDS - seconds for seconds in silent]
    for number, records in by_station.items():
        seen = awake = told = contact = 0
        in_use_here: Sequence[int] = _NONE
        for record in records:
            awake += record.seconds_on
            contact = max(contact, record.contact)
            if record.repaired:
                told += record.seconds_on
            if record.method == NOT_READABLE:
                continue
            counted.append(record)
            if record.use_is_known():
                seen += record.seconds_observed
            in_use_here = (
                record.seconds_in_use if in_use_here is _NONE else list(map(add, in_use_here, record.seconds_in_use))
            )
        seen = min(SLOT_SECONDS, seen)
        awake = max(seen, min(SLOT_SECONDS, awake))
        asleep = min(off[number], SLOT_SECONDS - awake) if number in off else 0
        observed, on, all_off = observed + seen, on + awake, all_off + asleep
        repaired += min(awake, told)
        in_use.append([min(seen, seconds) for seconds in in_use_here])
        unknown.append(SLOT_SECONDS - seen - asleep)
        contacts.append(contact)
    if not (on or all_off or counted):
        return None
    by_rule = list(zip(*in_use, strict=True))
    taken = [len([1 for seconds in column if seconds >= TAKEN_SECONDS]) for column in by_rule]
    free = [
        len([1 for seconds, rest in zip(column, unknown, strict=True) if seconds + rest < TAKEN_SECONDS])
        for column in by_rule
    ]
    return SiteSlot(
        len(in_service),
        observed,
        on,
        all_off,
        len([record for record in counted if record.method == LOG_ON]),
        len([record for record in counted if record.method == ACTIVITY]),
        len([record for record in counted if record.is_upper_bound()]),
        tuple(map(add, taken, free)),
        tuple(taken),
        tuple(map(sum, zip(*[record.starts for record in counted], strict=True))) or _NONE,
        tuple(map(sum, by_rule)),
        tuple([added([record.lengths[rule] for record in counted]) for rule in range(RULES)]),
        len(contacts) - contacts.count(Contact.NONE_DUE),
        contacts.count(Contact.MADE),
        len([record for record in counted if record.capped]),
        repaired,
    )


def _in_service(facts: Iterable[Fact], installed: Collection[int], out_of_order: Collection[int]) -> Collection[int]:
    used = {fact.station_id for fact in facts if fact.was_used()}
    return {number for number in installed if number in used or number not in out_of_order}


@lru_cache(maxsize=4096)  # the nights of a site are alike
def _nobody_on(in_service: int, off: tuple[int, ...]) -> SiteSlot | None:
    """The slot in which nothing is known but that some stations were off, for so many seconds each."""
    if not any(off):
        return None
    free = sum(seconds > SLOT_SECONDS - TAKEN_SECONDS for seconds in off)
    nothing = (NO_LENGTHS,) * RULES
    return SiteSlot(in_service, 0, 0, sum(off), 0, 0, 0, (free,) * RULES, _NONE, _NONE, _NONE, nothing)


def added(words: Iterable[str]) -> str:
    """Counts by band, added up: ["1 0 0 0 0 0 2", "0 0 0 0 0 0 1"] gives "1 0 0 0 0 0 3"."""
    some = [word for word in words if word != NO_LENGTHS]
    if not some:
        return NO_LENGTHS
    if len(some) == 1:
        return some[0]
    sums = [sum(map(int, column)) for column in zip(*[word.split() for word in some], strict=True)]
    return " ".join(map(str, sums))
