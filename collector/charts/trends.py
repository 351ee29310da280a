"""One value a day over months, small: a line that holds until the next change, and gaps where nothing is known."""

from collections.abc import Sequence
from fractions import Fraction

from collector.charts.lines import dot, stroke
from collector.charts.shapes import LEFT, Chart, Label, axis, frame, grid, sign
from collector.charts.words import Written, summary
from collector.domain.cells import Cell, Status
from collector.i18n import Speech

ROOM = 76
TOP = 24
UNKNOWN_HEIGHT = 12


def trend(
    name: str,
    speech: Speech,
    title: str,
    *,
    labels: Sequence[Label],
    cells: Sequence[Cell],
    top: int | Fraction,
    written: Written,
) -> Chart:
    """The scale goes from zero to `top`, which is above zero and not below any value."""
    words = summary(labels, cells, speech, written)
    base = float(TOP + ROOM)
    behind, over = grid(TOP, base, [(1.0, written(top)), (0.5, written(Fraction(top) / 2))])
    parts = list(behind)
    width = (100 - LEFT) / max(len(cells), 1)
    before: tuple[float, float] | None = None
    for first, after in _alike(cells):
        left, right = LEFT + first * width, LEFT + after * width
        value = cells[first].value
        if value is None:
            parts.append(sign(name, Status.UNKNOWN, left, left, right - left, base - UNKNOWN_HEIGHT, base))
            before = None
            continue
        y = base - ROOM * float(Fraction(value) / Fraction(top))
        if before is not None:
            parts.append(stroke(0, before, (left, y)))
        parts.append(stroke(0, (left, y), (right, y)))
        before = (right, y)
    if before is not None:
        parts.append(dot(0, *before))
    return Chart(title, words, frame(name, title, words, base + 28, [*parts, *axis(labels, base), *over]))


def _alike(cells: Sequence[Cell]) -> list[tuple[int, int]]:
    """Stretches of neighbours with the same value, or with none."""
    found: list[tuple[int, int]] = []
    for place, cell in enumerate(cells):
        if found and cells[place - 1].value == cell.value:
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
    return found
