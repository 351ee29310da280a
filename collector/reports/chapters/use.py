"""How the measured stations were used (B of the catalogue)."""

from collector.reports.chapters.of_letter import figures_of
from collector.reports.document import Block, Row, Section, Sentence, Table
from collector.reports.pictures import month_bars, month_lines, week_profile, year_bars
from collector.reports.tables import month_table, year_table
from collector.reports.wording import Wording

MONTHLY = ("B1", "B2", "B3", "B1x", "B2x")
LENGTHS = {
    "B6.0_1": "<1",
    "B6.1_5": "1\u20135",
    "B6.5_15": "5\u201315",
    "B6.15_30": "15\u201330",
    "B6.30_60": "30\u201360",
    "B6.60_120": "60\u2013120",
    "B6.120_more": ">120",
}


def use(words: Wording) -> Section:
    _ = words.speech.gettext
    lead = _(
        "Counted automatically on the measured stations during the opening hours. Beside each figure stands the"
        " coverage: the share of the time about which something is known."
    )
    walk_in = _("In a room that people enter without an appointment, an occupancy of 40 % is already very busy.")
    blocks: list[Block] = [Sentence(lead, "lead")]
    blocks += month_bars(words, "B1", _("Sessions by month"))
    blocks += month_bars(words, "B2", _("Hours of use by month"))
    blocks.append(month_table(words, "use-months", _("Use by month"), MONTHLY, coverage=True))
    lengths = {figure: short for figure, short in LENGTHS.items() if words.has(figure)}
    if lengths:
        blocks += year_bars(words, "lengths", lengths, _("Sessions by length, in minutes"))
    if words.has("B3"):
        pictures = list(month_lines(words, "B3", _("Occupancy rate by month")))
        blocks += [*pictures, Sentence(walk_in, "note")] if pictures else []
    blocks.append(year_table(words, "use-year", _("Use of the year"), [*figures_of(words, "B"), "A8"]))
    blocks += week_blocks(words)
    blocks += imported(words)
    return Section("use", _("Use"), tuple(blocks))


def week_blocks(words: Wording) -> list[Block]:
    """Sessions and occupancy by weekday and hour, as pictures and as tables."""
    _ = words.speech.gettext
    titles = {
        "B1": _("Sessions by weekday and hour"),
        "B3": _("Occupancy by weekday and hour, in per cent"),
    }
    blocks: list[Block] = []
    for figure, title in titles.items():
        if words.has(figure) and any(figure in cells for cells in words.inputs.figures.week.values()):
            blocks += [*week_profile(words, figure, title), week_table(words, figure, title)]
    return blocks


def week_table(words: Wording, figure: str, title: str) -> Table:
    """Hours down, weekdays across."""
    profile = words.inputs.figures.week
    hours = sorted({int(place.partition("-")[2]) for place in profile})
    year = str(words.inputs.year)
    rows = [
        Row(
            f"{hour}:00",
            tuple(words.week_figure(profile.get(f"{day}-{hour}"), figure, f"{year} {day}-{hour}") for day in range(7)),
        )
        for hour in range(min(hours), max(hours) + 1)
    ]
    head = (words.speech.gettext("Hour"), *(words.speech.weekday_name(day) for day in range(7)))
    return Table(f"week-{figure}", title, head, tuple(rows), small=True)


def imported(words: Wording) -> list[Block]:
    """What other tools counted, apart from what is counted here."""
    _ = words.speech.gettext
    rows = [
        Row(
            words.period(each.month),
            (
                words.name(each.figure),
                words.figure({each.figure: each.cell}, each.figure, each.month),
                each.source,
                each.method,
            ),
        )
        for each in words.inputs.imported
    ]
    if not rows:
        return []
    head = (_("Month"), _("Figure"), _("Value"), _("Source"), _("Method"))
    note = _("These figures were not counted by this system. They are never added to those that were.")
    return [Table("imported", _("Imported from other tools"), head, tuple(rows), note)]
