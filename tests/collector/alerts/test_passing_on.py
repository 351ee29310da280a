"""Channels are told of alerts once, whoever else is told and however many workers there are; 2026-11-23 is a Monday."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier, Lock

import pytest
from sqlalchemy import Engine, insert, select, update

from collector.alerts.channels import Channel, Kind, Message, Refused
from collector.alerts.passing_on import MOST_LINES, Courier
from collector.alerts.rows import ALERT_FIELDS
from collector.domain.access import Grant, Role
from collector.domain.health.findings import Level, Rule
from collector.i18n import load_languages
from collector.storage import models
from collector.storage.engine import reading, writing
from collector.storage.queries.channels import outcomes
from tests.collector.alerts.test_telling import Mails, add_person, teller
from tests.collector.alerts.town import GIGABYTE, Town, disk
from tests.collector.domain.health.town import ZONE, at

MONDAY = "2026-11-23"
LANGUAGES = load_languages()
MARKS = count(2 * 10**6)


class Receiver:
    """Notes, and refuses the next `refusing` messages."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.refused: list[Message] = []
        self.refusing = 0
        self._lock = Lock()

    def __call__(self, message: Message, _at: int) -> None:
        with self._lock:
            if self.refusing:
                self.refusing -= 1
                self.refused.append(message)
                raise Refused("HTTP 503")
            self.taken.append(message)

    def kinds(self) -> list[Kind]:
        """Of what was taken since the last time."""
        found, self.taken = [each.kind for each in self.taken], []
        return found


def courier(engine: Engine, receiver: Receiver, key: str = "webhook", mark: Callable[[], int] | None = None) -> Courier:
    channel = Channel(key, key.title(), receiver)
    return Courier(engine, ZONE, "https://dps.example", channel, LANGUAGES["en"], mark or MARKS.__next__)


@pytest.fixture
def town(engine: Engine) -> Town:
    """With a full disk at CANAL-1, which is critical."""
    made = Town(engine)
    for minute in ("09:00", "09:30"):
        made.hear(f"2026-11-20 {minute}", (1, 2, 3), volumes=disk(40 * GIGABYTE))
        made.hear(f"2026-11-20 {minute}", volumes=disk(3 * GIGABYTE))
        made.look(f"2026-11-20 {minute}")
    return made


def test_what_is_critical_is_told_once_to_each_channel_over_restarts(town: Town) -> None:
    webhook, room = Receiver(), Receiver()
    for moment in ("2026-11-20 15:00", "2026-11-20 15:01", "2026-11-22 15:02"):
        courier(town.engine, webhook).pass_on(at(moment))
        courier(town.engine, room, "room").pass_on(at(moment))
    ((message,), (other,)) = webhook.taken, room.taken
    assert message == other
    assert (message.kind, message.subject, message.in_all) == (Kind.CRITICAL, "Critical at Canal: Disk space", 1)
    assert "- [critical] CANAL-1: Disk C: is nearly full" in message.text
    (row,) = message.alerts
    assert tuple(row) == tuple(ALERT_FIELDS)
    (alert,) = town.alerts()
    assert row == {
        "site": "CANAL",
        "alert": str(alert.alert_id),
        "station": 1,
        "label": "CANAL-1",
        "rule": "disk_space",
        "item": "C:",
        "level": "critical",
        "started_at_seconds": at("2026-11-20 09:00"),
        "raised_at_seconds": at("2026-11-20 09:30"),
        "ended_at_seconds": None,
        "taken_on": False,
        "last_known": False,
        "muted": False,
        "sentence": "Disk C: is nearly full: 2.8\u00a0GB free of 93\u00a0GB.",
        "address": f"https://dps.example/sites/CANAL/alerts/{alert.alert_id}",
    }
    assert town.events() == ["raised", "told", "told"]


def test_mails_and_channels_are_told_apart_from_each_other(town: Town) -> None:
    add_person(town.engine, "tom", Grant(Role.TECHNICIAN))
    receiver, mails = Receiver(), Mails()
    receiver.refusing = mails.refusing = 1
    now = at("2026-11-20 15:00")
    teller(town.engine, mails).tell(now)
    courier(town.engine, receiver).pass_on(now)
    assert (mails.taken(), receiver.kinds()) == ([], [])
    courier(town.engine, receiver).pass_on(now + 60)
    assert receiver.kinds() == [Kind.CRITICAL]
    teller(town.engine, mails).tell(now + 60)
    assert mails.taken() == ["tom@x"]


def test_what_was_refused_comes_again_under_the_same_number_and_the_page_can_say_so(town: Town) -> None:
    receiver = Receiver()
    receiver.refusing = 1
    now = at("2026-11-20 15:00")
    courier(town.engine, receiver).pass_on(now)
    with reading(town.engine) as connection:
        failing = outcomes(connection)["webhook"]
    assert (failing.is_failing, failing.failed_at, failing.reason, failing.sent_at) == (True, now, "HTTP 503", None)
    courier(town.engine, receiver).pass_on(now + 60)
    courier(town.engine, receiver).pass_on(now + 120)
    assert [each.message_id for each in receiver.taken] == [each.message_id for each in receiver.refused]
    with reading(town.engine) as connection:
        mended = outcomes(connection)["webhook"]
    assert (mended.is_failing, mended.failed_at, mended.sent_at) == (False, now, now + 60)


