"""The pictures of a report, drawn from the same cells as its tables."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from collector.charts import Chart, Label, Series, bars, lines, stacked_bars, week
from collector.domain.catalogue import Unit
from collector.domain.cells import NOT_APPLICABLE, Cell
from collector.reports.document import Picture
from collector.reports.inputs import Figures
from collector.reports.shown import shown_value, written
from collector.reports.wording import Wording

SECONDS_OF_HOUR = 3600


def month_labels(words: Wording) -> list[Label]:
    return [Label(words.month(number), words.speech.month_letter(number)) for number in range(1, 13)]


def of_months(months: tuple[Figures, ...], figure: str) -> list[Cell]:
    return [cells.get(figure, NOT_APPLICABLE) for cells in months]


def two_years(words: Wording, figure: str) -> list[Series]:
    """The months of this year and, where they are known, of the one before."""
    inputs = words.inputs
    series = [Series(str(inputs.year), of_months(inputs.figures.months, figure))]
    if inputs.before:
        cells = of_months(inputs.before.months, figure)
        if any(cell.value is not None for cell in cells):
            series.append(Series(str(inputs.year - 1), cells))
    return series


class Written:
    """Values of one unit in words, rounded as the tables have them."""

    def __init__(self, words: Wording, unit: Unit) -> None:
        self.words, self.unit = words, unit

    def __call__(self, value: int | Fraction) -> str:
        return written(shown_value(value, self.unit), self.unit, self.words.speech, self.words.bands)


def is_drawn(series: Iterable[Series]) -> bool:
    """Whether a picture shows more than signs and zeros, which the table beside it tells as well."""
    return any(cell.value for each in series for cell in each.cells)


def month_bars(words: Wording, figure: str, title: str) -> Iterator[Picture]:
    """None where there is nothing to see."""
    series = two_years(words, figure)
    if not is_drawn(series):
        return
    unit = words.definitions[figure].unit
    chart = bars(
        f"months-{figure}",
        words.speech,
        title,
        labels=month_labels(words),
        series=series,
        written=Written(words, unit),
        unit=SECONDS_OF_HOUR if unit is Unit.SECONDS else 1,
    )
    yield Picture(f"months-{figure}", chart)


def month_lines(words: Wording, figure: str, title: str) -> Iterator[Picture]:
    """None where there is nothing to see."""
    series = two_years(words, figure)
    if not is_drawn(series):
        return
    chart = lines(
        f"months-{figure}",
        words.speech,
        title,
        labels=month_labels(words),
        series=series,
        written=Written(words, Unit.SHARE),
    )
    yield Picture(f"months-{figure}", chart)


def month_parts(words: Wording, whole: str, parts: list[str], title: str) -> Picture:
    """The parts of a whole, month by month."""
    chart = stacked_bars(
        f"months-{whole}",
        words.speech,
        title,
        labels=month_labels(words),
        series=[
            Series(words.local(words.definitions[part].name), of_months(words.inputs.figures.months, part))
            for part in parts
        ],
        written=Written(words, Unit.SECONDS),
        unit=SECONDS_OF_HOUR,
    )
    return Picture(f"months-{whole}", chart)


def year_bars(words: Wording, name: str, figures: Mapping[str, str], title: str) -> Iterator[Picture]:
    """Figures of the year side by side, with the short word of each below it; none where there is nothing to see."""
    series = [Series("", [words.inputs.figures.year.get(figure, NOT_APPLICABLE) for figure in figures])]
    if not is_drawn(series):
        return
    chart: Chart = bars(
        name,
        words.speech,
        title,
        labels=[Label(words.name(figure), short) for figure, short in figures.items()],
        series=series,
        written=Written(words, Unit.COUNT),
    )
    yield Picture(name, chart)


def week_profile(words: Wording, figure: str, title: str) -> Iterator[Picture]:
    """Weekday by hour; none where there is nothing to see."""
    cells = {}
    for place, figures in words.inputs.figures.week.items():
        weekday, _, hour = place.partition("-")
        if figure in figures:
            cells[int(weekday), int(hour)] = figures[figure]
    if not any(cell.value for cell in cells.values()):
        return
    unit = words.definitions[figure].unit
    say = Written(words, unit)
    days = [Label(words.speech.weekday_name(day), words.speech.weekday_names()[day]) for day in range(7)]

    def short(value: int | Fraction) -> str:
        shown = shown_value(value, unit)
        return words.speech.number(Fraction(shown * 100 if unit is Unit.SHARE else shown))

    chart = week(f"week-{figure}", words.speech, title, days=days, cells=cells, written=say, short=short)
    yield Picture(f"week-{figure}", chart)
