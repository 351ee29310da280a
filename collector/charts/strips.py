"""Days as strips of 24 hours, one below the other: on, on without contact, off, unknown; and the opening hours."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from collector.charts.shapes import (
    INK,
    LEGEND_ROW,
    LEGEND_WIDTH,
    LETTER,
    LINE,
    MUTED,
    STRONG,
    Chart,
    Shape,
    fill_of,
    frame,
    number,
)
from collector.domain.power import MINUTES_OF_DAY, Piece, Power

ROW = 24
STRIP = 12
OPEN = 3
HEAD = 22
LEFT = 17.0
"""Per cent of the width for the names of the days."""
HOURS = (0, 6, 12, 18, 24)
PLACES = {Power.ON: 0, Power.UNHEARD: 1, Power.OFF: 3}
"""Of the fills of a series: full, striped, empty."""


class Strip(NamedTuple):
    """One local day."""

    label: str
    said: str
    """The day in words, for whoever points at it."""
    power: Sequence[tuple[Power, Piece]]
    opened: Sequence[Piece]


def strips(
    name: str, title: str, description: str, *, days: Sequence[Strip], words: Sequence[tuple[Power, str]], opened: str
) -> Chart:
    """`words` names what is drawn, in the order of the legend; `opened` the opening hours below each strip."""
    parts, above = _legend(name, words, opened)
    top = above + HEAD
    base = top + ROW * len(days)
    for hour in HOURS:
        anchor = {0: "start", 24: "end"}.get(hour, "middle")
        parts.append(
            Shape(
                '<line class="grid" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}" stroke="{3}"/>'
                '<text class="day" x="{0}%" y="{4}" text-anchor="{5}">{6}</text>'
            ).format(number(_x(hour * 60)), number(top - 2), number(base), LINE, number(top - 7), anchor, hour)
        )
    for place, day in enumerate(days):
        y = top + place * ROW
        shapes = [_area(name, power, each, y) for power, each in day.power]
        shapes += [_opening(each, y) for each in day.opened]
        parts.append(
            Shape('<g><title>{}</title><text class="day" x="0" y="{}">{}</text>{}</g>').format(
                day.said, number(y + STRIP - 1), day.label, Markup("").join(shapes)
            )
        )
    return Chart(title, description, frame(name, title, description, base + 4, parts))


def _x(minute: int) -> float:
    return LEFT + minute / MINUTES_OF_DAY * (100 - LEFT)


def _area(name: str, power: Power, each: Piece, y: float) -> Markup:
    width = max(0.0, _x(each.until_minute) - _x(each.from_minute))
    return Shape('<rect {} x="{}%" width="{}%" y="{}" height="{}"/>').format(
        _fill(name, power), number(_x(each.from_minute)), number(width), number(y), STRIP
    )


def _opening(each: Piece, y: float) -> Markup:
    width = max(0.0, _x(each.until_minute) - _x(each.from_minute))
    return Shape('<rect class="opened" x="{}%" width="{}%" y="{}" height="{}" fill="{}"/>').format(
        number(_x(each.from_minute)), number(width), number(y + STRIP + 2), OPEN, INK
    )


def _fill(name: str, power: Power) -> Markup:
    if power is Power.UNKNOWN:
        return Shape('class="unknown" fill="url(#hatch-{})" stroke="{}"').format(name, STRONG)
    return fill_of(name, PLACES[power])


def _legend(name: str, words: Sequence[tuple[Power, str]], opened: str) -> tuple[list[Markup], float]:
    """A swatch and a word each, in rows that a phone has room for; and the height of them all."""
    swatches = [
        (Shape('<rect {} x="{{}}" y="{{}}" width="16" height="12"/>').format(_fill(name, power)), word)
        for power, word in words
    ]
    line = Shape('<rect class="opened" x="{{}}" y="{{}}" width="16" height="{}" fill="{}"/>').format(OPEN, INK)
    found, x, y = [], 0, 0
    for swatch, word in [*swatches, (line, opened)]:
        width = 24 + LETTER * len(word) + 16
        if x and x + width > LEGEND_WIDTH:
            x, y = 0, y + LEGEND_ROW
        down = y + 6 if swatch is line else y + 1
        found.append(
            Shape(swatch).format(x + 1, down)
            + Shape('<text class="key" x="{}" y="{}" fill="{}">{}</text>').format(x + 24, y + 11, MUTED, word)
        )
        x += width
    return found, float(y + LEGEND_ROW)
