"""Tells technicians by mail: a digest on each morning on which one of their sites opens, and at once what is critical.

Who sends a mail claims it first, in a row that only one of several workers can write. A mail is then sent once or, if
the collector is killed in that very moment, not at all; what is critical stands in the digest of the next morning too.
What could not be handed to the mail server is tried again in the next minute.
"""

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, and_, delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from collector.alerts.wording import LEVELS, PLANNED, sentence_of
from collector.domain.access import Role
from collector.domain.calendar import day, local_date
from collector.domain.health.findings import SEVERITY, Level, Rule
from collector.domain.opening_hours import openings
from collector.i18n import Speech
from collector.mail import Post, send
from collector.storage.engine import is_sqlite, reading, writing
from collector.storage.models import alert, alert_event, notice
from collector.storage.queries.accounts import Account, all_accounts
from collector.storage.queries.alerts import Alert, EventKind, is_muted, mine, muted, needing_somebody
from collector.storage.queries.calendars import calendars_of
from collector.storage.queries.sites import Site, sites_numbered

DIGEST_FROM, DIGEST_UNTIL = dt.time(7), dt.time(12)
"""By the clock on the wall; later, a digest would tell of a morning that is over."""
KEPT_SECONDS = 30 * 86_400
FOR_THE_SITE = frozenset({Rule.SITE_NOT_OPENED, Rule.SITE_UNREACHABLE})
"""What the people of a site are told too."""

_log = logging.getLogger(__name__)


class Found(NamedTuple):
    alert: Alert
    station: str
    site: Site


class Mail(NamedTuple):
    to: str
    subject: str
    text: str


