"""How the offered station-hours divide: one bar."""

from markupsafe import Markup

from collector.charts.shapes import Shape, number, patterns
from collector.domain.statistics import Figures


def states_bar(figures: Figures) -> Markup:
    """The words stand beside it, so it is hidden from who hears them."""
    if not figures.seconds_available.value:
        return Markup()
    cells = (figures.seconds_of_use, figures.seconds_free, figures.seconds_off, figures.seconds_unknown)
    values = [0 if cell.value is None else float(cell.value) for cell in cells]
    whole = float(figures.seconds_available.value)
    # On, but how much of it in use is confidential.
    values.insert(2, max(0.0, whole - sum(values)))
    kinds = ("in-use", "free", "hidden", "off", "unknown")
    parts: list[Markup] = []
    left = 0.0
    for kind, value in zip(kinds, values, strict=True):
        share = value / whole * 100
        fill = Markup(' fill="url(#hatch-states)"') if kind == "unknown" else ""
        if share:
            parts.append(
                Shape('<rect class="{}"{} x="{}%" width="{}%" y="1" height="22"/>').format(
                    kind, fill, number(left), number(share)
                )
            )
        left += share
    return Shape(
        '<svg class="chart states-bar" aria-hidden="true" height="24" xmlns="http://www.w3.org/2000/svg">{}{}</svg>'
    ).format(patterns("states"), Markup("").join(parts))
