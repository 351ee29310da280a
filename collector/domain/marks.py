"""What a reader must know of figures beside their cells."""

from enum import StrEnum


class Mark(StrEnum):
    """The words of every file and answer, in the order in which they are given."""

    RUNNING = "running"
    """The period is not over."""
    UNTIMED = "untimed"
    """The opening hours of a part are unknown: there all time counts as offered."""
    LOW_COVERAGE = "low_coverage"
    """Less is known than the limit asks for: the true figures may be larger."""
    PARTLY_CONFIDENTIAL = "partly_confidential"
    """A part with fewer than two stations is left out."""
    UPPER_BOUND = "upper_bound"
    """Nobody could see whether the visitor was still there: hours of use are at most this."""
    CAPPED = "capped"
    """Sessions of more than 12 hours are among these; 12 hours of each count."""
    UNDATED = "undated"
    """Sessions were received of which nobody knows when they took place; they are in no figure but their own."""
    LATE_CORRECTION = "late_correction"
    """The register was corrected after the facts had been deleted: the figures could not follow everywhere."""
