"""A cell as it stands in a page: the value with its sign, or the word or sign for what is not a value."""

from collections.abc import Callable, Iterable
from functools import lru_cache

from markupsafe import Markup

from collector.domain.catalogue import Unit
from collector.domain.cells import Cell, Status
from collector.i18n import Speech
from collector.reports.shown import bound_of

REMEMBERED = 8192
"""A table of figures has a thousand cells, most of them alike."""


def signs_of(cells: Iterable[Cell]) -> set[str]:
    """The signs and words that stand in a table, so that only these are explained."""
    return {sign for cell in cells for sign in (bound_of(cell), str(cell.status))}


def empty_in(speech: Speech) -> Callable[[Status], Markup]:
    """What stands where there is no value; a sign alone is said in words to whoever does not see it."""
    _ = speech.gettext
    word, sign = (
        Markup('<span class="empty">{}</span>'),
        Markup(
            '<span class="empty"><span aria-hidden="true" translate="no">{}</span><span class="unseen">{}</span></span>'
        ),
    )
    found = {
        Status.CLOSED: word.format(_("closed")),
        Status.UNKNOWN: word.format(_("no data")),
        Status.CONFIDENTIAL: sign.format("c", _("confidential")),
        Status.NOT_APPLICABLE: sign.format("\u2013", _("not applicable")),
    }
    return found.__getitem__


def cell_in(speech: Speech) -> Callable[[Cell, Unit], Markup]:
    """Of figures in any unit but bands, which have words of their own."""
    _, empty = speech.gettext, empty_in(speech)
    sign = Markup('<span class="sign" aria-hidden="true">{}</span><span class="unseen">{} </span>')
    signs = {
        (False, False): Markup(),
        (True, True): sign.format("\u2248", _("about")),
        (True, False): sign.format("\u2265", _("at least")),
        (False, True): sign.format("\u2264", _("at most")),
    }
    value = Markup('{}<span class="value">{}</span>')

    @lru_cache(maxsize=REMEMBERED)
    def shown(cell: Cell, unit: Unit) -> Markup:
        if cell.value is None:
            return empty(cell.status)
        match unit:
            case Unit.SHARE:
                text = speech.percent(cell.value)
            case Unit.SECONDS:
                text = speech.hours(cell.value)
            case Unit.RATIO | Unit.DAYS:
                text = speech.number(cell.value, 1)
            case _:
                text = speech.number(cell.value)
        return value.format(signs[cell.at_least, cell.at_most], text)

    return shown
