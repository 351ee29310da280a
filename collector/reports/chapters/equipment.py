"""What stands there, how old it is, and when it was out of order (E of the catalogue)."""

from collector.domain.cells import counted
from collector.domain.equipment import EquipmentKind
from collector.domain.words import name_of
from collector.reports.chapters.of_letter import figures_of
from collector.reports.document import Block, Row, Section, Sentence, Table
from collector.reports.tables import year_table
from collector.reports.wording import Wording


def equipment(words: Wording) -> Section:
    _ = words.speech.gettext
    lead = _(
        "Maintenance lasts four years from the day of supply. Devices are counted as they stand at the end of the year."
    )
    blocks: list[Block] = [Sentence(lead, "lead")]
    blocks.append(year_table(words, "equipment-year", _("Equipment of the year"), figures_of(words, "E")))
    if words.inputs.ages:
        blocks.append(ages(words))
    return Section("equipment", _("Equipment"), tuple(blocks))


def ages(words: Wording) -> Table:
    """One column for each kind, one row for each age."""
    _ = words.speech.gettext
    found = {(each.kind, each.years): each.count for each in words.inputs.ages}
    kinds = [kind for kind in EquipmentKind if any(kind.value == each.kind for each in words.inputs.ages)]
    years = sorted({each.years for each in words.inputs.ages}, key=lambda age: (age is None, age))
    rows = []
    for age in years:
        head = (
            _("day of supply not known")
            if age is None
            else words.speech.ngettext("%(count)s year", "%(count)s years", age) % {"count": words.speech.number(age)}
        )
        word = "unknown" if age is None else str(age)
        cells = {kind.value: counted(found.get((kind.value, age), 0)) for kind in kinds}
        rows.append(Row(head, tuple(words.count(cell, f"E1.{kind}.{word}") for kind, cell in cells.items())))
    names = (name_of(kind, _) for kind in kinds)
    return Table("equipment-ages", _("Equipment by age"), (_("Whole years since the supply"), *names), tuple(rows))
