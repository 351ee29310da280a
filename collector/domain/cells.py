"""A cell of a table: a value, or one of four kinds of empty, which are never zero."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Status(StrEnum):
    """The words of every file and answer."""

    VALUE = "value"
    CLOSED = "closed"
    """No opening hours in the cell."""
    UNKNOWN = "unknown"
    """There should be something, and nobody knows."""
    CONFIDENTIAL = "confidential"
    """Known, and not told: disclosure control."""
    NOT_APPLICABLE = "not_applicable"
    """There is no such thing here; 0/0 too."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` is None unless the status is VALUE."""

    status: Status
    value: int | Fraction | None = None
    at_least: bool = False
    """Something is missing: the true value may be larger."""
    at_most: bool = False
    """Something may be too much: of what was counted, the true value may be smaller."""

    def __post_init__(self) -> None:
        if (self.status is Status.VALUE) != (self.value is not None):
            raise ValueError(f"a cell of status {self.status} with the value {self.value}")


CLOSED = Cell(Status.CLOSED)
UNKNOWN = Cell(Status.UNKNOWN)
CONFIDENTIAL = Cell(Status.CONFIDENTIAL)
NOT_APPLICABLE = Cell(Status.NOT_APPLICABLE)


def counted(value: int | Fraction, *, at_least: bool = False, at_most: bool = False) -> Cell:
    return Cell(Status.VALUE, value, at_least, at_most)


def ratio(part: int, whole: int) -> Cell:
    """A share; 0/0 is not applicable."""
    return counted(Fraction(part, whole)) if whole else NOT_APPLICABLE


def total(cells: Iterable[Cell]) -> Cell:
    """The sum of what is shown.

    Nothing hidden goes into it, so that nothing hidden can be subtracted from it; where something is hidden or
    unknown the sum reads "at least". Without any value the strongest reason for that remains.
    """
    cells = list(cells)
    statuses = {cell.status for cell in cells}
    values = [cell.value for cell in cells if cell.value is not None]
    if values:
        gaps = bool(statuses & {Status.UNKNOWN, Status.CONFIDENTIAL})
        return counted(
            sum(values),
            at_least=gaps or any(cell.at_least for cell in cells),
            at_most=any(cell.at_most for cell in cells),
        )
    for status in (Status.CONFIDENTIAL, Status.UNKNOWN, Status.CLOSED):
        if status in statuses:
            return Cell(status)
    return NOT_APPLICABLE
