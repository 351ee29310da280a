"""When printers and projectors are asked, and how what they said reaches the collector."""

import json
from dataclasses import asdict

import pytest

from agent.errors import NoData
from agent.probes import printers, projectors
from agent.probes.base import Surroundings
from agent.sender.equipment import EVERY_SECONDS, PLACE, last_answers, start_when_due
from agent.sender.exchange import surroundings
from agent.sender.memory import Memory, Store
from agent.wire.health import Lamp, Printer, Printers, Projector, Projectors, Supply
from tests.agent.sender.station import Station
from tests.agent.stage import MONDAY, StageDisk

PRINTER = Printer(
    name="Hall", protocol="snmp", asked_at_seconds=MONDAY, reached=True, errors=("low_toner",), pages=5,
    supplies=(Supply(kind="toner", colour="black", level_percent=8),),
)  # fmt: skip
PROJECTOR = Projector(name="Room 1", asked_at_seconds=MONDAY, reached=True, lamps=(Lamp(hours=3, lit=True),))


def test_they_are_asked_every_six_hours_and_after_a_clock_was_set_back() -> None:
    memory, disk, started = Memory(), StageDisk(), list[int]()
    for minutes in range(0, 24 * 60, 30):
        now = MONDAY + minutes * 60
        start_when_due(memory, now, lambda now=now: started.append(now), "/state", disk)  # type: ignore[misc]
    assert started == [MONDAY + hours * 3600 for hours in (0, 6, 12, 18)]
    start_when_due(memory, MONDAY, lambda: started.append(0), "/state", disk)
    assert started[-1] == 0
    assert EVERY_SECONDS == 6 * 3600


def test_where_nothing_is_named_any_more_nothing_is_told_any_more() -> None:
    disk = StageDisk()
    disk.write(f"/state/{PLACE}", b"{}")
    start_when_due(Memory(equipment_at_seconds=5), MONDAY, None, "/state", disk)
    assert last_answers("/state", disk) == {}
    with pytest.raises(FileNotFoundError):
        disk.read(f"/state/{PLACE}")
    start_when_due(Memory(), MONDAY, None, "/state", disk)


def test_what_they_said_goes_with_the_next_contact() -> None:
    store = Store("/state", StageDisk())
    told = {"printers": [asdict(PRINTER)], "projectors": [asdict(PROJECTOR)]}
    store.disk.write(f"/state/{PLACE}", json.dumps(told).encode())
    outside = Station("https://collector.example.org").outside()
    read = {name: surroundings(name, store, Memory(), outside) for name in ("printers", "projectors")}
    assert printers.read(read["printers"]).reading == Printers(printers=(PRINTER,))
    assert projectors.read(read["projectors"]).reading == Projectors(projectors=(PROJECTOR,))


@pytest.mark.parametrize("told", [b"", b"[]", b"{}", b'{"printers": []}'])
def test_nothing_named_or_a_damaged_file_is_no_data(told: bytes) -> None:
    disk = StageDisk()
    disk.write(f"/state/{PLACE}", told)
    known = Surroundings(agent={"equipment": last_answers("/state", disk)})
    for probe in (printers.read, projectors.read):
        with pytest.raises(NoData):
            probe(known)
