"""All sites in one sentence: how much, how sure, and who is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from collector.domain import cells
from collector.domain.cells import Cell, Status
from collector.domain.statistics import Figures
from collector.domain.year import PeriodFigures


@dataclass(frozen=True, slots=True)
class Overview:
    sessions: Cell
    seconds_of_use: Cell
    coverage: Cell
    sites_counted: int
    sites_confidential: int
    sites_unknown: int
    trusted: bool
    """Whether the coverage reaches the limit."""


def overview(rows: Sequence[Figures], coverage_limit: Fraction) -> Overview:
    """The same period of several sites."""
    offered = readable = Fraction(0)
    for row in rows:
        if row.coverage.value is not None and row.seconds_available.value is not None:
            offered += row.seconds_available.value
            readable += row.coverage.value * row.seconds_available.value
    coverage = cells.counted(readable / offered) if offered else cells.NOT_APPLICABLE
    statuses = [row.sessions.status for row in rows]
    return Overview(
        sessions=cells.total(row.sessions for row in rows),
        seconds_of_use=cells.total(row.seconds_of_use for row in rows),
        coverage=coverage,
        sites_counted=statuses.count(Status.VALUE),
        sites_confidential=statuses.count(Status.CONFIDENTIAL),
        sites_unknown=statuses.count(Status.UNKNOWN),
        trusted=coverage.value is not None and coverage.value >= coverage_limit,
    )


def of_region(month: PeriodFigures, coverage_limit: Fraction) -> Overview:
    """A month of all sites together, as its readers are told of it."""
    sessions, hours, coverage = (month.cells[figure] for figure in ("B1", "B2", "A8"))
    trusted = coverage.value is not None and coverage.value >= coverage_limit
    return Overview(sessions, hours, coverage, 0, 0, 0, trusted)
