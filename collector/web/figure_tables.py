"""One figure of the catalogue in depth, month by month: what the page and its files show, and what it draws."""

from collections.abc import Mapping, Sequence

from collector.charts import Chart, Label, Series, bars, lines, week
from collector.domain.catalogue import Catalogue, Figure, Unit
from collector.domain.cells import NOT_APPLICABLE, Cell, Status
from collector.domain.marks import Mark
from collector.domain.week import Week
from collector.domain.year import YearFigures
from collector.i18n import Speech
from collector.reports.shown import shown_value
from collector.reports.shown import written as as_words
from collector.web.shown_tables import Field, Row, Table, field

PROFILE = "B9"
HOURS_OF_DAY = 24
MOST_SERIES = 4
SECONDS_OF_HOUR = 3600
LENGTH_BANDS = "B6."
NO_BANDS = ("unknown", "median")


def choices(catalogue: Catalogue) -> list[Figure]:
    """What can be looked at: figures that are no part of another one, with a number of their own or of their parts."""
    wholes = {figure.whole() for figure in catalogue.figures.values() if figure.has_cell()}
    return [
        figure
        for figure in catalogue.figures.values()
        if not figure.whole() and (figure.has_cell() or figure.id in wholes or figure.unit is Unit.PROFILE)
    ]


def columns_of(figure: Figure, catalogue: Catalogue) -> list[Figure]:
    """Itself, where it has a number, and its parts."""
    parts = [each for each in catalogue.figures.values() if each.whole() == figure.id and each.has_cell()]
    return [*([figure] if figure.has_cell() else []), *parts]


def seen_columns(figure: Figure, years: Sequence[YearFigures], catalogue: Catalogue) -> list[Figure]:
    """Without the parts that these years have nothing of, such as figures of other tools."""
    columns = columns_of(figure, catalogue)

    def there(each: Figure) -> bool:
        periods = [period for year in years for period in (*year.months, year.whole)]
        return any(period.cells[each.id].status is not Status.NOT_APPLICABLE for period in periods)

    return [each for each in columns if there(each)] or columns[:1]


def bands_of(catalogue: Catalogue, language: str) -> list[str]:
    """The names of the classes of lengths, in order."""
    return [
        figure.words[language].name
        for figure in catalogue.figures.values()
        if figure.id.startswith(LENGTH_BANDS) and figure.id.removeprefix(LENGTH_BANDS) not in NO_BANDS
    ]


def months_table(
    figure: Figure, year: YearFigures, before: YearFigures, catalogue: Catalogue, speech: Speech, under: str
) -> Table:
    """By month, the year last; a figure of use with its coverage, one without parts with the year before."""
    columns = seen_columns(figure, (year, before), catalogue)
    language, bands = speech.language, bands_of(catalogue, speech.language)
    coverage = catalogue.figures["A8"]
    covered = any(each.coverage for each in columns)
    compared = len(columns) == 1
    head = [speech.gettext("Month"), *(each.words[language].name for each in columns)]
    if compared:
        head[1:] = [str(year.year), str(before.year)]
    if covered:
        head.append(coverage.words[language].name + (f" {year.year}" if compared else ""))
    rows = []
    for at, (now, then) in enumerate(zip([*year.months, year.whole], [*before.months, before.whole], strict=True), 1):
        fields = [field(now.cells[each.id], each.unit, speech, bands) for each in columns]
        if compared:
            fields.append(field(then.cells[columns[0].id], columns[0].unit, speech, bands))
        if covered:
            fields.append(field(now.cells["A8"], Unit.SHARE, speech))
        name = speech.month_word(at) if at <= len(year.months) else speech.gettext("Year")
        if Mark.RUNNING in now.marks and now.cells["A1.average"].value is not None:
            name += f" ({speech.gettext('not over yet')})"
        rows.append(Row(name, tuple(fields), whole=at > len(year.months)))
    return Table(figure.words[language].name, under, tuple(head), tuple(rows))


