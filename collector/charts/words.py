"""What is said of a picture to somebody who does not see it."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from collector.charts.shapes import Label
from collector.domain.cells import Cell, Status
from collector.i18n import Speech

Written = Callable[[int | Fraction], str]
"""Puts a value into words."""


def in_words(cell: Cell, speech: Speech, written: Written) -> str:
    if cell.value is not None:
        value = written(cell.value)
        if cell.at_least and cell.at_most:
            return speech.gettext("about %(value)s") % {"value": value}
        if cell.at_least:
            return speech.gettext("at least %(value)s") % {"value": value}
        if cell.at_most:
            return speech.gettext("at most %(value)s") % {"value": value}
        return value
    return {
        Status.CLOSED: speech.gettext("closed"),
        Status.UNKNOWN: speech.gettext("no data"),
        Status.CONFIDENTIAL: speech.gettext("confidential"),
    }.get(cell.status, "\u2013")


def summary(labels: Sequence[Label], cells: Sequence[Cell], speech: Speech, written: Written) -> str:
    """How many places have a value, and the highest and lowest of them."""
    known = [(cell.value, place) for place, cell in enumerate(cells) if cell.value is not None]
    if not known:
        return speech.gettext("There is no value to draw. The table says why.")
    most = max(known, key=lambda pair: pair[0])
    least = min(known, key=lambda pair: pair[0])
    return speech.gettext(
        "%(known)s of %(all)s have a value. The highest is %(most)s (%(best)s), the lowest %(least)s (%(worst)s)."
        " The table has all values."
    ) % {
        "known": speech.number(len(known)),
        "all": speech.number(len(cells)),
        "most": written(most[0]),
        "best": labels[most[1]].name,
        "least": written(least[0]),
        "worst": labels[least[1]].name,
    }