class Teller:
    def __init__(
        self,
        engine: Engine,
        zone: ZoneInfo,
        address: str,
        post: Post,
        languages: Mapping[str, Speech],
        mark: Callable[[], int],
        hand_over: Callable[[Post, str, str, str], None] = send,
    ) -> None:
        """`address` is where the pages are reached; `hand_over` raises OSError where it cannot."""
        self._engine = engine
        self._zone = zone
        self._address = address
        self._post = post
        self._languages = languages
        self._mark = mark
        self._hand_over = hand_over

    def __call__(self, now: int) -> None:
        try:
            self.tell(now)
        except Exception:  # noqa: BLE001  # top of a thread
            _log.exception("Nobody could be told of alerts; the next minute tries again.")

    def tell(self, now: int) -> None:
        with reading(self._engine) as connection:
            found = self._open(connection, now)
            people = [each for each in all_accounts(connection) if each.email and not each.disabled] if found else []
            opening = self._opening_today(connection, {each.site.site_id for each in found}, now)
        if people:
            self._tell_critical(found, people, now)
            if DIGEST_FROM <= dt.datetime.fromtimestamp(now, self._zone).time() < DIGEST_UNTIL:
                self._tell_digest(found, people, opening, now)

    def _open(self, connection: Connection, now: int) -> list[Found]:
        some = needing_somebody(connection, (Level.WARNING, Level.CRITICAL))
        windows = muted(connection, now)
        sites = {each.site_id: each for each in sites_numbered(connection, sorted({a.site_id for a, _ in some}))}
        return [
            Found(a, label, sites[a.site_id]) for a, label in some if a.rule not in PLANNED and not is_muted(a, windows)
        ]

    def _opening_today(self, connection: Connection, site_ids: set[int], now: int) -> set[int]:
        """Those of the sites that open today, and those of which nobody wrote down when."""
        today = day(local_date(now, self._zone), self._zone)
        calendars = calendars_of(connection, sorted(site_ids), today.first_day.year, today.first_day.year)
        return {
            site_id
            for site_id, calendar in calendars.items()
            if not calendar.timetables or openings(calendar, today, self._zone)
        }

    def _tell_critical(self, found: Sequence[Found], people: Sequence[Account], now: int) -> None:
        new = [
            each
            for each in found
            if each.alert.level is Level.CRITICAL
            and each.alert.told_at is None
            and each.alert.frozen_at is None
            and each.alert.acknowledged_at is None
        ]
        for site_id in sorted({each.site.site_id for each in new}):
            self._tell_of_site([each for each in new if each.site.site_id == site_id], people, now)

    def _tell_of_site(self, new: Sequence[Found], people: Sequence[Account], now: int) -> None:
        readers = [(person, [each for each in new if concerns(person, each)]) for person in people]
        readers = [(person, some) for person, some in readers if some]
        told = [each for each in new if any(each in some for _person, some in readers)]
        with writing(self._engine) as connection:
            told = [each for each in told if _claim_alert(connection, each.alert, now, self._mark())]
        if not told:
            return
        sent = [
            self._send(self.critical_mail(person, [each for each in some if each in told]))
            for person, some in readers
            if any(each in told for each in some)
        ]
        if not any(sent):
            with writing(self._engine) as connection:
                for each in told:
                    where = and_(mine(each.site.site_id, each.alert.alert_id), alert.c.told_at == now)
                    connection.execute(update(alert).where(where).values(told_at=None))

    def _tell_digest(self, found: Sequence[Found], people: Sequence[Account], opening: set[int], now: int) -> None:
        today = local_date(now, self._zone)
        for person in people:
            some = [each for each in found if concerns(person, each)]
            if not any(each.site.site_id in opening for each in some):
                continue
            name = f"digest {today.isoformat()} {person.account_id}"
            with writing(self._engine) as connection:
                claimed = _claim(connection, name, now)
            if claimed:
                sent = self._send(self.digest_mail(person, some, today))
                with writing(self._engine) as connection:
                    _settle(connection, name, now, sent=sent)

    def _send(self, mail: Mail) -> bool:
        try:
            self._hand_over(self._post, *mail)
        except OSError as error:
            _log.error(
                "A mail about alerts could not be sent (%s); it is tried again.", type(error).__name__
            )  # no traceback: its text may hold an address
            return False
        return True

    def critical_mail(self, person: Account, some: Sequence[Found]) -> Mail:
        speech = self._speech(person)
        site = some[0].site.name_in(speech.language)
        subject = speech.gettext("Critical at %(site)s") % {"site": site}
        return Mail(person.email, subject, self._text(speech, speech.gettext("This has just been found:"), some))

    def digest_mail(self, person: Account, some: Sequence[Found], today: dt.date) -> Mail:
        speech = self._speech(person)
        count = speech.ngettext("%(count)s alert is open", "%(count)s alerts are open", len(some))
        subject = count % {"count": speech.number(len(some))}
        opening = speech.gettext("What needs somebody on %(day)s:") % {"day": speech.date(today)}
        return Mail(person.email, subject, self._text(speech, opening, some))

    def _speech(self, person: Account) -> Speech:
        return self._languages[person.language or "en"]

    def _text(self, speech: Speech, opening: str, some: Sequence[Found]) -> str:
        lines = [opening]
        by_site: dict[int, list[Found]] = {}
        for each in sorted(some, key=lambda each: -SEVERITY.index(each.alert.level)):
            by_site.setdefault(each.site.site_id, []).append(each)
        for group in by_site.values():
            lines += ["", group[0].site.name_in(speech.language)]
            lines += [self._line(speech, each) for each in group]
        lines += ["", f"{self._address}/today"] if self._address else []
        return "\n".join(lines) + "\n"

    def _line(self, speech: Speech, each: Found) -> str:
        level = speech.gettext(LEVELS[each.alert.level])
        where = f"{each.station}: " if each.station else ""
        known = ""
        if each.alert.acknowledged_at is not None:
            known = " " + speech.gettext("(taken on by %(name)s)") % {"name": each.alert.acknowledged_by}
        elif each.alert.frozen_at is not None:
            known = " " + speech.gettext("(last known)")
        return f"- [{level}] {where}{sentence_of(each.alert, speech, self._zone)}{known}"


def concerns(person: Account, each: Found) -> bool:
    """Technicians are told of all that their grants cover; coordinators, when a site does not open or is cut off."""
    for grant in person.rights.grants:
        if grant.covers(each.site.place):
            if grant.role is Role.TECHNICIAN:
                return True
            if grant.role is Role.SITE_COORDINATOR and each.alert.rule in FOR_THE_SITE:
                return True
    return False


def _claim(connection: Connection, name: str, now: int) -> bool:
    """Whether nobody has claimed it before."""
    connection.execute(delete(notice).where(notice.c.claimed_at < now - KEPT_SECONDS))
    new = (sqlite if is_sqlite(connection) else postgresql).insert(notice)
    claim = new.values(name=name, claimed_at=now).on_conflict_do_nothing().returning(notice.c.name)
    return connection.execute(claim).first() is not None


def _settle(connection: Connection, name: str, now: int, *, sent: bool) -> None:
    where = notice.c.name == name
    connection.execute(update(notice).where(where).values(sent_at=now) if sent else delete(notice).where(where))


def _claim_alert(connection: Connection, found: Alert, now: int, event_id: int) -> bool:
    where = and_(mine(found.site_id, found.alert_id), alert.c.told_at.is_(None), alert.c.ended_at.is_(None))
    if not connection.execute(update(alert).where(where).values(told_at=now)).rowcount:
        return False
    row = {"site_id": found.site_id, "alert_id": found.alert_id, "happened_at": now, "event_id": event_id}
    connection.execute(insert(alert_event).values(**row, kind=EventKind.TOLD.value))
    return True