def test_after_a_refusal_the_other_sites_wait_for_the_next_minute(town: Town) -> None:
    other = Town(town.engine, code="NOORD")
    for minute in ("09:00", "09:30"):
        other.hear(f"2026-11-20 {minute}", volumes=disk(3 * GIGABYTE))
        other.hear(f"2026-11-20 {minute}", (2, 3))
        town.hear(f"2026-11-20 {minute}", (2, 3))
        other.look(f"2026-11-20 {minute}")
    receiver = Receiver()
    receiver.refusing = 1
    courier(town.engine, receiver).pass_on(at("2026-11-20 15:00"))
    assert receiver.taken == []
    courier(town.engine, receiver).pass_on(at("2026-11-20 15:01"))
    assert len(receiver.kinds()) == 2


def test_what_comes_back_within_a_day_is_not_told_again(town: Town) -> None:
    receiver = Receiver()
    courier(town.engine, receiver).pass_on(at("2026-11-20 15:00"))
    with writing(town.engine) as connection:
        connection.execute(update(models.alert).values(ended_at=at("2026-11-20 15:10")))
    for minute in ("15:30", "16:00"):
        town.hear(f"2026-11-20 {minute}", (2, 3))
        town.hear(f"2026-11-20 {minute}", volumes=disk(3 * GIGABYTE))
        town.look(f"2026-11-20 {minute}")
    assert town.open() == [(1, "disk_space", "C:", "critical")]
    for moment in ("2026-11-20 16:01", "2026-11-21 15:30", "2026-11-22 15:30"):
        courier(town.engine, receiver).pass_on(at(moment))
    assert receiver.kinds() == [Kind.CRITICAL]


def test_what_is_taken_on_muted_or_only_last_known_is_not_told_at_once(town: Town) -> None:
    receiver, now = Receiver(), at("2026-11-20 15:00")
    for values in ({"acknowledged_at": now, "frozen_at": None}, {"acknowledged_at": None, "frozen_at": now}):
        with writing(town.engine) as connection:
            connection.execute(update(models.alert).values(**values))
        courier(town.engine, receiver).pass_on(now)
    window = {"site_id": town.site_id, "window_id": 1, "station_id": 1, "begins_at": now - 9, "ends_at": now + 9}
    with writing(town.engine) as connection:
        connection.execute(update(models.alert).values(frozen_at=None))
        connection.execute(insert(models.maintenance_window).values(**window))
    courier(town.engine, receiver).pass_on(now)
    assert receiver.kinds() == []
    courier(town.engine, receiver).pass_on(now + 9)
    assert receiver.kinds() == [Kind.CRITICAL]


def test_the_digest_comes_once_on_each_morning_on_which_a_site_opens(town: Town) -> None:
    receiver = Receiver()
    for moment in ("2026-11-20 15:00", "2026-11-22 08:00", f"{MONDAY} 06:59", f"{MONDAY} 07:00", f"{MONDAY} 08:00"):
        courier(town.engine, receiver).pass_on(at(moment))
    assert receiver.kinds() == [Kind.CRITICAL, Kind.DIGEST]
    receiver.refusing = 1
    for moment in ("2026-11-24 07:00", "2026-11-24 07:01", "2026-11-24 07:02"):
        courier(town.engine, receiver).pass_on(at(moment))
    assert receiver.kinds() == [Kind.DIGEST]


def test_nobody_who_works_on_an_alert_is_named_and_a_long_text_ends_with_a_number(town: Town) -> None:
    now = at(f"{MONDAY} 07:00")
    many = MOST_LINES + 2
    with writing(town.engine) as connection:
        connection.execute(update(models.alert).values(acknowledged_at=now, acknowledged_by="tom"))
        rows = [
            {
                "site_id": town.site_id,
                "alert_id": number,
                "station_id": 2,
                "rule": Rule.PRINTER.value,
                "item": f"p{number}",
                "level": Level.WARNING.value,
                "started_at": now,
                "raised_at": now - 86_400,
                "facts": "{}",
            }
            for number in range(900, 900 + many)
        ]
        connection.execute(insert(models.alert), rows)
    receiver = Receiver()
    courier(town.engine, receiver).pass_on(now)
    (message,) = receiver.taken
    assert "(taken on)" in message.text
    assert "tom" not in f"{message.text}{message.alerts}"
    assert message.text.count("\n- [") == MOST_LINES
    assert "\nand 3 more\n" in message.text
    assert (message.in_all, len(message.alerts)) == (many + 1, many + 1)
    assert message.alerts[0]["level"] == "critical"


def test_several_workers_tell_a_channel_once(town: Town) -> None:
    receiver, workers, start = Receiver(), 4, Barrier(4)

    def work(number: int) -> None:
        mine = courier(town.engine, receiver, mark=count(10**6 * (number + 3)).__next__)
        start.wait()
        mine.pass_on(at(f"{MONDAY} 07:00"))

    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(work, range(workers)))

    assert sorted(receiver.kinds()) == [Kind.CRITICAL, Kind.DIGEST]
    with reading(town.engine) as connection:
        rows = connection.execute(select(models.alert_told.c.sent_at)).all()
    assert [row.sent_at for row in rows] == [at(f"{MONDAY} 07:00")]
