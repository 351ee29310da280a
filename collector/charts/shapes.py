"""What all pictures are made of: the frame, the scale, the legend, patterns, and the signs of what is not a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup, escape

from collector.domain.cells import Cell, Status

PAPER_WIDTH = 640
"""In pixels; a page overrides it."""
FONT = "Libertinus Serif"
"""Comes with the typesetter of the reports; a page overrides it."""
TOP = 24
ROOM = 138
BAR_SHARE = 0.72
LEGEND_ROW = 20
LEGEND_WIDTH = 270
"""In pixels: what a phone has room for."""
LETTER = 7
NICE_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
INCOMPLETE = Markup('class="bar incomplete" fill="#1b5468" fill-opacity="0.28" stroke="#1b5468"')
"""Of a value that is at least so much."""
LEFT = 8.0
"""Per cent of the width for the words of the scale."""
INK, MUTED, LINE, STRONG = "#1d2528", "#566168", "#dcd8cf", "#8b918f"
FILLS = (
    ("one", "#1b5468"),
    ("two", "url(#stripes-{name})"),
    ("three", "url(#dots-{name})"),
    ("four", "#ffffff"),
)
"""Of the first to the fourth series: full, striped, dotted, empty."""
SIGNS = {Status.CLOSED: "\u00d7", Status.CONFIDENTIAL: "c", Status.NOT_APPLICABLE: "\u2013"}


class Shape(str):
    """A piece of a picture, in which parts are written by the format of plain text.

    That of Markup looks at each field in Python, and a picture has hundreds of pieces.
    """

    __slots__ = ()

    def format(self, *parts: object, **named: object) -> Markup:
        escaped = {name: escape(part) for name, part in named.items()}
        return Markup(str.format(self, *map(escape, parts), **escaped))  # noqa: S704  # every part of it is escaped


class Chart(NamedTuple):
    """A picture with what is said of it in words."""

    title: str
    description: str
    """What a person who sees the picture takes from it."""
    picture: Markup


class Label(NamedTuple):
    """A place on the axis; `short` is empty where there is no room for it."""

    name: str
    short: str


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    cells: Sequence[Cell]


def number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def nice_top(largest: float) -> float:
    """The least round number that is not below the largest value: 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 25, 30 ..."""
    top = 1.0
    while True:
        for step in NICE_STEPS:
            if top * step >= largest and (top * step).is_integer():
                return top * step
        top *= 10


def frame(name: str, title: str, description: str, height: float, parts: Sequence[Markup]) -> Markup:
    return Shape(
        '<svg class="chart" role="img" aria-labelledby="chart-{name}-title chart-{name}-words" width="{width}"'
        ' height="{height}" font-family="{font}" font-size="12.5" fill="{muted}" xmlns="http://www.w3.org/2000/svg">'
        '<title id="chart-{name}-title">{title}</title><desc id="chart-{name}-words">{words}</desc>{patterns}{parts}'
        "</svg>"
    ).format(
        name=name,
        width=PAPER_WIDTH,
        height=number(height),
        font=FONT,
        muted=MUTED,
        title=title,
        words=description,
        patterns=patterns(name),
        parts=Markup("").join(parts),
    )


def patterns(name: str) -> Markup:
    """Hatching for what is unknown, stripes and dots for the second and third series."""
    return Shape(
        '<defs><pattern id="hatch-{name}" width="6" height="6" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><line class="hatch" x1="0" x2="0" y1="0" y2="6" stroke="{muted}"'
        ' stroke-width="1.5"/></pattern>'
        '<pattern id="stripes-{name}" width="5" height="5" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(-45)"><rect class="ground" width="5" height="5" fill="#fff"/><line class="stripe"'
        ' x1="0" x2="0" y1="0" y2="5" stroke="#1b5468" stroke-width="4"/></pattern>'
        '<pattern id="dots-{name}" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="ground" width="6"'
        ' height="6" fill="#fff"/><circle class="dot" cx="3" cy="3" r="1.3" fill="#1b5468"/></pattern></defs>'
    ).format(name=name, muted=MUTED)


def fill_of(name: str, place: int) -> Markup:
    """The attributes of a series' areas."""
    kind, fill = FILLS[place]
    return Shape('class="bar {}" fill="{}" stroke="#1b5468" stroke-width="1"').format(kind, fill.format(name=name))


