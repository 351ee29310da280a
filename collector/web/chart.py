"""Bars by day, and one bar of states, as SVG of our own.

Places along the axis are percentages and texts keep their size, so one picture serves a phone, a screen and paper.
What is not a value is drawn as something else than a bar, and differs in shape, not only in colour. The numbers stand
in the table beside it.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from fractions import Fraction

from markupsafe import Markup

from collector.domain.cells import Cell, Status
from collector.domain.statistics import Figures
from collector.i18n import Speech

HEIGHT = 190
TOP = 22
BASE = 160
ROOM = BASE - TOP
BAR_SHARE = 0.72
LABEL_EVERY = 7
NICE_STEPS = (1, 2, 5)


def nice_top(largest: float) -> float:
    """The least of 1, 2, 5, 10, 20, 50 ... that is not below the largest value."""
    top = 1.0
    while True:
        for step in NICE_STEPS:
            if top * step >= largest:
                return top * step
        top *= 10


def bar_chart(
    name: str,
    speech: Speech,
    title: str,
    *,
    days: Sequence[dt.date],
    cells: Sequence[Cell],
    written: Callable[[int | Fraction], str],
) -> Markup:
    """The picture; `written` puts a value into words."""
    values = [float(cell.value) for cell in cells if cell.value is not None]
    unit = 3600.0 if name == "hours" else 1.0
    top = nice_top(max([*values, unit]) / unit) * unit
    width = 100 / max(len(cells), 1)
    parts: list[Markup] = []
    scale: list[Markup] = []
    for share in (1.0, 0.5):
        y = BASE - ROOM * share
        parts.append(Markup('<line class="grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(number(y)))
        label = written(round(top * share)) if top * share == round(top * share) else ""
        scale.append(Markup('<text class="scale" x="0" y="{}">{}</text>').format(number(y - 5), label))
    for place, (day, cell) in enumerate(zip(days, cells, strict=True)):
        left = place * width
        words = f"{speech.weekday(day)}: {in_words(cell, speech, written)}"
        parts.append(Markup("<g><title>{}</title>{}</g>").format(words, bar(name, cell, top, left, width)))
        if (len(days) - 1 - place) % LABEL_EVERY == 0:
            anchor = "end" if place == len(days) - 1 else "start" if place == 0 else "middle"
            x = {"end": 100.0, "start": 0.0}.get(anchor, left + width / 2)
            parts.append(
                Markup('<text class="day" x="{}%" y="{}" text-anchor="{}">{}</text>').format(
                    number(x), BASE + 20, anchor, speech.short_date(day)
                )
            )
    # Written last, over the bars.
    parts += scale
    parts.append(Markup('<line class="base" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(BASE))
    return Markup(
        '<svg class="chart" role="img" aria-labelledby="chart-{name}-title chart-{name}-words" height="{height}"'
        ' xmlns="http://www.w3.org/2000/svg"><title id="chart-{name}-title">{title}</title>'
        '<desc id="chart-{name}-words">{words}</desc>{patterns}{parts}</svg>'
    ).format(
        name=name,
        height=HEIGHT,
        title=title,
        words=summary(days, cells, speech, written),
        patterns=patterns(name),
        parts=Markup("").join(parts),
    )


def states_bar(figures: Figures) -> Markup:
    """How the offered station-hours divide: one bar. The words stand beside it, so it is hidden from who hears them."""
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
                Markup('<rect class="{}"{} x="{}%" width="{}%" y="1" height="22"/>').format(
                    kind, fill, number(left), number(share)
                )
            )
        left += share
    return Markup(
        '<svg class="chart states-bar" aria-hidden="true" height="24" xmlns="http://www.w3.org/2000/svg">{}{}</svg>'
    ).format(patterns("states"), Markup("").join(parts))


def bar(name: str, cell: Cell, top: float, left: float, width: float) -> Markup:
    x, w = number(left + width * (1 - BAR_SHARE) / 2), number(width * BAR_SHARE)
    middle = number(left + width / 2)
    if cell.value is not None:
        height = max(ROOM * float(cell.value) / top, 2) if cell.value else 0
        kind = "bar incomplete" if cell.at_least else "bar"
        if not height:
            return Markup('<line class="zero" x1="{}%" x2="{}%" y1="{y}" y2="{y}"/>').format(
                x, number(left + width * (1 + BAR_SHARE) / 2), y=BASE - 2
            )
        return Markup('<rect class="{}" x="{}%" width="{}%" y="{}" height="{}"/>').format(
            kind, x, w, number(BASE - height), number(height)
        )
    if cell.status is Status.UNKNOWN:
        return Markup('<rect class="unknown" fill="url(#hatch-{})" x="{}%" width="{}%" y="{}" height="{}"/>').format(
            name, x, w, TOP, ROOM
        )
    sign = {Status.CLOSED: "\u00d7", Status.CONFIDENTIAL: "c"}.get(cell.status, "\u2013")
    return Markup('<text class="sign" x="{}%" y="{}" text-anchor="middle">{}</text>').format(middle, BASE - 6, sign)


def patterns(name: str) -> Markup:
    return Markup(
        '<defs><pattern id="hatch-{}" width="6" height="6" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><line class="hatch" x1="0" x2="0" y1="0" y2="6"/></pattern></defs>'
    ).format(name)


def in_words(cell: Cell, speech: Speech, written: Callable[[int | Fraction], str]) -> str:
    if cell.value is not None:
        value = written(cell.value)
        return speech.gettext("at least %(value)s") % {"value": value} if cell.at_least else value
    return {
        Status.CLOSED: speech.gettext("closed"),
        Status.UNKNOWN: speech.gettext("no data"),
        Status.CONFIDENTIAL: speech.gettext("confidential"),
    }.get(cell.status, "\u2013")


def summary(
    days: Sequence[dt.date], cells: Sequence[Cell], speech: Speech, written: Callable[[int | Fraction], str]
) -> str:
    """What a person who sees the picture takes from it."""
    known = [(cell.value, day) for day, cell in zip(days, cells, strict=True) if cell.value is not None]
    if not known:
        return speech.gettext("No day has a value. The table below says why.")
    most, best = max(known)
    return speech.gettext(
        "%(known)s of %(all)s days have a value. The highest is %(most)s, on %(day)s. The table below has all values."
    ) % {
        "known": speech.number(len(known)),
        "all": speech.number(len(days)),
        "most": written(most),
        "day": speech.date(best),
    }


def number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
