"""What the Region's label asks of a site, and whether the site has it."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from collector.domain.cells import Cell
from collector.domain.regional import Decisions, Regional, in_force

SECONDS_OF_HOUR = 3600
FIGURES = {Regional.LABEL_HOURS: ("A3", SECONDS_OF_HOUR), Regional.LABEL_STATIONS: ("A1", 1)}
"""The figure of the catalogue that each criterion is about, and its unit in that figure."""


class Criterion(NamedTuple):
    """At least `limit`, in hours or stations, of a figure; as the Region decided it `since` a day."""

    figure: str
    limit: int
    since: dt.date

    def is_met(self, figures: Mapping[str, Cell]) -> bool | None:
        """None where nobody knows."""
        cell = figures.get(self.figure)
        if cell is None or cell.value is None:
            return None
        return cell.value >= self.limit * dict(FIGURES.values())[self.figure]


def criteria(decisions: Decisions, day: dt.date) -> tuple[Criterion, ...]:
    """Those in force on a day; none before the label was."""
    found = []
    for which, (figure, _) in FIGURES.items():
        decided = in_force(decisions, which, day)
        if decided is not None:
            found.append(Criterion(figure, decided.value, decided.valid_from))
    return tuple(found)
