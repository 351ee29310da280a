"""Tells technicians by mail: a digest on each morning on which one of their sites opens, and at once what is critical.

That a site did not open is of no use a day later, so it is told at once too, also to the people of the site.

Who sends a mail claims it first, in a row that only one of several workers can write. A mail is then sent once or, if
the collector is killed in that very moment, not at all; what is critical stands in the digest of the next morning too.
What could not be handed to the mail server is tried again in the next minute.
"""

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, and_, insert, update

from collector.alerts.letters import Letter, Writing
from collector.alerts.notices import MAIL, claim, note_outcome, settle
from collector.alerts.open_now import FOR_THE_SITE, Found, of_the_morning, open_now, opening_today
from collector.domain.access import Role
from collector.domain.calendar import local_date
from collector.i18n import Speech
from collector.mail import Post, send
from collector.storage.engine import reading, writing
from collector.storage.models import alert, alert_event
from collector.storage.queries.accounts import Account, all_accounts
from collector.storage.queries.alerts import Alert, EventKind, mine

_log = logging.getLogger(__name__)


class Mail(NamedTuple):
    to: str
    subject: str
    text: str
    speech: Speech


class Teller:
    def __init__(
        self,
        engine: Engine,
        zone: ZoneInfo,
        address: str,
        post: Post,
        languages: Mapping[str, Speech],
        mark: Callable[[], int],
        hand_over: Callable[[Post, str, str, str, Speech], None] = send,
    ) -> None:
        """`address` is where the pages are reached; `hand_over` raises OSError where it cannot."""
        self._engine = engine
        self._zone = zone
        self._writing = Writing(zone, address)
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
            found = open_now(connection, now)
            people = [each for each in all_accounts(connection) if each.email and not each.disabled] if found else []
            opening = opening_today(connection, {each.site.site_id for each in found}, now, self._zone)
        if people:
            self._tell_at_once(found, people, now)
            self._tell_digest(of_the_morning(found, now, self._zone), people, opening, now)

    def _tell_at_once(self, found: Sequence[Found], people: Sequence[Account], now: int) -> None:
        new = [each for each in found if each.is_news and each.alert.told_at is None]
        for site_id in sorted({each.site.site_id for each in new}):
            self._tell_of_site([each for each in new if each.site.site_id == site_id], people, now)

    def _tell_of_site(self, new: Sequence[Found], people: Sequence[Account], now: int) -> None:
        told_at_once = [person for person in people if person.alert_mails.at_once]
        readers = [(person, [each for each in new if concerns(person, each)]) for person in told_at_once]
        readers = [(person, some) for person, some in readers if some]
        told = [each for each in new if any(each in some for _person, some in readers)]
        with writing(self._engine) as connection:
            told = [each for each in told if _claim_alert(connection, each.alert, now, self._mark())]
        if not told:
            return
        sent = [
            self._send(self.mail_at_once(person, [each for each in some if each in told]), now)
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
            if not person.alert_mails.in_the_morning:
                continue
            some = [each for each in found if concerns(person, each)]
            if not any(each.site.site_id in opening for each in some):
                continue
            name = f"digest {today.isoformat()} {person.account_id}"
            with writing(self._engine) as connection:
                claimed = claim(connection, name, now)
            if claimed:
                sent = self._send(self.digest_mail(person, some, today), now)
                with writing(self._engine) as connection:
                    settle(connection, name, now, sent=sent)

    def _send(self, mail: Mail, now: int) -> bool:
        reason = ""
        try:
            self._hand_over(self._post, *mail)
        except OSError as error:
            reason = type(error).__name__
            # No traceback: its text may hold an address.
            _log.error("A mail about alerts could not be sent (%s); it is tried again.", reason)
        with writing(self._engine) as connection:
            note_outcome(connection, MAIL, now, reason)
        return not reason

    def mail_at_once(self, person: Account, some: Sequence[Found]) -> Mail:
        return self._mail(person, self._writing.at_once(self._speech(person), some))

    def digest_mail(self, person: Account, some: Sequence[Found], today: dt.date) -> Mail:
        return self._mail(person, self._writing.digest(self._speech(person), some, today))

    def _mail(self, person: Account, letter: Letter) -> Mail:
        speech, address = self._speech(person), self._writing.address
        said = speech.gettext("You choose which of these mails you get:")
        choice = f"\n-- \n{said}\n{address}/account#messages\n" if address else ""
        return Mail(person.email, letter.subject, letter.text + choice, speech)

    def _speech(self, person: Account) -> Speech:
        return self._languages[person.language or "en"]


def concerns(person: Account, each: Found) -> bool:
    """Technicians are told of all that their grants cover; coordinators, when a site does not open or is cut off."""
    for grant in person.rights.grants:
        if grant.covers(each.site.place):
            if grant.role is Role.TECHNICIAN:
                return True
            if grant.role is Role.SITE_COORDINATOR and each.alert.rule in FOR_THE_SITE:
                return True
    return False


def _claim_alert(connection: Connection, found: Alert, now: int, event_id: int) -> bool:
    where = and_(mine(found.site_id, found.alert_id), alert.c.told_at.is_(None), alert.c.ended_at.is_(None))
    if not connection.execute(update(alert).where(where).values(told_at=now)).rowcount:
        return False
    row = {"site_id": found.site_id, "alert_id": found.alert_id, "happened_at": now, "event_id": event_id}
    connection.execute(insert(alert_event).values(**row, kind=EventKind.TOLD.value))
    return True
