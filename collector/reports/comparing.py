"""Whether a figure of two years can be compared: only where both are about the same months.

A year in which a site began in November has few sessions, and the year after no growth of 500 per cent.
"""

from enum import StrEnum

from collector.domain.cells import Status
from collector.reports.inputs import Definition, Inputs, Year

KNOWN = {Status.VALUE, Status.CLOSED, Status.CONFIDENTIAL}
"""A closed month is known to have nothing; a confidential one is known too."""
ENTERED = "D"
"""Of activities, a month without any is a month in which there were none: they count from the first month of all."""
SIGNS_OF_LIFE = ("A5", "B1", "B1.imported", "C1", "C1.imported", "D1.number", "D2.appointment", "D2.walk_in")
AT_THE_END = ("A1", "A1.measured", "A3")
"""What stands there on the last day, whatever was before; so does all equipment but what was out of order."""


class Reason(StrEnum):
    NOT_OVER = "not_over"
    OTHER_MONTHS = "other_months"


def why_not(inputs: Inputs, definition: Definition, *, is_over: bool) -> Reason | None:
    """Why the year cannot be compared with the one before in this figure; None where it can."""
    before = inputs.before
    figure = definition.id
    if before is None or figure in AT_THE_END or (definition.letter() == "E" and not definition.over_months):
        return None
    if not is_over:
        return Reason.NOT_OVER
    if definition.letter() == ENTERED:
        same = _first(before) == _first(inputs.figures)
    else:
        same = _months(before, figure) == _months(inputs.figures, figure)
    return None if same else Reason.OTHER_MONTHS


def _months(year: Year, figure: str) -> set[int]:
    """The numbers of the months of which something is known."""
    return {number for number, cells in enumerate(year.months, 1) if figure in cells and cells[figure].status in KNOWN}


def _first(year: Year) -> int:
    return min((month for figure in SIGNS_OF_LIFE for month in _months(year, figure)), default=0)
