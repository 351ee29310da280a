"""The words of a message about alerts, in the language of whoever gets it."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collector.alerts.open_now import Found
from collector.alerts.wording import LEVELS, name_of, sentence_of
from collector.domain.health.findings import SEVERITY, Level
from collector.i18n import Speech


class Letter(NamedTuple):
    subject: str
    text: str


class Writing(NamedTuple):
    zone: ZoneInfo
    address: str
    """Where the pages are reached; empty where nobody said it."""
    most: int = 0
    """So many alerts are told one by one, the rest as a number; 0: all are."""
    named: bool = True
    """Whether is told who works on an alert."""

    def at_once(self, speech: Speech, some: Sequence[Found]) -> Letter:
        """Of one site."""
        what = ", ".join(dict.fromkeys(name_of(each.alert.rule, speech) for each in most_urgent(some)))
        if any(each.alert.level is Level.CRITICAL for each in some):
            subject = speech.gettext("Critical at %(site)s: %(what)s")
        else:
            subject = speech.gettext("%(site)s: %(what)s")
        subject %= {"site": some[0].site.name_in(speech.language), "what": what}
        return Letter(subject, self._text(speech, speech.gettext("This has just been found:"), some))

    def digest(self, speech: Speech, some: Sequence[Found], today: dt.date) -> Letter:
        count = speech.ngettext("%(count)s alert is open", "%(count)s alerts are open", len(some))
        opening = speech.gettext("What needs attention on %(day)s:") % {"day": speech.date(today)}
        return Letter(count % {"count": speech.number(len(some))}, self._text(speech, opening, some))

    def _text(self, speech: Speech, opening: str, some: Sequence[Found]) -> str:
        lines = [opening]
        by_site: dict[int, list[Found]] = {}
        shown = most_urgent(some)[: self.most or None]
        for each in shown:
            by_site.setdefault(each.site.site_id, []).append(each)
        for group in by_site.values():
            lines += ["", group[0].site.name_in(speech.language)]
            lines += [self._line(speech, each) for each in group]
        more = len(some) - len(shown)
        if more:
            said = speech.gettext("and %(count)s more")
            lines += ["", said % {"count": speech.number(more)}]
        lines += ["", f"{self.address}/today"] if self.address else []
        return "\n".join(lines) + "\n"

    def _line(self, speech: Speech, each: Found) -> str:
        level = speech.gettext(LEVELS[each.alert.level])
        sentence = sentence_of(each.alert, speech, self.zone)
        if each.station:
            sentence = speech.gettext("%(station)s: %(sentence)s") % {"station": each.station, "sentence": sentence}
        known = ""
        if each.alert.acknowledged_at is not None:
            said = speech.gettext("(taken on by %(name)s)") if self.named else speech.gettext("(taken on)")
            known = " " + said % {"name": each.alert.acknowledged_by}
        elif each.alert.frozen_at is not None:
            known = " " + speech.gettext("(last known)")
        return f"- [{level}] {sentence}{known}"


def most_urgent(some: Sequence[Found]) -> list[Found]:
    """First."""
    return sorted(some, key=lambda each: -SEVERITY.index(each.alert.level))
