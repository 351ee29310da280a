"""Weekday × hour: darker where there is more, with the number in each field."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from markupsafe import Markup

from collector.charts.shapes import INK, SIGNS, STRONG, Chart, Label, Shape, frame, number
from collector.charts.words import Written, in_words, summary
from collector.domain.cells import CLOSED, Cell, Status
from collector.i18n import Speech

ROW = 28
HEAD = 22
LEFT = 11.0
"""Per cent of the width for the names of the days."""
SHADES = (0.0, 0.16, 0.36, 0.62, 0.9)
DARK = 0.5
SEEN_HOURS = (8, 20)
"""Always drawn, so that sites compare; others only where there is something."""


def week(
    name: str,
    speech: Speech,
    title: str,
    *,
    days: Sequence[Label],
    cells: Mapping[tuple[int, int], Cell],
    written: Written,
    short: Written,
) -> Chart:
    """`cells` by weekday (0 is Monday) and hour; what is missing is closed. `short` is what fits into a field."""
    used = [hour for (_, hour), cell in cells.items() if cell.status is not Status.CLOSED]
    hours = range(min([SEEN_HOURS[0], *used]), max([SEEN_HOURS[1], *(hour + 1 for hour in used)]))
    labels, flat = [], []
    for weekday, day in enumerate(days):
        for hour in hours:
            labels.append(Label(f"{day.name}, {hour}:00\u2013{hour + 1}:00", ""))
            flat.append(cells.get((weekday, hour), CLOSED))
    words = summary(labels, flat, speech, written)
    largest = max([Fraction(cell.value) for cell in flat if cell.value is not None], default=Fraction(0))
    width = (100 - LEFT) / len(hours)
    parts = [
        Shape('<text class="day" x="{}%" y="14" text-anchor="middle">{}</text>').format(
            number(LEFT + (place + 0.5) * width), hour
        )
        for place, hour in enumerate(hours)
    ]
    parts += [
        Shape('<text class="day" x="0" y="{}">{}</text>').format(number(HEAD + weekday * ROW + ROW * 0.66), day.short)
        for weekday, day in enumerate(days)
    ]
    for place, (label, cell) in enumerate(zip(labels, flat, strict=True)):
        weekday, column = divmod(place, len(hours))
        x, y = LEFT + column * width, HEAD + weekday * ROW
        shape = field(name, cell, x, y, width, largest, short)
        parts.append(Shape("<g><title>{}: {}</title>{}</g>").format(label.name, in_words(cell, speech, written), shape))
    return Chart(title, words, frame(name, title, words, HEAD + ROW * len(days) + 4, parts))


def field(name: str, cell: Cell, x: float, y: float, width: float, largest: Fraction, short: Written) -> Markup:
    text, shade, fill = SIGNS.get(cell.status, ""), 0.0, "#1b5468"
    if cell.value is not None:
        text = short(cell.value)
        step = -(-cell.value * (len(SHADES) - 1) // largest) if largest else 0
        shade = SHADES[int(step)]
    elif cell.status is Status.UNKNOWN:
        fill, shade = f"url(#hatch-{name})", 1.0
    kind = "unknown" if cell.status is Status.UNKNOWN else "shade"
    area = Shape(
        '<rect class="{}" x="{}%" width="{}%" y="{}" height="{}" fill="{}" fill-opacity="{}" stroke="{}"'
        ' stroke-width="0.5"/>'
    ).format(kind, number(x), number(width), number(y), ROW, fill, number(shade), STRONG)
    ink = "#fff" if cell.value is not None and shade > DARK else INK
    dark = "on-dark" if ink == "#fff" else "on-light"
    return area + Shape(
        '<text class="field {}" x="{}%" y="{}" text-anchor="middle" font-size="11" fill="{}">{}</text>'
    ).format(dark, number(x + width / 2), number(y + ROW * 0.66), ink, text)
