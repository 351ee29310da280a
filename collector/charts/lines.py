"""Lines of shares over a year: full, dashed; each point with a sign of its own."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from markupsafe import Markup

from collector.charts.shapes import (
    INK,
    LEFT,
    LEGEND_ROW,
    LETTER,
    ROOM,
    TOP,
    Chart,
    Label,
    Series,
    Shape,
    axis,
    frame,
    grid,
    number,
    sign,
)
from collector.charts.words import Written, in_words, summary
from collector.i18n import Speech

DASHES = ("none", "5 4")
STEPS = (Fraction(1, 5), Fraction(1, 2), Fraction(1))


def lines(
    name: str, speech: Speech, title: str, *, labels: Sequence[Label], series: Sequence[Series], written: Written
) -> Chart:
    """One or two series of shares, 0 to 1; a point that is no value leaves a gap, with its sign on the ground."""
    words = summary(labels, series[0].cells, speech, written)
    above = float(LEGEND_ROW if len(series) > 1 else 0)
    top_y, base = above + TOP, above + TOP + ROOM
    largest = max([Fraction(cell.value) for each in series for cell in each.cells if cell.value is not None], default=1)
    top = next((step for step in STEPS if step >= largest), Fraction(1))
    behind, over = grid(top_y, base, [(1.0, written(top)), (0.5, written(top / 2))])
    parts = list(behind)
    width = (100 - LEFT) / max(len(labels), 1)
    key_x = 0
    for kind, each in enumerate(series):
        points = [
            None if cell.value is None else (LEFT + place * width + width / 2, base - ROOM * float(cell.value / top))
            for place, cell in enumerate(each.cells)
        ]
        for before, after in pairwise(points):
            if before and after:
                parts.append(stroke(kind, before, after))
        for place, (point, cell) in enumerate(zip(points, each.cells, strict=True)):
            said = (f"{each.name} " if len(series) > 1 else "") + in_words(cell, speech, written)
            shape = dot(kind, *point) if point else Markup()
            if point is None and kind == 0:
                middle = LEFT + place * width + width / 2
                shape = sign(name, cell.status, middle, middle - width / 4, width / 2, base - 24, base)
            parts.append(Shape("<g><title>{}: {}</title>{}</g>").format(labels[place].name, said, shape))
        if len(series) > 1:
            parts.append(key(kind, key_x, each.name))
            key_x += 44 + LETTER * len(each.name)
    picture = frame(name, title, words, base + 28, [*parts, *axis(labels, base), *over])
    return Chart(title, words, picture)


def stroke(kind: int, before: tuple[float, float], after: tuple[float, float]) -> Markup:
    return Shape(
        '<line class="line" x1="{}%" y1="{}" x2="{}%" y2="{}" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>'
    ).format(number(before[0]), number(before[1]), number(after[0]), number(after[1]), INK, DASHES[kind])


def dot(kind: int, x: float, y: float) -> Markup:
    """Full for the first series, empty for the second."""
    return Shape('<circle class="point {}" cx="{}%" cy="{}" r="3.5" fill="{}" stroke="{}" stroke-width="2"/>').format(
        "full" if kind == 0 else "empty", number(x), number(y), INK if kind == 0 else "#fff", INK
    )


def key(kind: int, x: int, word: str) -> Markup:
    return Shape(
        '<line class="line" x1="{}" x2="{}" y1="7" y2="7" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>'
        '<text class="key" x="{}" y="11">{}</text>'
    ).format(x, x + 22, INK, DASHES[kind], x + 28, word)
