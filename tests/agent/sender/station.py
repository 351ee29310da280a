"""A station on the stage: its clock and disk are played, its line to the collector is real."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from agent.config import Config
from agent.sender.contact import contact
from agent.sender.exchange import Outside
from agent.sender.hardware import Hardware
from agent.sender.memory import Identity, Memory, Store
from agent.sender.upload import Line
from agent.spool import PENDING, Spool
from agent.wire import v1
from tests.agent.sender.fake_collector import PUBLIC_ID, SECRET
from tests.agent.stage import MONDAY, StageClock, StageDisk

SLOT = MONDAY // 900
RUN = "aa" * 8

FULL_READINGS = v1.Readings(
    uptime=v1.Uptime(booted_at_seconds=MONDAY - 600),
    processor=v1.Processor(logical_processors=4, busy_percent=None),
    memory=v1.Memory(total_bytes=8_000, available_bytes=4_000),
    volumes=v1.Volumes(fixed=(v1.Volume(label="/", file_system="ext4", total_bytes=9, free_bytes=3),)),
    operating_system=v1.OperatingSystem(name="Debian", version="12", kernel="6.1", architecture="x86_64"),
    pending_reboot=v1.PendingReboot(required=False, since_seconds=None),
    agent=v1.AgentItself(
        version="0.1.0", sessions_readable=True, session_source="logind", spool_records=1, spool_bytes=400,
        records_dropped=0, records_set_aside=0, clock_skew_seconds=None,
    ),
    not_readable=(v1.NotReadable(probe="network_link", outcome="no_data", reason="no link"),),
)  # fmt: skip


def slot_record(slot: int, revision: int = 1, starts: int = 1, run_id: str = RUN) -> dict[str, Any]:
    return {
        "run_id": run_id, "slot": slot, "revision": revision, "seconds_observed": 900, "seconds_on": 900,
        "method": "log_on", "presence_readable": False,
        "idle_rules": [
            {"minutes": minutes, "starts": starts, "seconds_in_use": 300, "lengths": [0, 0, starts, 0, 0, 0, 0]}
            for minutes in (3, 5, 10, 15)
        ],
    }  # fmt: skip


def run_record(revision: int = 1) -> dict[str, Any]:
    return {
        "run_id": RUN, "previous_run_id": None, "revision": revision, "start_reason": "boot", "clock": "trusted",
        "started_at_seconds": MONDAY, "last_seen_at_seconds": MONDAY + 60, "stopped_at_seconds": None,
        "stop_reason": None, "sleeps": [{"from_seconds": MONDAY + 1, "to_seconds": MONDAY + 30}],
    }  # fmt: skip


def undated_record() -> dict[str, Any]:
    record = slot_record(0)
    return {name: value for name, value in record.items() if name not in ("slot", "seconds_on")}


def config_for(server: str, **settings: Any) -> Config:
    given: dict[str, Any] = {
        "values": {}, "server": server, "tag": "PC-1", "token_file": "", "state_folder": Path("/state"), "ca_file": "",
        "proxy": "", "remote_sessions": False, "staff": (), "counting": "auto", "contact_seconds": 1800,
    }  # fmt: skip
    return Config(**{**given, **settings})


class Station:
    """Enrolled from the start; `contact` is one life of the sender."""

    def __init__(self, server: str, *, enrolled: bool = True) -> None:
        self.clock = StageClock()
        self.disk = StageDisk()
        self.config = config_for(server)
        self.readings = FULL_READINGS
        self._random = iter(range(1, 100_000))
        self.jitter = 0
        self.hardware: Hardware | None = None
        self.gateway: bool | None = None
        self.store = Store("/state", self.disk)
        self.spool = Spool("/state/spool", self.disk)
        self.disk.files["/state/run.json"] = json.dumps({"run_id": RUN, "trusted": True}).encode()
        if enrolled:
            self.store.keep_identity(Identity(PUBLIC_ID, SECRET, server))

    def outside(self) -> Outside:
        return Outside(self.clock, self.disk, self.random, self.open_line, lambda: self.hardware, lambda: self.gateway)

    def random(self, size: int) -> bytes:
        return (self.jitter if size == 4 else next(self._random)).to_bytes(size, "big")

    def open_line(self) -> Line:
        return Line(
            self.config.server, ca_file=self.config.ca_file, proxy=self.config.proxy, elapsed=self.clock.elapsed
        )

    def contact(self, after: float = 0) -> tuple[bool, str]:
        self.clock.pass_time(after)
        return contact(self.config, self.outside())

    def set(self, **settings: Any) -> None:
        self.config = replace(self.config, **settings)

    def put(self, *slots: int, revision: int = 1) -> None:
        for slot in slots:
            self.spool.put(PENDING, "slot", slot_record(slot, revision))

    def slots(self, folder: str = PENDING) -> list[int]:
        return [entry.slot for entry in self.spool.entries(folder) if entry.kind == "slot"]

    @property
    def memory(self) -> Memory:
        return self.store.memory()

    def remember(self, **values: Any) -> None:
        self.store.keep_memory(Memory(**{**asdict(self.memory), **values}))
