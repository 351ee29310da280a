"""What the site offered: stations, opening hours, services (A and D5 of the catalogue)."""

import datetime as dt
from collections.abc import Iterator

from collector.domain.catalogue import Unit
from collector.domain.cells import counted
from collector.domain.entered import Service
from collector.domain.label import Criterion as Asked
from collector.domain.words import name_of
from collector.reports.chapters.of_letter import figures_of
from collector.reports.document import Block, Figure, Row, Section, Sentence, Table
from collector.reports.inputs import Interval, Timetable
from collector.reports.pictures import month_parts
from collector.reports.tables import month_table, year_table
from collector.reports.wording import Wording

KINDS = ("A4.free_access", "A4.accompanied", "A4.training")
HOUR = 3600
MONTHLY = ("A2", *KINDS, "A5", "A6", "A7")


def offer(words: Wording) -> Section:
    _ = words.speech.gettext
    blocks: list[Block] = [year_table(words, "offer-year", _("Offer of the year"), figures_of(words, "A"))]
    kinds = [kind for kind in KINDS if words.has(kind)]
    if kinds:
        blocks.append(month_parts(words, "A4", kinds, _("Opening hours by month and kind")))
    if words.inputs.criteria:
        blocks.append(label(words))
    blocks.append(month_table(words, "offer-months", _("Offer by month"), MONTHLY))
    blocks += timetables(words)
    entered = words.inputs.entered
    if entered.closures:
        rows = [Row(words.day(each.first_day), (words.day(each.last_day), each.reason)) for each in entered.closures]
        head = (_("First day"), _("Last day"), _("Reason"))
        blocks.append(Table("closures", _("Closures"), head, tuple(rows)))
    if entered.services:
        listed = ", ".join(name_of(service, _) for service in Service if service in entered.services)
        blocks += [Sentence(_("Services"), "heading"), Sentence(listed)]
    return Section("offer", _("Offer"), tuple(blocks), own_page=True)


def label(words: Wording) -> Table:
    """What the Region's label asks for, and what there is; for the Region, how many of its sites have it."""
    _ = words.speech.gettext
    inputs = words.inputs
    rows = []
    for each in inputs.criteria:
        figure = words.definitions[each.figure]
        least = counted(each.limit * (HOUR if figure.unit is Unit.SECONDS else 1))
        asked = Asked(each.figure, each.limit, dt.date.fromisoformat(each.since))
        limit = words.text({each.figure: least}, each.figure)
        found: tuple[Figure | str, ...]
        if inputs.is_region():
            met = [asked.is_met(part.year) for part in inputs.parts]
            found = (
                _("%(met)s of %(known)s sites")
                % {
                    "met": words.speech.number(met.count(True)),
                    "known": words.speech.number(len(met) - met.count(None)),
                },
            )
        else:
            met_here = asked.is_met(inputs.figures.year)
            answer = {True: _("yes"), False: _("no"), None: _("not known")}[met_here]
            found = (words.figure(inputs.figures.year, each.figure, str(inputs.year)), answer)
        rows.append(Row(words.local(figure.name), (limit, words.day(each.since), *found)))
    head = [_("Criterion"), _("At least"), _("Decided from")]
    head += [_("Reached by")] if inputs.is_region() else [str(inputs.year), _("Reached")]
    return Table("label", _("Criteria of the Region’s label"), tuple(head), tuple(rows))


def timetables(words: Wording) -> Iterator[Block]:
    _ = words.speech.gettext
    for number, timetable in enumerate(words.inputs.entered.timetables, 1):
        title = _("Regular opening hours from %(day)s") % {"day": words.day(timetable.valid_from)}
        head = (_("Day"), _("free access"), _("accompanied"), _("training"))
        yield Table(f"timetable-{number}", title, head, tuple(weekdays(words, timetable)))


def weekdays(words: Wording, timetable: Timetable) -> Iterator[Row]:
    for weekday in range(7):
        mine = [each for each in timetable.intervals if each.weekday == weekday]
        entries = tuple(hours(words, mine, kind) for kind in ("free_access", "accompanied", "training"))
        yield Row(words.speech.weekday_name(weekday), entries)


def hours(words: Wording, intervals: list[Interval], kind: str) -> str:
    found = ", ".join(
        f"{words.clock(each.from_minute)}\u2013{words.clock(each.until_minute)}"
        for each in intervals
        if each.kind == kind
    )
    return found or "\u2013"
