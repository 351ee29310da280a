"""Mails about alerts: to whom, in which language, once; 2026-11-23 is a Monday, 2026-11-22 a closed Sunday."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from collector.alerts.telling import Teller
from collector.domain.access import Grant, Role, Scope
from collector.domain.alert_mails import AlertMails
from collector.i18n import Speech, load_languages
from collector.mail import Post
from collector.storage import models
from collector.storage.engine import reading, writing
from collector.storage.queries.accounts import add_account, add_grant, set_columns
from tests.collector.alerts.town import GIGABYTE, Town, disk
from tests.collector.domain.health.town import ZONE, at

POST = Post("mail.example", 25, "none", "", "", "dps@example.org")
LANGUAGES = load_languages()
MONDAY = "2026-11-23"


class Mails:
    """A mail server that notes, and refuses the next `refusing` mails."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.refusing = 0

    def __call__(self, _post: Post, to: str, subject: str, text: str, _speech: Speech) -> None:
        if self.refusing:
            self.refusing -= 1
            raise OSError("no route")
        self.sent.append((to, subject, text))

    def taken(self) -> list[str]:
        """To whom there were mails since the last time."""
        found, self.sent = sorted(to for to, _subject, _text in self.sent), []
        return found


def add_person(engine: Engine, name: str, grant: Grant, language: str = "", email: str | None = None) -> None:
    with writing(engine) as connection:
        number = add_account(connection, name, "!", at("2026-10-01 10:00"), f"{name}@x" if email is None else email)
        add_grant(connection, number, grant)
        set_columns(connection, number, language=language)


@pytest.fixture
def town(engine: Engine) -> Town:
    """With a full disk at CANAL-1, which is critical, and a site coordinator beside a technician."""
    made = Town(engine)
    for minute in ("09:00", "09:30"):
        made.hear(f"2026-11-20 {minute}", (1, 2, 3), volumes=disk(40 * GIGABYTE))
        made.hear(f"2026-11-20 {minute}", volumes=disk(3 * GIGABYTE))
        made.look(f"2026-11-20 {minute}")
    add_person(engine, "tom", Grant(Role.TECHNICIAN), "nl")
    add_person(engine, "sofia", Grant(Role.SITE_COORDINATOR, Scope.SITE, site_id=made.site_id), "fr")
    add_person(engine, "root", Grant(Role.ADMINISTRATOR))
    add_person(engine, "noor", Grant(Role.TECHNICIAN), email="")
    add_person(engine, "far", Grant(Role.TECHNICIAN, Scope.MUNICIPALITY, municipality="Ixelles"))
    return made


def teller(engine: Engine, mails: Mails) -> Teller:
    return Teller(engine, ZONE, "https://dps.example", POST, LANGUAGES, count(10**6).__next__, mails)


def test_what_is_critical_is_told_at_once_to_the_technicians_in_their_language(town: Town) -> None:
    mails = Mails()
    tell = teller(town.engine, mails).tell
    tell(at("2026-11-20 15:00"))
    ((to, subject, text),) = mails.sent
    assert (to, subject) == ("tom@x", "Kritiek in Canal: Schijfruimte")
    assert "- [kritiek] CANAL-1: Schijf C: is bijna vol: 2,8\u00a0GB vrij van 93\u00a0GB." in text
    assert "\nhttps://dps.example/today\n\n-- \n" in text
    assert text.endswith("https://dps.example/account#messages\n")
    tell(at("2026-11-20 15:01"))
    # After a restart of the collector too.
    teller(town.engine, mails).tell(at("2026-11-20 15:02"))
    assert len(mails.sent) == 1
    assert town.events() == ["raised", "told"]


def test_the_digest_comes_once_on_each_morning_on_which_a_site_opens(town: Town) -> None:
    mails = Mails()
    tell = teller(town.engine, mails).tell
    tell(at("2026-11-20 15:00"))
    mails.taken()
    for moment in ("2026-11-21 08:00", "2026-11-22 08:00", f"{MONDAY} 06:59"):
        tell(at(moment))
    assert mails.taken() == []
    tell(at(f"{MONDAY} 07:00"))
    assert [(to, subject) for to, subject, _text in mails.sent] == [("tom@x", "1 melding staat open")]
    for moment in (f"{MONDAY} 07:01", f"{MONDAY} 11:00", f"{MONDAY} 13:00"):
        tell(at(moment))
    assert mails.taken() == ["tom@x"]
    tell(at("2026-11-24 07:00"))
    assert mails.taken() == ["tom@x"]


def test_the_people_of_a_site_are_told_that_it_did_not_open_and_nothing_of_disks(town: Town) -> None:
    mails = Mails()
    tell = teller(town.engine, mails).tell
    town.hear("2026-11-20 17:55", (1, 2, 3), stopped=True, volumes=disk(3 * GIGABYTE))
    tell(at(f"{MONDAY} 07:00"))
    assert mails.taken() == ["tom@x", "tom@x"]
    town.look(f"{MONDAY} 09:31")
    tell(at(f"{MONDAY} 09:32"))
    said = {to: text for to, _subject, text in mails.sent}
    assert said.keys() == {"tom@x", "sofia@x"}
    # At once, though the morning had its digest.
    assert {to: subject for to, subject, _text in mails.sent} == {
        "tom@x": "Canal: Opening van de locatie",
        "sofia@x": "Canal\u00a0: Ouverture du site",
    }
    assert "Aucun poste public n’a été allumé" in said["sofia@x"]
    assert "disque" not in said["sofia@x"]


