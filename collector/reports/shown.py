"""How a cell is shown: one number and one text for every format, so that all of them say the same.

Counts are whole. Hours have one decimal below 100, shares are whole per cent; a share is never rounded to all or to
nothing. Rounded halves go away from zero.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from collector.domain.catalogue import Unit
from collector.domain.cells import Cell, Status
from collector.i18n import Speech

MANY = 100
FEW = 10
HOUR = 3600


class Shown(NamedTuple):
    status: Status
    value: Decimal | None
    """What files hold: hours, a share of 1, a count."""
    text: str
    """What people read, with unit and sign."""
    bound: str = ""
    """"≥", "≤", "≈", or nothing."""


def rounded(value: int | Fraction, decimals: int) -> Decimal:
    exact = Fraction(value) * 10**decimals
    whole = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal(1), ROUND_HALF_UP)
    return whole.scaleb(-decimals)


def shown_value(value: int | Fraction, unit: Unit) -> Decimal:
    """The value as every format has it."""
    if unit is Unit.SECONDS:
        hours = Fraction(value, HOUR)
        return rounded(hours, 0 if hours.denominator == 1 or hours >= MANY else 1)
    if unit is Unit.SHARE:
        whole = rounded(Fraction(value) * MANY, 0)
        if whole == MANY and value < 1:
            whole = Decimal(MANY - 1)
        if whole == 0 and value > 0:
            whole = Decimal(1)
        return whole.scaleb(-2)
    if unit in {Unit.RATIO, Unit.DAYS}:
        exact = Fraction(value)
        return rounded(exact, 0 if exact.denominator == 1 else 2 if exact < FEW and unit is Unit.RATIO else 1)
    return rounded(value, 0)


def decimals_of(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def written(value: Decimal, unit: Unit, speech: Speech, bands: Sequence[str] = ()) -> str:
    """A value in the reader's language, with its unit."""
    if unit is Unit.SHARE:
        return speech.percent(Fraction(value))
    if unit is Unit.BAND:
        return bands[int(value)]
    text = speech.number(Fraction(value), decimals_of(value))
    if unit is Unit.SECONDS:
        return text + "\u00a0" + ("u" if speech.language == "nl" else "h")
    return text


def empty(status: Status, speech: Speech) -> str:
    return {
        Status.CLOSED: speech.gettext("closed"),
        Status.UNKNOWN: speech.gettext("no data"),
        Status.CONFIDENTIAL: "c",
    }.get(status, "\u2013")


def bound_of(cell: Cell) -> str:
    return {(True, True): "\u2248", (True, False): "\u2265", (False, True): "\u2264"}.get(
        (cell.at_least, cell.at_most), ""
    )


def shown(cell: Cell, unit: Unit, speech: Speech, bands: Sequence[str] = ()) -> Shown:
    if cell.value is None:
        return Shown(cell.status, None, empty(cell.status, speech))
    value, bound = shown_value(cell.value, unit), bound_of(cell)
    text = written(value, unit, speech, bands)
    return Shown(cell.status, value, f"{bound}\u00a0{text}" if bound else text, bound)


def same(one: Cell, other: Cell, unit: Unit) -> bool:
    """Whether two cells are shown alike."""
    if one.value is None or other.value is None:
        return one.status == other.status
    return bound_of(one) == bound_of(other) and shown_value(one.value, unit) == shown_value(other.value, unit)


def change(before: Cell, now: Cell, unit: Unit) -> Fraction | None:
    """By how much a figure grew, as a share of what it was, from what is shown of both.

    None where one of the two is not a plain value, is zero, or is a share itself: nothing follows from what is hidden,
    and a bound says nothing of growth.
    """
    if unit in {Unit.SHARE, Unit.BAND} or bound_of(before) or bound_of(now):
        return None
    if now.value is None or not before.value:
        return None
    was = Fraction(shown_value(before.value, unit))
    return (Fraction(shown_value(now.value, unit)) - was) / was if was else None
