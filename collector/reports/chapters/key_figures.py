"""The year at a glance, with the year before beside it."""

from collector.reports.document import Block, Section, Sentence
from collector.reports.tables import year_table
from collector.reports.wording import Wording

KEY_FIGURES = ("A1", "A2", "A7", "A8", "B1", "B2", "B3", "B11", "C1", "D1.attendances", "D2.walk_in", "D2.appointment")


def key_figures(words: Wording) -> Section:
    _ = words.speech.gettext
    blocks: list[Block] = []
    inputs = words.inputs
    if inputs.demonstration:
        blocks.append(Sentence(_("This is a demonstration: its figures are made up."), "warning"))
        if inputs.is_region():
            alone = _("The computer that shows the demonstration is a site of its own, and not part of the Region.")
            blocks.append(Sentence(alone))
    if inputs.vintage is None:
        draft = _("This is a draft. Its figures can still change, and nobody has signed for them.")
        blocks.append(Sentence(draft, "warning"))
    if inputs.open_gates:
        count = inputs.open_gates
        waiting = words.speech.ngettext(
            "%(count)s check is open: see the chapter “Checks”.",
            "%(count)s checks are open: see the chapter “Checks”.",
            count,
        )
        blocks.append(Sentence(waiting % {"count": words.speech.number(count)}, "warning"))
    note = _(
        "Each figure is rounded by itself, so sums can differ by one. The change is that between the figures shown,"
        " where both years have them for the same months."
    )
    shown = [figure for figure in KEY_FIGURES if words.has(figure)]
    table = year_table(words, "key-figures", _("Key figures"), shown, note)
    # Without their wholes around them, parts carry the whole name.
    rows = [row for row in table.rows if row.kind != "group"]
    names = dict(zip((id(row) for row in rows), (words.name(figure) for figure in shown), strict=True))
    table = table._replace(rows=tuple(row._replace(head=names[id(row)], kind="") for row in rows))
    blocks.append(table)
    return Section("key-figures", _("Key figures"), tuple(blocks))