def test_a_mail_server_that_refuses_is_tried_again(town: Town) -> None:
    mails = Mails()
    mails.refusing = 1
    tell = teller(town.engine, mails).tell
    tell(at("2026-11-20 15:00"))
    assert mails.taken() == []
    tell(at("2026-11-20 15:01"))
    assert mails.taken() == ["tom@x"]
    mails.refusing = 1
    tell(at(f"{MONDAY} 07:00"))
    assert mails.taken() == []
    tell(at(f"{MONDAY} 07:01"))
    assert mails.taken() == ["tom@x"]


@pytest.mark.parametrize(
    ("wanted", "at_once", "in_the_morning"),
    [(AlertMails.CRITICAL, True, False), (AlertMails.DIGEST, False, True), (AlertMails.NONE, False, False)],
)
def test_who_chose_gets_the_mails_of_the_choice_and_no_others(
    town: Town, wanted: AlertMails, at_once: bool, in_the_morning: bool
) -> None:
    mails = Mails()
    with writing(town.engine) as connection:
        connection.execute(update(models.account).values(alert_mails=wanted.value))
    tell = teller(town.engine, mails).tell
    tell(at("2026-11-20 15:00"))
    assert mails.taken() == ["tom@x"] * at_once
    tell(at(f"{MONDAY} 07:00"))
    assert mails.taken() == ["tom@x"] * in_the_morning


def test_what_comes_back_within_a_day_is_not_told_again(town: Town) -> None:
    mails = Mails()
    tell = teller(town.engine, mails).tell
    tell(at("2026-11-20 09:31"))
    with writing(town.engine) as connection:
        connection.execute(update(models.alert).values(ended_at=at("2026-11-20 09:40")))
    for minute in ("10:00", "10:30"):
        town.hear(f"2026-11-20 {minute}", volumes=disk(3 * GIGABYTE))
        town.look(f"2026-11-20 {minute}")
    assert town.open() == [(1, "disk_space", "C:", "critical")]
    tell(at("2026-11-20 10:31"))
    assert [subject for _to, subject, _text in mails.sent] == ["Kritiek in Canal: Schijfruimte"]


def test_what_is_critical_again_within_a_day_is_not_told_again(town: Town) -> None:
    mails = Mails()
    tell = teller(town.engine, mails).tell
    tell(at("2026-11-20 09:31"))
    for hour, free in (("10", 8), ("11", 3), ("12", 8), ("13", 3)):
        for minute in ("00", "20", "40"):
            town.hear(f"2026-11-20 {hour}:{minute}", (2, 3))
            town.hear(f"2026-11-20 {hour}:{minute}", volumes=disk(free * GIGABYTE))
            town.look(f"2026-11-20 {hour}:{minute}")
            tell(at(f"2026-11-20 {hour}:{minute}"))
    assert town.events() == ["raised", "told", *["changed"] * 4]
    assert mails.taken() == ["tom@x"]
    # The digests of the next days tell of it; two days later it is news again.
    for free in (8, 3):
        for minute in ("00", "20", "40"):
            town.hear(f"2026-11-23 {13 - free // 8}:{minute}", (2, 3))
            town.hear(f"2026-11-23 {13 - free // 8}:{minute}", volumes=disk(free * GIGABYTE))
            town.look(f"2026-11-23 {13 - free // 8}:{minute}")
    tell(at("2026-11-23 13:41"))
    assert mails.taken() == ["tom@x"]


def test_what_comes_up_in_the_morning_waits_for_the_next_digest(town: Town) -> None:
    mails = Mails()
    tell = teller(town.engine, mails).tell
    with writing(town.engine) as connection:
        connection.execute(update(models.alert).values(level="warning"))
    for moment in ("2026-11-20 09:31", "2026-11-20 11:59"):
        tell(at(moment))
    assert mails.taken() == []
    tell(at(f"{MONDAY} 07:00"))
    assert mails.taken() == ["tom@x"]


def test_what_is_taken_on_muted_or_only_last_known_is_not_told_at_once(town: Town) -> None:
    mails = Mails()
    tell = teller(town.engine, mails).tell
    now = at("2026-11-20 15:00")
    for values in ({"acknowledged_at": now, "frozen_at": None}, {"acknowledged_at": None, "frozen_at": now}):
        with writing(town.engine) as connection:
            connection.execute(update(models.alert).values(**values))
        tell(now)
    window = {"site_id": town.site_id, "window_id": 1, "station_id": 1, "begins_at": now - 9, "ends_at": now + 9}
    with writing(town.engine) as connection:
        connection.execute(update(models.alert).values(frozen_at=None))
        connection.execute(insert(models.maintenance_window).values(**window))
    tell(now)
    assert mails.taken() == []
    tell(now + 9)
    assert mails.taken() == ["tom@x"]


def test_several_workers_send_each_mail_once(town: Town) -> None:
    mails = Mails()
    workers, start = 4, Barrier(4)
    with writing(town.engine) as connection:
        connection.execute(delete(models.alert_event))

    def work(number: int) -> None:
        marks = count(10**6 * (number + 1)).__next__
        mine = Teller(town.engine, ZONE, "", POST, LANGUAGES, marks, mails)
        start.wait()
        mine.tell(at(f"{MONDAY} 07:00"))

    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(work, range(workers)))

    assert sorted(subject for _to, subject, _text in mails.sent) == [
        "1 melding staat open",
        "Kritiek in Canal: Schijfruimte",
    ]
    with reading(town.engine) as connection:
        assert [row.kind for row in connection.execute(select(models.alert_event.c.kind))] == ["told"]
