"""One computer: the real service, spool and sender on simulated clocks, sessions and disk, and how they die."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from agent.boot_copy import FileCopy, copy_path
from agent.config import Config
from agent.disk import RealDisk
from agent.errors import AgentError
from agent.outside import Outside
from agent.sender.contact import contact
from agent.sender.enrolment import with_hardware
from agent.sender.exchange import Outside as SenderOutside
from agent.sender.hardware import Hardware
from agent.sender.memory import Identity, Store
from agent.service import Service
from agent.sessions import Mode
from tests.simulation.collector import public_id, secret
from tests.simulation.disk import NEVER, KilledError, Shelf, SimulatedDisk
from tests.simulation.machine import Clocks, Presence, Sessions
from tests.simulation.moment import Time, even
from tests.simulation.network import SimulatedLine, SimulatedNetwork
from tests.simulation.probes import PROBES
from tests.simulation.truth import Boot, LogOn, View

CHECKPOINT_SECONDS = 30
"""What design.md promises: a crash loses at most so much."""
SERVER = "http://127.0.0.1"
SALT = "5a" * 32
KILL, POWER = "process killed", "power cut"


class Process:
    """The service or the sender; a dead one is stopped at its next step."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.dead = False


class Computer:
    """What runs on a public PC, and what is true about it."""

    boot_folder = ""
    """A folder that the system clears at boot; few stations have one here, because it costs time."""
    between = 0.01
    """How often the service has its turn between two steps of the sender."""
    strike: tuple[str, int] | None = None
    """What happens in the next call of the service or the next contact, and at which step."""
    excused_from: int | None = None
    """Since when nothing could be written: the disk is full."""
    frozen = False
    """Whether the disk forgets at every start what happened since the station was enrolled."""
    daemon = False
    """Whether a daemon sets the clock, some time after each start."""
    unsettled = False
    """Whether what is written now lies in a folder that will be hidden, or was until a moment ago."""
    hardware: Hardware | None = None
    """What tells this computer from others, where anything does."""
    image: Shelf | None = None
    """What the disk is at every start, once it is frozen."""

    def __init__(
        self,
        number: int,
        disk: SimulatedDisk,
        network: SimulatedNetwork,
        time: Time,
        random: Random,
        mode: Mode,
        who: str = "",
    ) -> None:
        """Station `number`; two computers of one number need names of their own."""
        self.number = number
        self.who = who or f"pc{number}"
        self.disk = disk
        self.network = network
        self.time = time
        self.random = random
        self.mode: Mode = mode
        self.folder = f"{self.who}/state"
        self.clocks = Clocks(time)
        self.sessions = Sessions()
        self.presence = Presence()
        self.boots: list[Boot] = []
        self.violations: list[str] = []
        self.faults: Counter[str] = Counter()
        self.on = self.asleep = False
        self.halting = False
        """Whether it was told to shut down: no system starts a service any more."""
        self.service: Service | None = None
        self.log_ons: dict[str, LogOn] = {}
        self.lossy: set[str] = set()
        """Runs of which the disk has forgotten a part."""
        self.hidden: list[Boot] = []
        """Boots without the state folder until their end, before anybody could know that it may come late."""
        self.state_images: list[Shelf] = []
        """What the state folder can be put back to."""
        self.before_start: Callable[[], None] = lambda: None
        """What happens to the disks at each start, before the service runs."""
        self._acting: Process | None = None
        self._service = self._sender = Process("none")
        self._called = 0
        self._slept_from = 0
        self._view: View | None = None
        self._senders: set[int] = set()
        self._sender_number = 0
        self._armed = ""
        self._strike: int | None = None
        self._turn: int | None = None
        self._quiet = NEVER
        disk.alarm = self._alarm
        disk.make_folder(self.who)
        disk.make_folder(self.folder)

    def enrol(self) -> None:
        """The installer has been here."""
        store = Store(self.folder, RealDisk())
        store.spool.prepare()
        identity = Identity(public_id(self.number), secret(self.number), SERVER, SALT)
        store.keep_identity(with_hardware(identity, self.hardware))
        self.state_images = [self.disk.copy(self.folder)]

    # --- processes ----------------------------------------------------------------------------------------------

    def _run(self, process: Process, do: Callable[[], object]) -> None:
        """Let a process do something; it may be killed in the middle of it."""
        before, self._acting = self._acting, process
        passed = self._quiet - self.disk.quiet
        held = [None if steps is None else steps - passed for steps in (self._strike, self._turn)]
        if before is not None:
            self._expect(None)
        try:
            do()
        except KilledError:
            pass
        finally:
            self._acting = before
            self._expect(*(held if before is not None else (None,)))

    def _expect(self, strike: int | None, turn: int | None = None) -> None:
        """After so many steps of the disk a process is struck, after so many the service has its turn."""
        self._strike, self._turn = strike, turn
        self.disk.quiet = self._quiet = min(NEVER if strike is None else strike, NEVER if turn is None else turn)

    def _until_turn(self) -> int:
        """How many steps the sender does before the service has its turn."""
        return int(self.random.expovariate(self.between))

    def _alarm(self) -> None:
        """One of the two has come."""
        passed = self._quiet + 1
        strike = None if self._strike is None else self._strike - passed
        turn = None if self._turn is None else self._turn - passed
        acting = self._acting
        assert acting is not None
        if turn is not None and turn < 0:
            turn = self._until_turn()
            if self.service is not None:
                self._expect(strike, turn)
                self.wake()
                self.still_alive(acting)
        self._expect(strike, turn)
        if strike is not None and strike < 0:
            self._expect(None, turn)
            self.die(self._armed)
            raise KilledError

    def still_alive(self, process: Process) -> None:
        if process.dead:
            raise KilledError

    def _arm(self, turn: int | None = None) -> None:
        strike = None
        if self.strike is not None:
            (self._armed, strike), self.strike = self.strike, None
        self._expect(strike, turn)

    def die(self, kind: str) -> None:
        """A process is killed, or the power goes, right now."""
        if not self.on:
            return
        self.faults[kind] += 1
        acting = self._acting
        if acting is None or acting.kind != "service":
            self._catch_up(0)
        self.time.tell(self.who, kind)
        if kind == POWER:
            self.cut_power()
        elif acting is not None and acting.kind == "sender":
            acting.dead = True
        else:
            self._end_service()

    def _catch_up(self, least: int) -> None:
        """The checkpoint that the service has written not long ago, and that was left out so far."""
        if self.service is None or self.asleep:
            return
        now = self.time.now
        self.time.now = max(self._called, now - self.random.randrange(least, CHECKPOINT_SECONDS + 1, 2))
        self._called = self.time.now
        self._run(self._service, self.service.wake)
        if self.service is not None:
            self._run(self._service, self.service.checkpoint)
        self.time.now = now

    def catch_up_before_a_strike(self) -> None:
        """The checkpoint was written before that happened of which the next one knows."""
        if self.strike is not None and not self.sessions.events and not self.presence.told:
            self._catch_up(2)

    # --- the service --------------------------------------------------------------------------------------------

    def start_service(self) -> None:
        if not self.on or self.asleep or self.halting or self.service is not None:
            return
        self._service = Process("service")
        self.service = Service(self.folder, 1800, self._outside(), self.mode)
        self._view = View(self.service.run_id, self.time.now)
        self.presence.told = []
        self._called = self.time.now
        self._arm()
        try:
            self._run(self._service, self.service.start)
        except OSError:
            self._end_service()
            self.time.after(60, self.start_service)
        if self.service is not None:
            self.time.tell(self.who, f"run {self.service.run_id}")
            self._beat(self._service)

    def _outside(self) -> Outside:
        return Outside(
            clock=self.clocks,
            disk=RealDisk(),
            open_source=self.sessions.opened,
            start_sender=self._start_sender,
            open_presence=lambda _: self.presence,
            reap=lambda number: None if number in self._senders else 0,
            random=self.random.randbytes,
            say=lambda _: None,
            boot_copy=FileCopy(self.boot_folder, self.folder, RealDisk()) if self.boot_folder else None,
        )

    def _beat(self, process: Process) -> None:
        """Wakes the service now and then; between two beats nothing happens that a checkpoint would have to know."""

        def beat() -> None:
            if not process.dead:
                self.wake()
                self._beat(process)

        quiet = not self.log_ons and self.time.now % 86_400 > 20 * 3600
        pause = self.random.randrange(12_000, 30_000) if quiet else self.random.randrange(3600, 16_000)
        self.time.at(even(self.time.now + pause), beat)

    def wake(self) -> None:
        """Events have arrived, or something is due."""
        if self.service is None or self.asleep:
            return
        if self._acting is None:
            self.catch_up_before_a_strike()
            self._arm()
        self._called = self.time.now
        if self.service is not None:
            self._run(self._service, self.service.wake)

    def _end_service(self) -> None:
        """The service is no more: until its last checkpoint it saw everything, and nothing since then."""
        self._service.dead = True
        self.service = None
        view, self._view = self._view, None
        if view is None:
            return
        saved = self._saved()
        known = self.clocks.booted_at + saved["elapsed_seconds"] if saved.get("run_id") == view.run_id else view.start
        if saved.get("run_id") == view.run_id:
            view.end = known
            self.boots[-1].views.append(view)
        if self.unsettled:
            self.lossy.add(view.run_id)
        until = self._slept_from if self.asleep else self.time.now
        if self.excused_from is not None:
            until = min(until, self.excused_from)
        view.ended = until
        self._check_loss(view, known)

    def _check_loss(self, view: View, known: int) -> None:
        if view.ended - known > CHECKPOINT_SECONDS and view.run_id not in self.lossy:
            self.violations.append(f"{self.who}: a crash at {view.ended} lost {view.ended - known} s")

    def _saved(self) -> dict[str, Any]:
        """The checkpoint that the next run will find: that on the disk, or a newer copy of it."""
        saved = self._parsed(f"{self.folder}/run.json")
        copy = self._parsed(copy_path(self.boot_folder, self.folder)) if self.boot_folder else {}
        same_boot = saved.get("boot_id") == copy.get("boot_id")
        return copy if copy and not (same_boot and saved["elapsed_seconds"] >= copy["elapsed_seconds"]) else saved

    def _parsed(self, path: str) -> dict[str, Any]:
        try:
            saved: dict[str, Any] = json.loads(self.disk.peek(path) or b"{}")
        except ValueError:
            return {}
        return saved

    # --- the sender ---------------------------------------------------------------------------------------------

    def _start_sender(self) -> int:
        self._sender_number += 1
        number = self._sender_number
        self._senders.add(number)
        boot = len(self.boots)
        self.time.at(even(self.time.now + 3), lambda: self._contact(number, boot))
        return number

    def _contact(self, number: int, boot: int) -> None:
        """One life of the sender; a second one beside it would find the lock taken."""
        self._senders.discard(number)
        if not self.on or self.asleep or boot != len(self.boots) or self._sender.kind == "sender":
            return
        self._senders.add(number)
        process = self._sender = Process("sender")
        outside = SenderOutside(
            clock=self.clocks,
            disk=RealDisk(),
            random=self.random.randbytes,
            open_line=lambda: SimulatedLine(
                self.network, self.who, self.clocks.elapsed, lambda: self.still_alive(process)
            ),
            hardware=lambda: self.hardware,
            probes=PROBES,
        )
        self._arm(self._until_turn())
        try:
            self._run(process, lambda: contact(_config(self.folder), outside))
        except (OSError, AgentError) as error:
            self.time.tell(self.who, f"sender: {type(error).__name__}")
        self._senders.discard(number)
        if self._sender is process:
            self._sender = Process("none")
            self.time.after(2, self.wake)

    # --- power --------------------------------------------------------------------------------------------------

    def cut_power(self) -> None:
        """The plug is pulled."""
        self.disk.lose_power(self.random)
        self._power_off()

    def _power_off(self) -> None:
        if self.boot_folder:
            self.disk.lift(self.boot_folder)
        if self.service is None:
            self._forget_what_no_boot_finds()
        self._end_service()
        self._sender.dead = True
        self._sender = Process("none")
        self._senders.clear()
        self.on = self.asleep = self.halting = False
        self.boots[-1].ended = self.time.now
        for log_on in self.log_ons.values():
            log_on.ended = self.time.now
        self.log_ons.clear()
        self.sessions.open.clear()
        self.sessions.events.clear()
        self.time.tell(self.who, "power off")

    def _forget_what_no_boot_finds(self) -> None:
        """The last checkpoint of a service that ended before may not have been flushed, or stand only in the copy.

        A service that is killed between the copy and `run.json` has lost what it knew since the checkpoint before, if
        the computer is switched off before another one has read the copy: a crash, and so at most 30 seconds.
        """
        views = self.boots[-1].views
        if not views or views[-1].run_id in self.lossy:
            return
        view, saved = views[-1], self._saved()
        if saved.get("run_id") != view.run_id:
            views.pop()  # its first checkpoint was in the copy, and nothing of it anywhere else
            return
        view.end = min(view.end, self.clocks.booted_at + saved["elapsed_seconds"])
        self._check_loss(view, view.end)


def _config(folder: str) -> Config:
    return Config(
        values={}, server=SERVER, tag="PC-1", token_file="", state_folder=Path(folder), ca_file="", proxy="",
        remote_sessions=False, staff=(), counting="auto", contact_seconds=1800,
    )  # fmt: skip
