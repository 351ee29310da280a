"""The sites of the Region, below their municipalities."""

from collector.reports.document import Section, Sentence
from collector.reports.tables import site_month_table, site_table
from collector.reports.wording import Wording

COLUMNS = ("A1.measured", "A2", "A8", "B1", "B2", "B3", "C1", "D1.attendances")


def sites(words: Wording) -> Section:
    _ = words.speech.gettext
    lead = _("One row for each site. What stands as “c” is confidential, and cannot be worked out from the rest.")
    blocks = (
        Sentence(lead, "lead") if words.inputs.method.disclosure else Sentence(_("One row for each site."), "lead"),
        site_table(words, "sites", _("Sites of the year"), COLUMNS),
        site_month_table(words, "sites-months", _("Sessions by site and month"), "B1"),
    )
    return Section("sites", _("Sites"), blocks)
