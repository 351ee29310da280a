"""The plug is pulled between any two steps of the sender: nothing is lost, nothing is counted twice."""

from contextlib import suppress

import pytest

from agent.spool import KEPT, PENDING, REFUSED
from tests.agent.sender.fake_collector import FakeCollector
from tests.agent.sender.station import SLOT, Station
from tests.agent.sender.test_exchange import objects_to
from tests.agent.stage import PlugPulledError

STEPS = range(60)
"""More than any contact below has; a test says so."""


def interrupted(station: Station, step: int, after: float = 0) -> bool:
    """A contact that ends at the given change of the disk; whether it got that far."""
    station.disk.writes_left = step
    try:
        station.contact(after)
    except PlugPulledError:
        return True
    finally:
        station.disk.writes_left = None
    return False


def everything(station: Station) -> set[int]:
    return {*station.slots(PENDING), *station.slots(KEPT), *station.slots(REFUSED)}


@pytest.mark.parametrize("step", STEPS)
def test_a_contact_that_is_cut_short_is_done_again(station: Station, collector: FakeCollector, step: int) -> None:
    station.put(SLOT, SLOT + 1, SLOT + 2)
    cut = interrupted(station, step)
    assert everything(station) == {SLOT, SLOT + 1, SLOT + 2}
    assert cut or step > 5
    station.put(SLOT + 3)
    station.contact(after=60)
    station.contact(after=60)
    assert station.slots() == []
    assert (collector.slots(), collector.sessions()) == ([SLOT, SLOT + 1, SLOT + 2, SLOT + 3], 4)


def test_the_last_step_is_past_the_end_of_a_contact(station: Station, collector: FakeCollector) -> None:
    station.put(SLOT, SLOT + 1, SLOT + 2)
    assert not interrupted(station, STEPS[-1])


@pytest.mark.parametrize("pause", [60, 4000, 50_000])
@pytest.mark.parametrize("step", range(0, 30, 2))
def test_what_a_restored_collector_lost_comes_although_the_plug_is_pulled(
    station: Station, collector: FakeCollector, step: int, pause: int
) -> None:
    station.put(SLOT, SLOT + 1)
    station.contact()
    collector.restore({}, None)
    station.put(SLOT + 2)
    interrupted(station, step, after=1800)
    for _ in range(3):
        station.contact(after=pause)
    assert (collector.slots(), collector.sessions()) == ([SLOT, SLOT + 1, SLOT + 2], 3)


@pytest.mark.parametrize("step", STEPS)
def test_a_fault_that_is_looked_for_is_found_although_the_plug_is_pulled(
    station: Station, collector: FakeCollector, step: int
) -> None:
    station.put(*range(SLOT, SLOT + 4))
    collector.objection = objects_to(SLOT + 2)
    interrupted(station, step)
    assert everything(station) == set(range(SLOT, SLOT + 4))
    for _ in range(3):
        station.contact(after=60)
    assert collector.slots() == [SLOT, SLOT + 1, SLOT + 3]
    assert station.slots(REFUSED) == [SLOT + 2]
    collector.objection = lambda _: None
    collector.version = "2"
    for _ in range(2):
        station.contact(after=60)
    assert (collector.slots(), collector.sessions()) == ([*range(SLOT, SLOT + 4)], 4)


@pytest.mark.parametrize("step", STEPS)
def test_a_full_disk_loses_nothing_and_the_next_contact_goes_on(
    station: Station, collector: FakeCollector, step: int
) -> None:
    station.put(SLOT, SLOT + 1)
    original = station.disk._step
    left = [step]

    def fill(path: str) -> None:
        left[0] -= 1
        station.disk.full = left[0] < 0
        original(path)

    station.disk._step = fill  # type: ignore[method-assign]
    with suppress(OSError):
        station.contact()
    station.disk._step = original  # type: ignore[method-assign]
    station.disk.full = False
    station.contact(after=60)
    assert (collector.slots(), collector.sessions(), station.slots()) == ([SLOT, SLOT + 1], 2, [])
