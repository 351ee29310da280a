"""How the slots of one station get to the collector: the agent's real spool and sender logic, on a disk in memory.

No probe is asked, since the hardware of the computer that replays is none of the log's; nor does the service's loop
run, which would wake every 30 seconds of years.
"""

import json
from collections.abc import Iterable
from random import Random
from typing import Any

from agent.sender.compose import choose
from agent.sender.enrolment import enrol_anew
from agent.sender.exchange import Outside, acknowledge, prepare
from agent.sender.memory import Store
from agent.sender.outcome import Answered
from agent.sender.upload import Line
from agent.spool import PENDING

FOLDER = "/state"
TIDY_SECONDS = 7 * 86_400


class DeliveryError(Exception):
    """The collector did not take what a station sent; the text is one sentence."""


class MemoryDisk:
    """Files in memory, by folder; it loses nothing, since here the counting is on trial and not the disk."""

    def __init__(self) -> None:
        self._folders: dict[str, dict[str, bytes]] = {}

    def _at(self, path: str) -> tuple[dict[str, bytes], str]:
        folder, _, name = path.rpartition("/")
        return self._folders.setdefault(folder, {}), name

    def read(self, path: str) -> bytes:
        files, name = self._at(path)
        if name not in files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return files[name]

    def write(self, path: str, data: bytes) -> None:
        files, name = self._at(path)
        files[name] = data

    def replace(self, source: str, target: str) -> None:
        data = self.read(source)
        self.remove(source)
        self.write(target, data)

    def remove(self, path: str) -> None:
        files, name = self._at(path)
        files.pop(name, None)

    def remove_all(self, folder: str, names: Iterable[str]) -> None:
        for name in names:
            self.remove(f"{folder}/{name}")

    def names(self, folder: str) -> list[str]:
        return sorted(self._folders.get(folder, ()))

    def size(self, path: str) -> int:
        files, name = self._at(path)
        return len(files.get(name, b""))

    def make_folder(self, path: str) -> None:
        self._folders.setdefault(path, {})


class ReplayClock:
    """True at any moment, and since 1970."""

    def __init__(self) -> None:
        self.now = 0

    def elapsed(self) -> float:
        return float(self.now)

    awake = wall = elapsed

    def synchronised(self) -> bool:
        return True

    def boot_id(self) -> str:
        return "replay"


class Delivery:
    """The spool and the sender of one station."""

    def __init__(self, line: Line, clock: ReplayClock, random: Random, token: str, tag: str) -> None:
        """Enrol with `token`; `clock` is the one that the collector has too."""
        disk = MemoryDisk()
        self._clock = clock
        self._line = line
        self._outside = Outside(clock=clock, disk=disk, random=random.randbytes, open_line=self._no_other_line)
        self._store = Store(FOLDER, disk)
        self._store.spool.prepare()
        self._memory = self._store.memory()
        outcome = enrol_anew(self._store, self._memory, line, token, tag, None, random.randbytes)
        identity = self._store.identity()
        if identity is None:
            raise DeliveryError(f"the collector refused to enrol {tag}: {outcome}")
        self._credential = identity.credential
        self._tidy_due = 0
        disk.write(f"{FOLDER}/run.json", json.dumps({"trusted": True}).encode())
        self.envelopes = 0

    def put(self, kind: str, record: dict[str, Any]) -> None:
        self._store.spool.put(PENDING, kind, record)

    def send(self, now: int) -> None:
        """One contact: all that waits, in as many envelopes as it takes. Raises DeliveryError."""
        self._clock.now = now
        while chosen := choose(self._store):
            prepared = prepare(self._store, self._memory, self._outside, chosen, readings=None)
            outcome = self._line.post("/api/v1/envelopes", prepared.body.encode(), self._credential)
            if not isinstance(outcome, Answered):
                raise DeliveryError(f"the collector did not take an envelope: {outcome}")
            acknowledge(self._store, self._memory, prepared, outcome, self._outside)
            self.envelopes += 1
        if now >= self._tidy_due:
            self._store.spool.drop_old(now)
            self._tidy_due = now + TIDY_SECONDS

    @staticmethod
    def _no_other_line() -> Line:
        raise AssertionError("a contact is given its line")
