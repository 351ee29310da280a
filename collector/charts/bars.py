"""Bars: one series or two side by side, or the parts of a whole on top of each other."""

from collections.abc import Sequence

from markupsafe import Markup

from collector.charts.shapes import (
    BAR_SHARE,
    LEFT,
    ROOM,
    TOP,
    Chart,
    Label,
    Series,
    Shape,
    axis,
    bar,
    fill_of,
    frame,
    grid,
    legend,
    nice_top,
    number,
    sign,
)
from collector.charts.words import Written, in_words, summary
from collector.domain.cells import Cell, total
from collector.i18n import Speech


def bars(
    name: str,
    speech: Speech,
    title: str,
    *,
    labels: Sequence[Label],
    series: Sequence[Series],
    written: Written,
    unit: int = 1,
) -> Chart:
    """Up to four series side by side; the description speaks of the first. `unit` is one on the scale."""
    words = summary(labels, series[0].cells, speech, written)
    names = [each.name for each in series] if len(series) > 1 else []
    is_least = any(cell.value and cell.at_least for each in series for cell in each.cells)
    keys, above = legend(name, names, speech.gettext("at least") if is_least else "")
    top_y, base = above + TOP, above + TOP + ROOM
    values = [float(cell.value) for each in series for cell in each.cells if cell.value is not None]
    top = nice_top(max([*values, unit]) / unit) * unit
    behind, over = grid(top_y, base, scale(top, written))
    width = (100 - LEFT) / max(len(labels), 1)
    each_width = width * BAR_SHARE / len(series)
    parts = [*keys, *behind]
    for place, label in enumerate(labels):
        shapes = []
        for number_of_series, each in enumerate(series):
            cell = each.cells[place]
            left = LEFT + place * width + width * (1 - BAR_SHARE) / 2 + number_of_series * each_width
            if cell.value is None:
                shapes.append(sign(name, cell.status, left + each_width / 2, left, each_width, top_y, base))
            else:
                share = float(cell.value) / top
                shapes.append(bar(name, number_of_series, cell, left, each_width, share, base, ROOM))
        said = "; ".join(
            (f"{each.name} " if len(series) > 1 else "") + in_words(each.cells[place], speech, written)
            for each in series
        )
        parts.append(Shape("<g><title>{}: {}</title>{}</g>").format(label.name, said, Markup("").join(shapes)))
    picture = frame(name, title, words, base + 28, [*parts, *axis(labels, base), *over])
    return Chart(title, words, picture)


def stacked_bars(
    name: str,
    speech: Speech,
    title: str,
    *,
    labels: Sequence[Label],
    series: Sequence[Series],
    written: Written,
    unit: int = 1,
) -> Chart:
    """Parts of a whole; where a part is no value, the sign of the whole stands instead of the bar."""
    wholes = [whole_of([each.cells[place] for each in series]) for place in range(len(labels))]
    words = summary(labels, wholes, speech, written)
    keys, above = legend(name, [each.name for each in series])
    top_y, base = above + TOP, above + TOP + ROOM
    top = nice_top(max([unit, *(float(cell.value) for cell in wholes if cell.value is not None)]) / unit) * unit
    behind, over = grid(top_y, base, scale(top, written))
    width = (100 - LEFT) / max(len(labels), 1)
    parts = [*keys, *behind]
    for place, label in enumerate(labels):
        left = LEFT + place * width + width * (1 - BAR_SHARE) / 2
        whole, each_width = wholes[place], width * BAR_SHARE
        shapes, ground = [], base
        if whole.value is None:
            shapes.append(sign(name, whole.status, left + each_width / 2, left, each_width, top_y, base))
        elif not whole.value:
            shapes.append(bar(name, 0, whole, left, each_width, 0, base, ROOM))
        else:
            for kind, each in enumerate(series):
                height = ROOM * float(each.cells[place].value or 0) / top
                ground -= height
                if height:
                    shapes.append(
                        Shape('<rect {} x="{}%" width="{}%" y="{}" height="{}"/>').format(
                            fill_of(name, kind), number(left), number(each_width), number(ground), number(height)
                        )
                    )
        said = "; ".join(f"{each.name} {in_words(each.cells[place], speech, written)}" for each in series)
        parts.append(Shape("<g><title>{}: {}</title>{}</g>").format(label.name, said, Markup("").join(shapes)))
    picture = frame(name, title, words, base + 28, [*parts, *axis(labels, base), *over])
    return Chart(title, words, picture)


def scale(top: float, written: Written) -> list[tuple[float, str]]:
    """The words of the full and the half height; none for a half that is no whole number."""
    half = top / 2
    return [(1.0, written(round(top))), (0.5, written(round(half)) if half == round(half) else "")]


def whole_of(parts: Sequence[Cell]) -> Cell:
    """The sum of parts that all are values or not applicable; else the reason why there is none."""
    hidden = [cell for cell in parts if cell.value is None and cell.status != "not_applicable"]
    return total(parts) if not hidden else total(hidden)
