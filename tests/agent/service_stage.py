"""One station on a stage, with the real service."""

from typing import Any, Literal

from agent.boot_copy import FileCopy
from agent.errors import SourceLost
from agent.machine.base import LOG_OFF, LOG_ON, Event, OpenSession
from agent.outside import Outside
from agent.service import Service
from agent.sessions import Mode
from agent.spool import PENDING, Spool
from tests.agent.stage import StageClock, StageDisk, StagePresence, StageSource


class Stage:
    """One station: its clock, disk and sessions outlive the runs of the service."""

    def __init__(self, counting: Mode | Literal["auto"] = "log_on", boot_folder: str = "") -> None:
        self.counting: Mode | Literal["auto"] = counting
        self.boot_folder = boot_folder
        self.clock = StageClock()
        self.disk = StageDisk()
        self.source = StageSource()
        self.presence = StagePresence()
        self.said: list[str] = []
        self.senders = 0
        self._random = iter(range(1, 10_000))
        self.service = self.new_service()

    def new_service(self) -> Service:
        def open_source() -> StageSource:
            if self.source.lost:
                raise SourceLost("not readable: no bus")
            return self.source

        def start_sender() -> int:
            self.senders += 1
            return self.senders

        return Service(
            "/state",
            1800,
            Outside(
                clock=self.clock,
                disk=self.disk,
                open_source=open_source,
                start_sender=start_sender,
                open_presence=lambda _: self.presence,
                reap=lambda _: 0,
                random=lambda size: next(self._random).to_bytes(size, "big"),
                say=self.said.append,
                boot_copy=FileCopy(self.boot_folder, "/state", self.disk) if self.boot_folder else None,
            ),
            self.counting,
        )

    def restart(self) -> None:
        self.disk.writes_left = None
        self.service = self.new_service()
        self.service.start()

    def reboot(self, after: float = 60.0) -> None:
        """The power goes and comes back; whoever was logged on is not any more, and folders in memory are empty."""
        self.clock.reboot(after)
        self.source.open.clear()
        self.source.events.clear()
        if self.boot_folder:
            self.disk.forget(self.boot_folder)
        self.restart()

    def play(self, kind: str, session: str = "a") -> None:
        if kind == LOG_ON:
            self.source.open[session] = OpenSession(session, locked=False, foreground=True)
        if kind == LOG_OFF:
            self.source.open.pop(session, None)
        self.source.events.append(Event(kind, session))
        self.service.wake()

    def run_for(self, seconds: int, step: int = 30) -> None:
        for _ in range(seconds // step):
            self.clock.pass_time(step)
            self.service.wake()

    def records(self, kind: str = "slot", folder: str = PENDING) -> list[dict[str, Any]]:
        spool = Spool("/state/spool", self.disk)
        found = (spool.read(folder, entry) for entry in spool.entries(folder) if entry.kind == kind)
        return [record for record in found if record is not None]

    def total(self, what: str, folder: str = PENDING) -> int:
        return sum(r["idle_rules"][2][what] for r in self.records(folder=folder) if r["idle_rules"])
