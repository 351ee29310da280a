"""What stands there, how old it is, and when it was out of order (E of the catalogue)."""

from collector.reports.chapters.of_letter import figures_of
from collector.reports.document import Section, Sentence
from collector.reports.tables import year_table
from collector.reports.wording import Wording


def equipment(words: Wording) -> Section:
    _ = words.speech.gettext
    lead = _("Maintenance lasts four years from the day of supply. All counts are those at the end of the year.")
    table = year_table(words, "equipment-year", _("Equipment of the year"), figures_of(words, "E"))
    return Section("equipment", _("Equipment"), (Sentence(lead, "lead"), table), own_page=False)
