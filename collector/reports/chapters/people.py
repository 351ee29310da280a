"""What people entered: attendance and activities (C and D of the catalogue)."""

from collector.domain.entered import HowCounted, Trait
from collector.domain.words import name_of, trait_value
from collector.reports.chapters.of_letter import figures_of
from collector.reports.document import Block, Row, Section, Sentence, Table
from collector.reports.pictures import month_bars
from collector.reports.tables import month_table, year_table
from collector.reports.wording import Wording

ATTENDANCE_MONTHLY = ("C1", "C4", "D6")
ACTIVITIES_MONTHLY = ("D1.number", "D1.hours", "D1.attendances", "D1.persons", "D2.appointment", "D2.walk_in")


def attendance(words: Wording) -> Section:
    _ = words.speech.gettext
    blocks: list[Block] = [
        Sentence(_("Entered by the site: persons who came in, for whatever reason."), "lead"),
    ]
    how = words.inputs.entered.how_counted
    if how:
        listed = ", ".join(name_of(HowCounted(word), _) for word in how)
        blocks.append(Sentence(_("How they were counted: %(method)s.") % {"method": listed}))
    if words.has("C1"):
        blocks += month_bars(words, "C1", _("Visits by month"))
    blocks.append(month_table(words, "attendance-months", _("Attendance by month"), ATTENDANCE_MONTHLY))
    blocks.append(year_table(words, "attendance-year", _("Attendance of the year"), figures_of(words, "C")))
    return Section("attendance", _("Attendance"), tuple(blocks))


def activities(words: Wording) -> Section:
    _ = words.speech.gettext
    blocks: list[Block] = [Sentence(_("Entered by the site: workshops, trainings and individual support."), "lead")]
    if words.has("D1.attendances"):
        blocks += month_bars(words, "D1.attendances", _("Attendances of workshops and trainings by month"))
    blocks.append(month_table(words, "activities-months", _("Activities by month"), ACTIVITIES_MONTHLY))
    blocks.append(year_table(words, "activities-year", _("Activities of the year"), figures_of(words, "D")))
    if words.inputs.entered.public:
        blocks.append(public(words))
    narrative = words.inputs.entered.narrative
    if narrative:
        blocks.append(Sentence(_("What the site says of its year"), "heading"))
        blocks += [Sentence(paragraph) for paragraph in narrative.splitlines() if paragraph.strip()]
    return Section("activities", _("Activities"), tuple(blocks))


def public(words: Wording) -> Table:
    """D3: a group of rows for each trait."""
    _ = words.speech.gettext
    rows: list[Row] = []
    trait = ""
    for each in words.inputs.entered.public:
        if each.trait != trait:
            trait = each.trait
            rows.append(Row(name_of(Trait(trait), _), (), "group"))
        name = trait_value(Trait(trait), each.value, _)
        rows.append(Row(name, (words.count(each.persons, f"D3.{each.trait}.{each.value}"),), "part"))
    note = _("Only where the site counted it; one person can stand in several rows.")
    return Table("public", words.name("D3"), (_("Who came"), _("Persons")), tuple(rows), note)
