"""What people entered: attendance and activities (C and D of the catalogue)."""

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
    if words.inputs.entered.attendance_method:
        method = _("How they were counted: %(method)s") % {"method": words.inputs.entered.attendance_method}
        blocks.append(Sentence(method))
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
    for chapter in words.inputs.entered.narrative:
        blocks += [Sentence(words.local(chapter.question), "heading"), Sentence(words.local(chapter.answer))]
    return Section("activities", _("Activities"), tuple(blocks))
