"""The words of a message about alerts, in the language of whoever gets it."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collector.alerts.open_now import Found
from collector.alerts.wording import LEVELS, sentence_of
from collector.domain.health.findings import SEVERITY
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

    def critical(self, speech: Speech, some: Sequence[Found]) -> Letter:
        """Of one site."""
        subject = speech.gettext("Critical at %(site)s") % {"site": some[0].site.name_in(speech.language)}
        return Letter(subject, self._text(speech, speech.gettext("This has just been found:"), some))

    def digest(self, speech: Speech, some: Sequence[Found], today: dt.date) -> Letter:
        count = speech.ngettext("%(count)s alert is open", "%(count)s alerts are open", len(some))
        opening = speech.gettext("What needs somebody on %(day)s:") % {"day": speech.date(today)}
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
        where = f"{each.station}: " if each.station else ""
        known = ""
        if each.alert.acknowledged_at is not None:
            said = speech.gettext("(taken on by %(name)s)") if self.named else speech.gettext("(taken on)")
            known = " " + said % {"name": each.alert.acknowledged_by}
        elif each.alert.frozen_at is not None:
            known = " " + speech.gettext("(last known)")
        return f"- [{level}] {where}{sentence_of(each.alert, speech, self.zone)}{known}"


def most_urgent(some: Sequence[Found]) -> list[Found]:
    """First."""
    return sorted(some, key=lambda each: -SEVERITY.index(each.alert.level))
