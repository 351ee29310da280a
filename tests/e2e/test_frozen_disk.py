"""Enrolled thawed, then frozen: the real service and sender on a disk that goes back to its image at each boot."""

import json
from collections.abc import Callable, Iterator

import pytest

from agent.machine.base import LOG_OFF, LOG_ON, OpenSession
from agent.probes import Taken
from agent.sender import exchange
from agent.sender.contact import contact
from agent.sender.exchange import Outside
from agent.sender.memory import Identity, Store
from agent.sender.upload import Line
from collector.domain.clones import Clone, Sighting, Trace, forgets, look
from tests.agent.sender.fake_collector import PUBLIC_ID, SECRET, FakeCollector
from tests.agent.sender.station import FULL_READINGS, config_for
from tests.agent.service_stage import Stage

CONTACT_SECONDS = 600


class Pc(Stage):
    """One PC: its service runs, its sender calls the collector, its disk can be frozen."""

    def __init__(self, collector: FakeCollector) -> None:
        super().__init__()
        self.collector = collector
        self.config = config_for(collector.server.address)
        self.image: dict[str, bytes] | None = None
        self.truth: list[float] = []
        """When each session began, by the clock on the wall."""
        Store("/state", self.disk).keep_identity(Identity(PUBLIC_ID, SECRET, collector.server.address))

    def freeze(self) -> None:
        self.image = dict(self.disk.files)

    def boot(self, after: float = 300) -> None:
        if self.image is not None:
            self.disk.files = dict(self.image)
        self.source.open.clear()
        self.clock.reboot(after)
        self.restart()

    def visit(self, seconds: int) -> None:
        self.truth.append(self.clock.wall())
        self.play(LOG_ON, f"session {len(self.truth)}")
        self.run_for(seconds)
        self.play(LOG_OFF, f"session {len(self.truth)}")

    def call(self) -> None:
        self.run_for(30)
        self.send()

    def send(self) -> None:
        self.collector.time = round(self.clock.wall())
        outside = Outside(
            self.clock,
            self.disk,
            lambda size: next(self._random).to_bytes(size, "big"),
            lambda: Line(self.config.server, elapsed=self.clock.elapsed),
        )
        assert contact(self.config, outside)[0]

    def shut_down(self) -> None:
        self.service.stop("power_off")
        self.send()


@pytest.fixture
def pc(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pc]:
    monkeypatch.setattr(exchange, "take", lambda *_: Taken(FULL_READINGS, {}))
    collector = FakeCollector()
    with collector.server:
        made = Pc(collector)
        made.restart()
        yield made


def sightings(collector: FakeCollector) -> list[Sighting]:
    return [
        Sighting(PUBLIC_ID, one["envelope_id"], one["previous_envelope_id"], one["current_run_id"], one["hardware_key"])
        for one in collector.envelopes
    ]


def suspicion(collector: FakeCollector) -> tuple[Clone | None, bool]:
    """What the collector makes of all that it got, and whether it knows that the station forgets."""
    trace = Trace()
    for seen in sightings(collector):
        trace, clone = look(trace, seen)
        if clone is not None:
            return clone, False
    return None, forgets(trace)


def test_nothing_acknowledged_is_lost_nothing_counted_twice_and_no_alarm(pc: Pc) -> None:
    pc.visit(600)
    pc.call()
    pc.shut_down()
    pc.freeze()
    for _ in range(8):
        pc.boot()
        pc.call()
        for _ in range(3):
            pc.visit(900)
            pc.run_for(300)
            pc.call()
        # The plug is pulled, with a visitor of whom nothing was sent.
        pc.play(LOG_ON, "lost")
        pc.run_for(120)

    assert pc.collector.sessions() == len(pc.truth) == 25
    assert suspicion(pc.collector) == (None, True)


def test_nothing_of_a_session_that_was_open_when_the_disk_was_frozen_starts_again(pc: Pc) -> None:
    pc.truth.append(pc.clock.wall())
    pc.play(LOG_ON, "technician")
    pc.run_for(600)
    pc.call()
    pc.freeze()
    for _ in range(4):
        pc.boot()
        pc.visit(600)
        pc.call()

    assert pc.collector.sessions() == len(pc.truth) == 5
    assert suspicion(pc.collector) == (None, True)


def test_a_disk_that_keeps_what_is_written_is_not_said_to_forget(pc: Pc) -> None:
    for _ in range(4):
        pc.visit(600)
        pc.call()
        pc.boot()
        pc.call()
    assert suspicion(pc.collector) == (None, False)


def test_an_unfrozen_state_folder_on_a_frozen_disk_keeps_everything(pc: Pc) -> None:
    """All that the agent writes is in its state folder: with it elsewhere, the image is of no importance."""
    before = set(pc.disk.files)
    pc.visit(600)
    pc.boot()
    pc.visit(600)
    pc.call()
    assert all(name.startswith("/state/") for name in set(pc.disk.files) | before)
    assert pc.collector.sessions() == 2
    assert suspicion(pc.collector) == (None, False)


def test_a_service_that_starts_late_loses_the_beginning_of_a_use_and_no_session(pc: Pc) -> None:
    """The volume of the state folder is mounted 90 s after the visitor has logged on."""
    pc.source.open.clear()
    pc.clock.reboot(60)
    pc.service = pc.new_service()
    pc.clock.pass_time(30)
    pc.source.open["early"] = OpenSession("early", locked=False, foreground=True)
    pc.clock.pass_time(90)
    pc.service.start()
    pc.run_for(600)
    pc.play(LOG_OFF, "early")
    pc.call()
    assert pc.collector.sessions() == 1
    seconds = sum(
        rule["seconds_in_use"]
        for (kind, _, _), record in pc.collector.records.items()
        if kind == "slot"
        for rule in record["idle_rules"]
        if rule["minutes"] == 10
    )
    assert seconds == 600


def test_two_pcs_from_one_image_are_found(pc: Pc) -> None:
    pc.visit(600)
    pc.call()
    pc.shut_down()
    pc.freeze()
    other = Pc(pc.collector)
    other.image = pc.image
    other._random = iter(range(100_000, 200_000))
    both: list[Callable[[], None]] = []
    for one in (pc, other):
        one.boot()
        both.append(one.call)
    for _ in range(4):
        for call in both:
            call()
        pc.run_for(CONTACT_SECONDS)
        other.run_for(CONTACT_SECONDS)
    assert suspicion(pc.collector)[0] is Clone.RUNS
    assert json.loads(pc.disk.files["/state/identity.json"])["public_id"] == PUBLIC_ID