def grid(top: float, base: float, labels: Sequence[tuple[float, str]]) -> tuple[list[Markup], list[Markup]]:
    """Lines behind the bars, and their words, which are to be written last, over the bars."""
    behind, words = [], []
    for share, text in labels:
        y = base - (base - top) * share
        behind.append(
            Shape('<line class="grid" x1="0" x2="100%" y1="{0}" y2="{0}" stroke="{1}"/>').format(number(y), LINE)
        )
        # Two texts, because not every program draws all outlines of a text before its letters.
        if text:
            place = number(y - 5)
            words += [
                Shape(
                    '<text class="outline" x="0" y="{}" stroke="#fff" stroke-width="5" stroke-linejoin="round"'
                    ' aria-hidden="true">{}</text>'
                ).format(place, text),
                Shape('<text class="scale" x="0" y="{}">{}</text>').format(place, text),
            ]
    words.append(
        Shape('<line class="base" x1="{2}%" x2="100%" y1="{0}" y2="{0}" stroke="{1}"/>').format(
            number(base), STRONG, number(LEFT)
        )
    )
    return behind, words


def axis(labels: Sequence[Label], base: float) -> list[Markup]:
    """The words below the axis; the first and the last stay within the picture."""
    width = (100 - LEFT) / max(len(labels), 1)
    many = len(labels) > LEGEND_WIDTH // 20
    found = []
    for place, label in enumerate(labels):
        if not label.short:
            continue
        anchor, x = "middle", LEFT + place * width + width / 2
        if many and place == 0:
            anchor, x = "start", LEFT
        elif many and place == len(labels) - 1:
            anchor, x = "end", 100.0
        found.append(
            Shape('<text class="day" x="{}%" y="{}" text-anchor="{}">{}</text>').format(
                number(x), number(base + 20), anchor, label.short
            )
        )
    return found


def legend(name: str, words: Sequence[str], incomplete: str = "") -> tuple[list[Markup], float]:
    """A swatch and a word for each series, in rows that a phone has room for; and the height of them all.

    `incomplete` is the word for bars that are at least so high.
    """
    found, x, y = [], 0, 0
    entries = [(fill_of(name, place), word) for place, word in enumerate(words)]
    entries += [(INCOMPLETE, incomplete)] if incomplete else []
    for fill, word in entries:
        width = 24 + LETTER * len(word) + 16
        if x and x + width > LEGEND_WIDTH:
            x, y = 0, y + LEGEND_ROW
        found.append(
            Shape('<rect {} x="{}" y="{}" width="16" height="12"/><text class="key" x="{}" y="{}">{}</text>').format(
                fill, x + 1, y + 1, x + 24, y + 11, word
            )
        )
        x += width
    return found, float(y + LEGEND_ROW) if entries else 0.0


def sign(name: str, status: Status, x: float, left: float, width: float, top: float, base: float) -> Markup:
    """What stands where there is no value; `x` is the middle, all in per cent of the width."""
    if status is Status.UNKNOWN:
        return Shape(
            '<rect class="unknown" fill="url(#hatch-{})" stroke="{}" x="{}%" width="{}%" y="{}" height="{}"/>'
        ).format(name, STRONG, number(left), number(width), number(top), number(base - top))
    return Shape(
        '<text class="sign" x="{}%" y="{}" text-anchor="middle" font-weight="bold" fill="{}">{}</text>'
    ).format(number(x), number(base - 6), INK, SIGNS[status])


def bar(name: str, place: int, cell: Cell, left: float, width: float, share: float, base: float, room: float) -> Markup:
    """One value as an area of `share` of the room; a line on the ground for zero."""
    if not cell.value:
        return Shape('<line class="zero" x1="{}%" x2="{}%" y1="{y}" y2="{y}" stroke="{ink}" stroke-width="3"/>').format(
            number(left), number(left + width), y=number(base - 2), ink=INK
        )
    height = max(room * share, 2)
    attributes = INCOMPLETE if cell.at_least else fill_of(name, place)
    return Shape('<rect {} x="{}%" width="{}%" y="{}" height="{}"/>').format(
        attributes, number(left), number(width), number(base - height), number(height)
    )
