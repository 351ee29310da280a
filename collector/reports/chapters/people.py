"""What people entered: attendance and activities (C and D of the catalogue)."""

from collector.domain.entered import HowCounted
from collector.domain.entered_words import WAYS
from collector.reports.chapters.of_letter import figures_of
from collector.reports.document import Block, Section, Sentence
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
        listed = ", ".join(_(WAYS[HowCounted(word)]) for word in how)
        blocks.append(Sentence(_("How they were counted: %(method)s.") % {"method": listed}))
    if words.has("C1"):
        blocks.append(month_bars(words, "C1", _("Visits by month")))
    blocks.append(month_table(words, "attendance-months", _("Attendance by month"), ATTENDANCE_MONTHLY))
    blocks.append(year_table(words, "attendance-year", _("Attendance of the year"), figures_of(words, "C")))
    return Section("attendance", _("Attendance"), tuple(blocks))


def activities(words: Wording) -> Section:
    _ = words.speech.gettext
    blocks: list[Block] = [Sentence(_("Entered by the site: workshops, trainings and individual support."), "lead")]
    if words.has("D1.attendances"):
        blocks.append(month_bars(words, "D1.attendances", _("Attendances of workshops and trainings by month")))
    blocks.append(month_table(words, "activities-months", _("Activities by month"), ACTIVITIES_MONTHLY))
    blocks.append(year_table(words, "activities-year", _("Activities of the year"), figures_of(words, "D")))
    narrative = words.inputs.entered.narrative
    if narrative:
        blocks.append(Sentence(_("What the site says of its year"), "heading"))
        blocks += [Sentence(paragraph) for paragraph in narrative.splitlines() if paragraph.strip()]
    return Section("activities", _("Activities"), tuple(blocks))
