"""The sites of the Region, below their municipalities."""

from collector.reports.document import Section, Sentence
from collector.reports.tables import site_month_table, site_table
from collector.reports.wording import Wording

COLUMNS = ("A1.measured", "A2", "A8", "B1", "B2", "B3", "C1", "D1.attendances")


def sites(words: Wording) -> Section:
    say = words.speech.gettext
    lead = say("One row for each site. What stands as “c” is confidential, and cannot be worked out from the rest.")
    blocks = (
        Sentence(lead, "lead") if words.inputs.method.disclosure else Sentence(say("One row for each site."), "lead"),
        site_table(words, "sites", say("Sites of the year"), COLUMNS),
        site_month_table(words, "sites-months", say("Sessions by site and month"), "B1"),
    )
    return Section("sites", say("Sites"), blocks)
