"""The sums of one period under the official idle rule, ready to be asked: by kind of opening, and what may be shown.

Months under different official rules add up to a year here, and sites to the Region.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from collector.domain.disclosure import FEWEST_STATIONS, use_may_be_shown
from collector.domain.offer import EVERY, OPEN, SlotKind
from collector.domain.rollups import NUMBERS, OfDay, Sums, sums_of
from collector.domain.site_slots import RULES


class Part(NamedTuple):
    kind: SlotKind
    several: bool
    """Whether enough stations were installed for their use to be shown."""


class Counts(NamedTuple):
    """`rollups.Sums`, but flat, and of the idle rules only what is asked."""

    seconds: int = 0
    seconds_installed: int = 0
    seconds_in_service: int = 0
    seconds_observed: int = 0
    seconds_off: int = 0
    records_log_on: int = 0
    records_activity: int = 0
    records_upper_bound: int = 0
    starts_3: int = 0
    starts_5: int = 0
    starts_10: int = 0
    starts_15: int = 0
    starts: int = 0
    """Under the official idle rule, as everything that follows."""
    seconds_in_use: int = 0
    slots_known: int = 0
    slots_saturated: int = 0
    lengths_0: int = 0
    lengths_1: int = 0
    lengths_2: int = 0
    lengths_3: int = 0
    lengths_4: int = 0
    lengths_5: int = 0
    lengths_6: int = 0
    contacts_due: int = 0
    contacts_made: int = 0
    records_capped: int = 0
    seconds_repaired: int = 0
    most_installed: int = 0
    """Of these and the following the largest, not the sum."""
    longest: int = 0
    most_taken: int = 0

    def seconds_known(self) -> int:
        return self.seconds_observed + self.seconds_off

    def starts_by_rule(self) -> tuple[int, ...]:
        return self[8:12]

    def lengths(self) -> tuple[int, ...]:
        return self[16:23]


SUMMED = 27
"""How many of the fields add up."""
NOTHING = Counts()


@dataclass(frozen=True, slots=True)
class Tally:
    parts: Mapping[tuple[SlotKind, bool], Counts] = field(default_factory=dict)
    """By kind, and whether its use may be shown."""
    _asked: dict[tuple[tuple[SlotKind, ...], bool], Counts] = field(default_factory=dict, compare=False, repr=False)

    def over(self, kinds: Iterable[SlotKind], *, shown: bool = False) -> Counts:
        """Added up over kinds; only what may be shown, where asked."""
        wanted = tuple(kinds)
        known = self._asked.get((wanted, shown))
        if known is None:
            known = total(counts for (kind, may), counts in self.parts.items() if kind in wanted and (may or not shown))
            self._asked[wanted, shown] = known
        return known

    def seconds(self, kinds: Iterable[SlotKind]) -> int:
        """How long these kinds last."""
        return self.over(kinds).seconds

    def has_begun(self) -> bool:
        return self.seconds(EVERY) > 0

    def is_closed(self) -> bool:
        """The opening hours of all of the period are known, and there are none."""
        return self.has_begun() and not self.seconds(OPEN)

    def is_untimed(self) -> bool:
        """Whether a part of the period lies before the first timetable."""
        return self.seconds([SlotKind.UNTIMED]) > 0

    def is_partly_confidential(self) -> bool:
        """Some use may be shown and some may not."""
        return 0 < self.over(EVERY, shown=True).seconds_in_service < self.over(EVERY).seconds_in_service

    def methods(self) -> frozenset[str]:
        """How sessions were counted: log_on, activity."""
        whole = self.over(EVERY)
        counted = {"log_on": whole.records_log_on, "activity": whole.records_activity}
        return frozenset(method for method, records in counted.items() if records)


def tally(parts: Iterable[tuple[Part, Counts]], *, demonstration: bool) -> Tally:
    """Of one site in one period; a part may come more than once."""
    found: dict[tuple[SlotKind, bool], list[Counts]] = {}
    for part, counts in parts:
        stations = FEWEST_STATIONS if part.several else FEWEST_STATIONS - 1
        shown = use_may_be_shown(stations, demonstration=demonstration)
        found.setdefault((part.kind, shown), []).append(counts)
    return Tally({key: total(some) for key, some in found.items()})


def counts_of(sums: Sums, rule: int) -> Counts:
    """`rule` is the place of the official idle rule among the four."""
    official = sums.by_rule[rule]
    return Counts._make(
        (
            *sums[:8],
            *(each.starts for each in sums.by_rule),
            *official[:4],
            *official.lengths,
            sums.contacts_due,
            sums.contacts_made,
            sums.records_capped,
            sums.seconds_repaired,
            sums.most_installed,
            official.longest,
            official.most_taken,
        )
    )


_PLACES = [itemgetter(*counts_of(sums_of(range(NUMBERS)), rule)) for rule in range(RULES)]
"""Where the counts under each idle rule stand among the numbers of sums."""


def parts_of_day(sums: OfDay, rule: int) -> list[tuple[Part, Counts]]:
    return [(Part(*key), Counts._make(_PLACES[rule](numbers))) for key, numbers in sums.items()]


def tallied(tallies: Iterable[Tally]) -> Tally:
    """Of several periods, or of several sites."""
    found: dict[tuple[SlotKind, bool], list[Counts]] = {}
    for each in tallies:
        for key, counts in each.parts.items():
            found.setdefault(key, []).append(counts)
    return Tally({key: total(some) for key, some in found.items()})


def total(counts: Iterable[Counts]) -> Counts:
    some = list(counts)
    if len(some) <= 1:
        return some[0] if some else NOTHING
    columns = list(zip(*some, strict=True))
    return Counts._make((*map(sum, columns[:SUMMED]), *map(max, columns[SUMMED:])))
