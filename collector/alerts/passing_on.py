"""Tells channels of alerts, as technicians are told by mail: at once what is critical, and a digest in the morning.

A channel is told of all sites. As with mails, who passes something on claims it first, in a row that only one of
several workers can write; what nobody took is tried again in the next minute, under the same number.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from collector.alerts.channels import Channel, Kind, Message, reason_of
from collector.alerts.letters import Letter, Writing, most_urgent
from collector.alerts.notices import claim, note_outcome, settle
from collector.alerts.open_now import Found, of_the_morning, open_now, opening_today
from collector.alerts.recording import QUIET_SECONDS, note_event
from collector.alerts.rows import alert_row
from collector.domain.calendar import local_date
from collector.i18n import Speech
from collector.storage.engine import is_sqlite, reading, writing
from collector.storage.models import alert, alert_told
from collector.storage.queries.alerts import EventKind

MOST_ROWS = 500
"""In one document: some 200 KB."""
MOST_LINES = 20
"""In one text: services cut longer ones anywhere."""

_log = logging.getLogger(__name__)


class _Known(NamedTuple):
    """What a channel has been told."""

    open: set[tuple[int, int]]
    """Sites and alerts."""
    lately: dict[tuple[object, ...], int]
    """When, of what within a day: by site, station, rule and item."""


class Courier:
    """One channel's."""

    def __init__(
        self, engine: Engine, zone: ZoneInfo, address: str, channel: Channel, speech: Speech, mark: Callable[[], int]
    ) -> None:
        """`address` is where the pages are reached."""
        self._engine = engine
        self._zone = zone
        self._address = address
        self._channel = channel
        self._speech = speech
        self._mark = mark
        self._writing = Writing(zone, address, most=MOST_LINES, named=False)

    def __call__(self, now: int) -> None:
        try:
            self.pass_on(now)
        except Exception:  # noqa: BLE001  # top of a thread
            _log.exception("A channel could not be told of alerts; the next minute tries again.")

    def pass_on(self, now: int) -> None:
        with reading(self._engine) as connection:
            found = open_now(connection, now)
            known = self._known(connection, now)
            opening = opening_today(connection, {each.site.site_id for each in found}, now, self._zone)
        new = [each for each in found if each.is_news and _number(each) not in known.open]
        for site_id in sorted({each.site.site_id for each in new}):
            if not self._tell_of_site([each for each in new if each.site.site_id == site_id], known, now):
                return
        waiting = of_the_morning(found, now, self._zone)
        if any(each.site.site_id in opening for each in waiting):
            self._tell_digest(waiting, now)

    def _known(self, connection: Connection, now: int) -> _Known:
        same = and_(alert.c.site_id == alert_told.c.site_id, alert.c.alert_id == alert_told.c.alert_id)
        columns = (alert.c.site_id, alert.c.alert_id, alert.c.station_id, alert.c.rule, alert.c.item)
        rows = connection.execute(
            select(*columns, alert_told.c.claimed_at)
            .select_from(alert_told.join(alert, same))
            .where(
                alert_told.c.channel == self._channel.key,
                or_(alert.c.ended_at.is_(None), alert_told.c.claimed_at > now - QUIET_SECONDS),
            )
        ).all()
        lately = [row for row in rows if row.claimed_at > now - QUIET_SECONDS]
        return _Known(
            {(row.site_id, row.alert_id) for row in rows},
            {(row.site_id, row.station_id, row.rule, row.item): row.claimed_at for row in lately},
        )

    def _tell_of_site(self, new: Sequence[Found], known: _Known, now: int) -> bool:
        """False where nobody took it."""
        with writing(self._engine) as connection:
            claimed = [each for each in new if self._claim(connection, each, known.lately.get(_what(each)), now)]
        told = [each for each in claimed if _what(each) not in known.lately]
        if not told:
            return True
        name = " ".join(f"{site_id} {alert_id}" for site_id, alert_id in sorted(map(_number, told)))
        message = self._message(Kind.CRITICAL, name, self._writing.at_once(self._speech, told), told)
        sent = self._deliver(message, now)
        with writing(self._engine) as connection:
            for each in told:
                mine = (
                    alert_told.c.site_id == each.site.site_id,
                    alert_told.c.alert_id == each.alert.alert_id,
                    alert_told.c.channel == self._channel.key,
                )
                connection.execute(
                    update(alert_told).where(*mine).values(sent_at=now) if sent else delete(alert_told).where(*mine)
                )
                if sent:
                    label = self._channel.label
                    note_event(connection, each.alert, EventKind.TOLD, now, self._mark(), text=label)
        return sent

    def _claim(self, connection: Connection, each: Found, before: int | None, now: int) -> bool:
        """`before`: what ended and came back within a day counts as told then."""
        new = (sqlite if is_sqlite(connection) else postgresql).insert(alert_told)
        row = {"site_id": each.site.site_id, "alert_id": each.alert.alert_id, "channel": self._channel.key}
        wanted = new.values(**row, claimed_at=now if before is None else before, sent_at=before)
        return connection.execute(wanted.on_conflict_do_nothing().returning(alert_told.c.alert_id)).first() is not None

    def _tell_digest(self, found: Sequence[Found], now: int) -> None:
        today = local_date(now, self._zone)
        name = f"digest {today.isoformat()} {self._channel.key}"
        with writing(self._engine) as connection:
            claimed = claim(connection, name, now)
        if claimed:
            letter = self._writing.digest(self._speech, found, today)
            sent = self._deliver(self._message(Kind.DIGEST, name, letter, found), now)
            with writing(self._engine) as connection:
                settle(connection, name, now, sent=sent)

    def _message(self, kind: Kind, name: str, letter: Letter, some: Sequence[Found]) -> Message:
        rows = [alert_row(each, self._speech, self._zone, self._address) for each in most_urgent(some)[:MOST_ROWS]]
        number = hashlib.sha256(f"{kind.value} {name}".encode()).hexdigest()[:32]
        return Message(number, kind, letter.subject, letter.text, rows, len(some))

    def _deliver(self, message: Message, now: int) -> bool:
        reason = ""
        try:
            self._channel.deliver(message, now)
        except OSError as error:
            reason = reason_of(error)
            # No traceback: its text may hold an address.
            _log.error("%s took no message (%s); it is tried again.", self._channel.label, reason)
        with writing(self._engine) as connection:
            note_outcome(connection, self._channel.key, now, reason)
        return not reason


def trial(speech: Speech, number: str) -> Message:
    """What the button on the page of messages sends."""
    text = speech.gettext("This is a test message. Alerts come in the same way.")
    return Message(number, Kind.TEST, speech.gettext("Test message"), f"{text}\n", (), 0)


def _number(each: Found) -> tuple[int, int]:
    return each.site.site_id, each.alert.alert_id


def _what(each: Found) -> tuple[object, ...]:
    about = each.alert
    return about.site_id, about.station_id, about.rule.value, about.item
