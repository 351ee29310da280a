"""One contact from beginning to end: enrolment, what came of it, when the next one is due."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent.errors import Unusable, UsageError
from agent.machine import system_name
from agent.sender.contact import pause_after
from agent.sender.exchange import MOST_ENVELOPES
from agent.sender.outcome import NotAdmitted, Refused, TryLater
from agent.spool import KEPT
from tests.agent.sender.fake_collector import PUBLIC_ID, SECRET, TOKEN, FakeCollector
from tests.agent.sender.local_server import Reply, problem
from tests.agent.sender.station import SLOT, Station
from tests.agent.stage import MONDAY


@pytest.fixture
def newcomer(stations: Callable[..., Station], collector: FakeCollector, token_file: Path) -> Station:
    """A station with a token and without a secret."""
    token_file.write_text(f"{TOKEN}\n")
    made: Station = stations(collector, enrolled=False)
    made.set(token_file=str(token_file))
    return made


def test_a_station_with_a_token_enrols_and_sends_in_the_same_contact(
    newcomer: Station, collector: FakeCollector
) -> None:
    newcomer.put(SLOT)
    assert newcomer.contact() == (True, "sent 1 envelope; 0 records wait")
    identity = newcomer.store.identity()
    assert identity is not None
    assert (identity.public_id, identity.secret, identity.server) == (PUBLIC_ID, SECRET, collector.server.address)
    assert collector.asked[0].json() == {
        "schema": 1, "enrolment_id": f"{1:032x}", "token": TOKEN, "tag": "PC-1", "agent_version": "0.1.0",
        "system": system_name(), "hardware_keys": [], "hardware_doubtful": False,
    }  # fmt: skip
    assert "Authorization" not in collector.asked[0].headers
    newcomer.contact(after=1800)
    assert [asked.path for asked in collector.asked].count("/api/v1/enroll") == 1


def test_a_station_that_waits_for_approval_sends_all_the_same(newcomer: Station, collector: FakeCollector) -> None:
    collector.station_status = "waiting"
    newcomer.put(SLOT)
    assert newcomer.contact()[0]
    assert newcomer.memory.waiting_for_approval
    assert newcomer.slots(KEPT) == [SLOT]


def test_a_waiting_station_whose_room_is_full_keeps_the_rest(station: Station, collector: FakeCollector) -> None:
    collector.instead = lambda _: problem(503, "The station waits to be approved", Retry_After="3600")
    station.put(SLOT)
    assert station.contact() == (False, "The station waits to be approved")
    assert station.slots() == [SLOT]
    assert station.memory.next_contact_seconds >= 3600


@pytest.mark.parametrize(
    ("token", "used", "sentence"),
    [
        (TOKEN, True, "This token was used up: ask for another."),
        (TOKEN.replace("7", "8"), False, "There is no such token: ask for one."),
    ],
)
def test_a_token_that_is_not_taken_keeps_every_count(
    newcomer: Station, collector: FakeCollector, token_file: Path, token: str, sentence: str, *, used: bool
) -> None:
    token_file.write_text(token)
    collector.token_used = used
    newcomer.put(SLOT)
    assert newcomer.contact() == (False, sentence)
    assert newcomer.slots() == [SLOT]
    assert newcomer.store.identity() is None
    assert newcomer.memory.next_contact_seconds >= 3600, "a rejected attempt is not repeated in haste"


def test_without_a_token_the_station_says_what_to_do_and_asks_nobody(
    newcomer: Station, collector: FakeCollector
) -> None:
    newcomer.set(token_file="")
    well, sentence = newcomer.contact()
    assert not well
    assert "dps-agent enroll" in sentence
    assert collector.asked == []


@pytest.mark.parametrize("content", ["", "hello", TOKEN + "0", TOKEN.upper(), f"x{TOKEN}"])
def test_a_file_that_holds_no_token_is_named_and_its_content_is_not_told(
    newcomer: Station, collector: FakeCollector, token_file: Path, content: str
) -> None:
    token_file.write_text(content)
    with pytest.raises(UsageError, match=re.escape(str(token_file))) as raised:
        newcomer.contact()
    assert TOKEN[22:] not in str(raised.value)
    assert collector.asked == []


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_token_file_that_cannot_be_read_is_named(newcomer: Station, token_file: Path, content: bytes | None) -> None:
    token_file.unlink()
    if content is not None:
        token_file.write_bytes(content)
    with pytest.raises(UsageError, match=re.escape(str(token_file))):
        newcomer.contact()


@pytest.mark.parametrize("tag", ["é", "a" * 65, "-x", "a\nb", " a"])
def test_a_tag_that_no_collector_takes_is_refused_before_the_token_is_spent(
    newcomer: Station, collector: FakeCollector, tag: str
) -> None:
    newcomer.set(tag=tag)
    with pytest.raises(UsageError, match="--tag"):
        newcomer.contact()
    assert collector.asked == []


def test_a_full_disk_is_found_before_the_token_is_spent(newcomer: Station, collector: FakeCollector) -> None:
    newcomer.disk.full = True
    with pytest.raises(OSError, match="No space left"):
        newcomer.contact()
    assert collector.asked == []


def test_a_portal_before_the_enrolment_spends_nothing(newcomer: Station, collector: FakeCollector) -> None:
    collector.instead = lambda _: Reply(200, b"<html>")
    assert not newcomer.contact()[0]
    collector.instead = lambda _: None
    assert newcomer.contact(after=60)[0]


def test_a_collector_that_asks_to_enrol_again_drops_the_secret_and_the_chain(
    newcomer: Station, collector: FakeCollector
) -> None:
    newcomer.put(SLOT)
    newcomer.contact()
    collector.enrol_again = True
    assert newcomer.contact(after=1800) == (False, "the collector asks this station to enrol again")
    assert newcomer.store.identity() is None
    collector.enrol_again = False
    collector.restore({}, None)
    newcomer.put(SLOT + 1)
    assert newcomer.contact(after=3600)[0]
    assert collector.envelopes[-1]["previous_envelope_id"] is None
    assert "operating_system" in collector.envelopes[-1]["readings"]
    assert collector.slots() == [SLOT + 1], "what the old identity sent stays with it"


def test_what_was_prepared_for_an_old_identity_is_composed_anew(newcomer: Station, collector: FakeCollector) -> None:
    newcomer.contact()
    newcomer.put(SLOT)
    collector.lose_answers = 1
    newcomer.contact(after=60)
    newcomer.store.forget_identity()
    newcomer.contact(after=60)
    assert collector.envelopes[-1]["previous_envelope_id"] is None


def test_a_secret_that_is_not_recognised_keeps_the_counts_and_the_secret(
    station: Station, collector: FakeCollector
) -> None:
    collector.secrets = []
    station.put(SLOT)
    assert station.contact() == (False, "enrol the station")
    assert station.slots() == [SLOT]
    assert station.store.identity() is not None
    assert 3600 <= station.memory.next_contact_seconds <= 3960


@pytest.mark.parametrize(("kind", "sent_again"), [("not_recognised", [SLOT]), ("revoked", [])])
def test_what_a_collector_acknowledged_goes_again_when_it_was_restored_from_before_the_enrolment(
    newcomer: Station, collector: FakeCollector, kind: str, sent_again: list[int]
) -> None:
    newcomer.put(SLOT)
    newcomer.contact()
    collector.restore({}, None)
    collector.instead = lambda asked: problem(401, "enrol", kind) if asked.path == "/api/v1/envelopes" else None
    assert newcomer.contact(after=1800) == (False, "enrol")
    collector.instead = lambda _: None
    newcomer.store.forget_identity()
    assert newcomer.contact(after=3600)[0]
    assert collector.slots() == sent_again
    assert not newcomer.memory.forgotten


@pytest.mark.parametrize(
    "content", [b"", b'{"public_id": "01', b"[]", b'{"public_id": "x", "secret": "a\\nb", "server": ""}', b"\xff"]
)
def test_a_damaged_secret_is_said_with_what_to_do_and_is_not_told(
    station: Station, collector: FakeCollector, content: bytes
) -> None:
    station.disk.files["/state/identity.json"] = content
    with pytest.raises(Unusable, match=r"identity\.json is damaged; remove it and enrol") as raised:
        station.contact()
    assert "a\nb" not in str(raised.value)
    assert collector.asked == []


def test_failures_double_the_pause_up_to_half_an_hour(station: Station, collector: FakeCollector) -> None:
    collector.instead = lambda _: Reply(502)
    pauses = []
    for _ in range(9):
        station.contact(after=60)
        pauses.append(station.memory.next_contact_seconds)
    assert pauses == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]
    collector.instead = lambda _: None
    station.contact(after=60)
    assert (station.memory.failures, station.memory.next_contact_seconds) == (0, 1800)
    collector.instead = lambda _: Reply(502)
    station.contact(after=60)
    assert station.memory.next_contact_seconds == 30


@pytest.mark.parametrize("failures", [1, 3, 40, 10**6])
def test_jitter_adds_up_to_a_tenth_to_every_pause(station: Station, failures: int) -> None:
    found = set()
    for number in range(1000):
        station.jitter = number
        found.add(pause_after(TryLater("x"), failures, station.outside()))
    least = min(1800, 30 * 2 ** (min(failures, 10) - 1))
    assert (min(found), max(found)) == (least, least + max(1, least // 10) - 1)


@pytest.mark.parametrize(
    ("outcome", "pause"),
    [
        (TryLater("x", 5), 30),
        (TryLater("x", 600), 600),
        (TryLater("x", 10**9), 86_400),
        (NotAdmitted("x"), 3600),
        (Refused("x", "1"), 30),
    ],
)
def test_the_pause_is_never_shorter_than_we_were_told_nor_longer_than_a_day(
    station: Station, outcome: TryLater | NotAdmitted | Refused, pause: int
) -> None:
    assert pause_after(outcome, 1, station.outside()) == pause


@pytest.mark.parametrize(("told", "noted"), [(600, 600), (0, 60), (10**9, 86_400)])
def test_the_collector_sets_the_rhythm_within_bounds(
    station: Station, collector: FakeCollector, told: int, noted: int
) -> None:
    collector.next_contact_seconds = told
    station.contact()
    assert station.memory.next_contact_seconds == noted


def test_what_one_contact_cannot_take_follows_soon(
    station: Station, collector: FakeCollector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.sender.exchange.MOST_ENVELOPES", 2)
    monkeypatch.setattr("agent.sender.contact.MOST_ENVELOPES", 2)
    station.put(*range(SLOT - 500, SLOT))
    assert station.contact() == (True, "sent 2 envelopes; 100 records wait")
    assert station.memory.next_contact_seconds == 30
    assert MOST_ENVELOPES * 200 > 60 * 96


def test_the_contact_is_noted_for_people(station: Station, collector: FakeCollector) -> None:
    station.contact()
    assert (station.memory.last_success_seconds, station.memory.last_attempt_seconds) == (MONDAY, MONDAY)
    collector.instead = lambda _: Reply(502)
    station.contact(after=60)
    memory = station.memory
    assert (memory.last_success_seconds, memory.last_attempt_seconds) == (MONDAY, MONDAY + 60)
    assert "status 502" in memory.last_sentence


def test_the_secret_is_in_one_file_and_the_token_in_none(newcomer: Station) -> None:
    newcomer.put(SLOT)
    newcomer.contact()
    holding = [path for path, data in newcomer.disk.files.items() if SECRET.encode() in data]
    assert holding == ["/state/identity.json"]
    assert not [path for path, data in newcomer.disk.files.items() if TOKEN[22:].encode() in data]


def test_a_proxy_that_is_gone_keeps_everything(station: Station, collector: FakeCollector) -> None:
    station.put(SLOT)
    station.config = replace(station.config, proxy="http://127.0.0.1:9")
    assert not station.contact()[0]
    assert station.slots() == [SLOT]
    assert collector.asked == []


def test_a_contact_that_fails_is_counted_in_its_hour_with_whether_the_router_answered(
    station: Station, collector: FakeCollector
) -> None:
    hour = MONDAY // 3600
    station.contact()
    collector.instead = lambda _: problem(503, "busy")
    station.contact(after=60)
    station.gateway = False
    station.contact(after=60)
    collector.instead = lambda _: None
    station.contact(after=3600)
    assert [list(each) for each in station.memory.contact_hours] == [[hour, 3, 2, 1], [hour + 1, 1, 0, 0]]
