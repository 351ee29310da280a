"""A leaflet of one municipality: its certified sites with opening hours and services, from the register."""

import json
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from collector.domain.register import OpeningKind
from collector.domain.visiting_hours import Span
from collector.i18n import Speech
from collector.reports.formats.typesetting import typeset
from collector.storage.queries.public_sites import PublicSite

NameOf = Callable[[StrEnum, Callable[[str], str]], str]
"""What a word of ours is called for people."""


class Entry(NamedTuple):
    site: PublicSite
    week: Sequence[Sequence[Span]] | None
    """Monday first; None where nobody has written the opening hours."""


def leaflet_pdf(
    speech: Speech,
    municipality: str,
    entries: Sequence[Entry],
    *,
    made_at: int,
    day: str,
    address: str,
    name_of: NameOf,
    demonstration: bool,
) -> bytes:
    """`municipality` and `day` are in words of the reader; `address` is that of the public list, or empty."""
    _ = speech.gettext
    document = {
        "language": speech.language,
        "title": _("Public computers in %(municipality)s") % {"municipality": municipality},
        "author": _("Digital Public Spaces"),
        "lead": _(
            "The Digital Public Spaces certified by the Brussels-Capital Region: computers, the internet and somebody"
            " who helps."
        ),
        "watermark": _("Demonstration") if demonstration else "",
        "services": _("Services"),
        "day": _("Day"),
        "open": _("Open"),
        "unknown": _("Opening hours not known; please ask"),
        "sites": [plain(speech, municipality, entry, name_of) for entry in entries],
        "note": _("Closed on public holidays unless the site says otherwise."),
        "footer": _("As of %(day)s") % {"day": day} + (f" · {address}" if address else ""),
    }
    return typeset("leaflet.typ", json.dumps(document, ensure_ascii=False), made_at)


def plain(speech: Speech, municipality: str, entry: Entry, name_of: NameOf) -> dict[str, object]:
    _, site = speech.gettext, entry.site
    place = " ".join(each for each in (site.postal_code, municipality) if each)
    contact = ((_("Telephone"), site.phone), (_("Website"), site.website.partition("://")[2].rstrip("/")))
    return {
        "name": site.name_in(speech.language),
        "address": [each for each in (site.address_in(speech.language), place) if each],
        "contact": [pair for pair in contact if pair[1]],
        "services": ", ".join(name_of(service, _) for service in site.services),
        "hours": [
            (speech.weekday_name(weekday), hours_of(spans, speech, name_of))
            for weekday, spans in enumerate(entry.week or ())
        ],
    }


def hours_of(spans: Sequence[Span], speech: Speech, name_of: NameOf) -> str:
    if not spans:
        return speech.gettext("closed")
    return ", ".join(
        f"{span.from_clock}–{span.until_clock}"
        + ("" if span.kind is OpeningKind.FREE_ACCESS else f" ({name_of(span.kind, speech.gettext)})")
        for span in spans
    )