def week_table(found: Week, words: Mapping[str, str], speech: Speech, under: str, title: str) -> Table:
    """Hours down; for each weekday the sessions and the occupancy, where the site ever opens."""
    days = [speech.weekday_name(day) for day in range(7)]
    head = [speech.gettext("Hour")]
    for day in days:
        head += [f"{day}: {words['B1']}", f"{day}: {words['B3']}"]
    rows = []
    for hour in range(HOURS_OF_DAY):
        cells = [found.get((day, hour), {}) for day in range(7)]
        if all(each.get("B1", NOT_APPLICABLE).status in {Status.CLOSED, Status.NOT_APPLICABLE} for each in cells):
            continue
        fields: list[Field] = []
        for each in cells:
            fields += [
                field(each.get("B1", NOT_APPLICABLE), Unit.COUNT, speech),
                field(each.get("B3", NOT_APPLICABLE), Unit.SHARE, speech),
            ]
        rows.append(Row(f"{hour}:00\u2013{hour + 1}:00", tuple(fields)))
    return Table(title, under, tuple(head), tuple(rows))


def picture(
    figure: Figure, year: YearFigures, before: YearFigures, catalogue: Catalogue, speech: Speech
) -> Chart | None:
    """None where there is nothing to draw."""
    title = figure.words[speech.language].name
    if figure.id == PROFILE:
        return week_picture(year.week, speech, speech.gettext("Occupancy by weekday and hour, in per cent"))
    columns = [each for each in seen_columns(figure, (year, before), catalogue) if each.unit is not Unit.BAND]
    if figure.id == LENGTH_BANDS.removesuffix("."):
        return lengths_picture(columns, year, speech)
    kinds = {each.unit for each in columns}
    if len(columns) > 1 and (len(kinds) > 1 or len(columns) > MOST_SERIES or Unit.SHARE in kinds):
        columns = columns[:1]
    unit = columns[0].unit

    def series_of(one: YearFigures, name: str, of: Figure) -> Series:
        return Series(name, [month.cells[of.id] for month in one.months])

    if len(columns) == 1:
        series = [series_of(year, str(year.year), columns[0]), series_of(before, str(before.year), columns[0])]
        if not has_values(series[1].cells):
            del series[1]
    else:
        series = [series_of(year, each.words[speech.language].name, each) for each in columns]
    if not any(has_values(each.cells) for each in series):
        return None

    def say(value: object) -> str:
        return as_words(shown_value(value, unit), unit, speech)  # type: ignore[arg-type]  # a chart's own values

    labels = [Label(speech.month_word(number), speech.month_letter(number)) for number in range(1, 13)]
    if unit is Unit.SHARE:
        return lines("figure", speech, title, labels=labels, series=series, written=say)
    scale = SECONDS_OF_HOUR if unit is Unit.SECONDS else 1
    return bars("figure", speech, title, labels=labels, series=series, written=say, unit=scale)


def has_values(cells: Sequence[Cell]) -> bool:
    return any(cell.value is not None for cell in cells)


def lengths_picture(columns: Sequence[Figure], year: YearFigures, speech: Speech) -> Chart | None:
    """The sessions of the year by length."""
    cells = [year.whole.cells[each.id] for each in columns]
    if not has_values(cells):
        return None
    labels = [
        Label(each.words[speech.language].name, each.id.removeprefix(LENGTH_BANDS).replace("_", "\u2013"))
        for each in columns
    ]
    short = {"120\u2013more": ">120", "0\u20131": "<1", "unknown": "?"}
    labels = [label._replace(short=short.get(label.short, label.short)) for label in labels]
    title = speech.gettext("Sessions by length, in minutes")
    return bars("figure", speech, title, labels=labels, series=[Series("", cells)], written=speech.number)


def week_picture(found: Week, speech: Speech, title: str) -> Chart | None:
    """Occupancy by weekday and hour."""
    cells = {at: figures["B3"] for at, figures in found.items()}
    if not has_values(list(cells.values())):
        return None
    days = [Label(speech.weekday_name(day), speech.weekday_names()[day]) for day in range(7)]
    return week(
        "week",
        speech,
        title,
        days=days,
        cells=cells,
        written=speech.percent,
        short=lambda share: speech.number(round(share * 100)),
    )
