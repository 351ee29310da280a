"""Whose secret it is: the PC's that enrolled, at the collector that gave it, and nobody else's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.sender.enrolment import address_of
from agent.sender.hardware import Hardware, salted
from agent.sender.memory import Identity
from agent.spool import KEPT, PENDING
from tests.agent.sender.fake_collector import PUBLIC_ID, REGIONAL_SALT, SALT, SECRET, TOKEN, FakeCollector
from tests.agent.sender.local_server import Asked, Reply, answer
from tests.agent.sender.station import RUN, SLOT, Station, slot_record
from tests.agent.stage import PlugPulledError

HERE, ELSEWHERE = Hardware("1" * 64, doubtful=False), Hardware("2" * 64, doubtful=False)
BLANK = Hardware("3" * 64, doubtful=True)


@pytest.fixture
def newcomer(stations: Callable[..., Station], collector: FakeCollector, token_file: Path) -> Station:
    """A station with a token and without a secret."""
    token_file.write_text(f"{TOKEN}\n")
    made: Station = stations(collector, enrolled=False)
    made.set(token_file=str(token_file))
    return made


def identity(station: Station) -> Identity:
    found = station.store.identity()
    assert found is not None
    return found


def asked(collector: FakeCollector, path: str) -> list[dict[str, Any]]:
    return [one.json() for one in collector.asked if one.path == path]


def test_the_hardware_key_is_salted_for_the_site_and_for_the_region(
    newcomer: Station, collector: FakeCollector
) -> None:
    newcomer.hardware = HERE
    assert newcomer.contact()[0]
    request = asked(collector, "/api/v1/enroll")[0]
    assert request["hardware_keys"] == [salted(HERE.key, SALT), salted(HERE.key, REGIONAL_SALT)]
    assert request["hardware_doubtful"] is False
    assert HERE.key not in "".join(one.body.decode("latin-1") for one in collector.asked)
    assert identity(newcomer).hardware_key == salted(HERE.key, SALT)
    assert "/state/enrolling.json" not in newcomer.disk.files
    assert [one["hardware_key"] for one in collector.envelopes] == [salted(HERE.key, SALT)]


def test_a_doubtful_key_is_told_at_the_enrolment_and_proves_nothing_afterwards(
    newcomer: Station, collector: FakeCollector
) -> None:
    newcomer.hardware = BLANK
    newcomer.contact()
    assert asked(collector, "/api/v1/enroll")[0]["hardware_doubtful"] is True
    assert identity(newcomer).hardware_key == ""
    assert collector.envelopes[0]["hardware_key"] is None
    newcomer.hardware = HERE
    assert newcomer.contact(after=1800)[0]


@pytest.mark.parametrize("there", [None, BLANK, HERE])
def test_hardware_that_cannot_be_read_today_is_no_other_hardware(
    newcomer: Station, collector: FakeCollector, there: Hardware | None
) -> None:
    newcomer.hardware = HERE
    newcomer.contact()
    newcomer.hardware = there
    assert newcomer.contact(after=1800)[0]
    assert len(asked(collector, "/api/v1/enroll")) == 1


def test_a_key_that_can_be_read_later_is_kept_then(newcomer: Station, collector: FakeCollector) -> None:
    newcomer.contact()
    newcomer.hardware = HERE
    newcomer.contact(after=1800)
    assert identity(newcomer).hardware_key == salted(HERE.key, SALT)
    newcomer.hardware = ELSEWHERE
    newcomer.set(token_file="")
    assert not newcomer.contact(after=1800)[0]


def test_on_another_pc_the_secret_is_not_shown_and_nothing_is_lost_when_the_disk_comes_back(
    newcomer: Station, collector: FakeCollector
) -> None:
    newcomer.hardware = HERE
    newcomer.contact()
    calls = len(collector.asked)
    newcomer.hardware = ELSEWHERE
    newcomer.set(token_file="")
    newcomer.put(SLOT)
    well, sentence = newcomer.contact(after=1800)
    assert not well
    assert sentence.startswith("this disk was enrolled in another PC, or the main board was changed; set token_file")
    assert len(collector.asked) == calls
    assert newcomer.memory.estranged.startswith("this disk was enrolled in another PC")
    newcomer.hardware = HERE
    assert newcomer.contact(after=1800)[0]
    assert newcomer.memory.estranged == ""
    assert collector.slots() == [SLOT]


def test_a_copy_of_a_disk_enrols_for_itself_and_does_not_send_what_the_original_counted(
    newcomer: Station, collector: FakeCollector
) -> None:
    newcomer.hardware = HERE
    newcomer.contact()
    newcomer.put(SLOT)
    newcomer.spool.put(KEPT, "slot", slot_record(SLOT - 1))
    newcomer.spool.put(PENDING, "slot", slot_record(SLOT + 1, run_id="bb" * 8))
    newcomer.disk.files["/state/run.json"] = (
        f'{{"run_id": "{"bb" * 8}", "trusted": true, "claims": {{"{"bb" * 8}": 0}}}}'
    ).encode()
    newcomer.hardware = ELSEWHERE
    collector.secrets = ["5ec8" * 16]
    collector.instead = lambda one: enrolled_as(one, "5ec8" * 16)
    assert newcomer.contact(after=1800)[0]
    assert identity(newcomer).secret == "5ec8" * 16
    assert identity(newcomer).hardware_key == salted(ELSEWHERE.key, SALT)
    assert set(collector.records) == {("slot", "bb" * 8, SLOT + 1)}
    assert newcomer.slots(KEPT) == [SLOT + 1]
    assert newcomer.spool.dropped() == 1
    assert RUN != "bb" * 8


def enrolled_as(one: Asked, secret: str) -> Reply | None:
    if one.path != "/api/v1/enroll":
        return None
    return answer(
        {
            "schema": 1, "station_public_id": PUBLIC_ID, "station_secret": secret, "status": "accepted", "salt": SALT,
            "time_seconds": 0,
        }
    )  # fmt: skip


def test_the_secret_of_one_collector_is_never_shown_to_another(station: Station, collector: FakeCollector) -> None:
    station.store.keep_identity(Identity(PUBLIC_ID, SECRET, "https://old.example.org"))
    well, sentence = station.contact()
    assert not well
    assert sentence.startswith("this station is enrolled with https://old.example.org, not with http://127.0.0.1:")
    assert collector.asked == []
    assert identity(station).server == "https://old.example.org"


def test_with_a_token_it_enrols_with_the_new_collector(newcomer: Station, collector: FakeCollector) -> None:
    newcomer.store.keep_identity(Identity("f" * 16, "e" * 64, "https://old.example.org"))
    newcomer.put(SLOT)
    assert newcomer.contact()[0]
    assert identity(newcomer).server == collector.server.address
    assert collector.slots() == [SLOT]
    assert all("e" * 64 not in one.headers.get("Authorization", "") for one in collector.asked)


def test_another_spelling_is_the_same_collector() -> None:
    assert address_of("https://Collector.example.org/") == address_of("https://collector.example.org:443")
    assert address_of("https://collector.example.org") != address_of("http://collector.example.org")
    assert address_of("https://collector.example.org/a") != address_of("https://collector.example.org/b")


def test_wherever_the_plug_is_pulled_an_enrolment_keeps_its_name_until_the_secret_is_kept(
    newcomer: Station, collector: FakeCollector
) -> None:
    newcomer.hardware = HERE
    for steps in range(40):
        newcomer.disk.writes_left = steps
        try:
            newcomer.contact()
        except PlugPulledError:
            continue
        finally:
            newcomer.disk.writes_left = None
        break
    names = [request["enrolment_id"] for request in asked(collector, "/api/v1/enroll")]
    assert len(names) > 2
    assert len(set(names)) == 1
    assert identity(newcomer).secret == SECRET


def test_an_approval_is_learnt_from_the_next_answer(newcomer: Station, collector: FakeCollector) -> None:
    collector.station_status = "waiting"
    newcomer.contact()
    assert newcomer.memory.waiting_for_approval
    collector.station_status = "accepted"
    newcomer.contact(after=1800)
    assert not newcomer.memory.waiting_for_approval
