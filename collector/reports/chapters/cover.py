"""What stands on the first page, and on every other one."""

import datetime as dt
from itertools import chain

from collector.reports.inputs import canonical_json, checksum
from collector.reports.wording import Wording


def title(words: Wording) -> str:
    return words.speech.gettext("Annual activity report %(year)s") % {"year": words.inputs.year}


def subtitle(words: Wording) -> str:
    if words.inputs.is_region():
        return words.speech.gettext("Digital Public Spaces of the Brussels-Capital Region")
    return words.local(words.inputs.subject.name)


def status(words: Wording) -> str:
    """Draft, or which vintage."""
    moment = words.speech.moment(words.inputs.cut_off, words.zone)
    if words.inputs.vintage is None:
        return words.speech.gettext("Draft of %(moment)s") % {"moment": moment}
    return words.speech.gettext("Vintage %(number)s of %(moment)s") % {"number": words.inputs.vintage, "moment": moment}


def watermark(words: Wording) -> str:
    return "" if words.is_public() else words.speech.gettext("Internal")


def counting(words: Wording) -> str:
    """How sessions were counted, in a few words."""
    modes = set(words.inputs.method.modes)
    if modes == {"log_on", "activity"}:
        return words.speech.gettext("counted by log-on and by activity")
    if modes == {"log_on"}:
        return words.speech.gettext("counted by log-on")
    if modes == {"activity"}:
        return words.speech.gettext("counted by activity")
    return words.speech.gettext("no sessions could be read")


def idle_rules(words: Wording) -> str:
    return ", ".join(words.speech.number(minutes) for minutes in words.inputs.method.idle_rules_minutes)


def running(words: Wording) -> str:
    """Coverage and method, on every page of figures."""
    parts = [
        words.speech.gettext("Coverage %(share)s") % {"share": words.text(words.inputs.figures.year, "A8")},
        counting(words),
        words.speech.gettext("idle rule %(minutes)s min") % {"minutes": idle_rules(words)},
    ]
    if words.inputs.method.upper_bound:
        parts.append(words.speech.gettext("hours are at most these"))
    return " · ".join(parts)


def facts(words: Wording) -> tuple[tuple[str, str], ...]:
    """What a reader must know of the document itself; without what is not known."""
    _, inputs, subject = words.speech.gettext, words.inputs, words.inputs.subject
    first, last = dt.date(inputs.year, 1, 1), dt.date(inputs.year, 12, 31)
    edition = (
        _("Public: with disclosure control")
        if words.is_public()
        else _("Internal: not for publication, nothing small is hidden")
        if not inputs.method.disclosure
        else _("Internal: not for publication")
    )
    site = (
        (_("Site"), words.local(subject.name)),
        (_("Code"), subject.code),
        (_("Municipality"), words.local(subject.municipality)),
        (_("Operator"), subject.operator),
        (_("Contact"), subject.contact),
        (_("Certified since"), words.day(subject.label_since) if subject.label_since else ""),
    )
    region = ((_("Sites"), words.speech.number(len(inputs.parts))),)
    document = (
        (
            _("Period"),
            _("%(first)s to %(last)s") % {"first": words.speech.date(first), "last": words.speech.date(last)},
        ),
        (_("Edition"), edition),
        (_("Status"), status(words)),
        (_("Definitions"), _("catalogue, version %(version)s") % {"version": inputs.catalogue_version}),
        (_("Checksum of the figures (SHA-256)"), checksum(canonical_json(inputs))),
    )
    pairs = chain(region if inputs.is_region() else site, document)
    return tuple((label, text) for label, text in pairs if text)
