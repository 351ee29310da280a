"""D3 of the catalogue: who came to activities, by age, gender, status, theme, language and audience.

Counts of persons by more than one trait can point at somebody. Outside the site a trait is told as a whole or not at
all: not where any of its counts is small, and for several sites not where it is hidden for one of them, so that nothing
can be subtracted.
"""

from collections.abc import Mapping, Sequence

from collector.domain.cells import CONFIDENTIAL, Cell, counted
from collector.domain.disclosure.rules import FEWEST_IN_CROSS_TABLES
from collector.domain.entered import VALUES, Trait

Persons = Mapping[tuple[Trait, str], int]


def public_of(sites: Sequence[Persons], *, everything: bool) -> list[tuple[Trait, str, Cell]]:
    """Of all these sites together, in the order of the traits; what nobody counted is left out.

    `everything` is for readers from whom nothing small is hidden.
    """
    found = []
    for trait, values in VALUES.items():
        counted_here = [{value: each.get((trait, value), 0) for value in values} for each in sites]
        sums = {value: sum(each[value] for each in counted_here) for value in values}
        told = everything or not any(_is_small(each) for each in counted_here)
        if any(sums.values()):
            found += [(trait, value, counted(sums[value]) if told else CONFIDENTIAL) for value in values]
    return found


def _is_small(counts: Mapping[str, int]) -> bool:
    return any(0 < count < FEWEST_IN_CROSS_TABLES for count in counts.values())
