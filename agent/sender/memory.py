"""What the sender knows from one contact to the next: small JSON files in the state folder.

identity.json   public id and secret of this station; only the service's account can read it
enrolling.json  the name of an enrolment whose answer has not come yet
sender.json     the last acknowledged envelope, the readings it brought, when to call again, what was said last
prepared.json   the next envelope, byte for byte, and the records that it carries
trust.json      a moment at which the collector told the time
"""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from agent.disk import Disk
from agent.errors import Unusable
from agent.spool import FOLDERS, HELD, PENDING, Spool

CREDENTIAL = re.compile(r"[0-9a-f]{16}\.[0-9a-f]{64}")
"""What a station shows to the collector: its public id and its secret."""
ENROLMENT_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Identity:
    """What the station exchanged its token for."""

    public_id: str
    secret: str
    server: str
    """The only one that may see the secret."""
    salt: str = ""
    hardware_key: str = ""
    """Of the PC to which the secret belongs; empty where none could be read yet, or it is doubtful."""

    @property
    def credential(self) -> str:
        return f"{self.public_id}.{self.secret}"


@dataclass(slots=True)
class Memory:
    """The contents of sender.json."""

    last_envelope_id: str | None = None
    receipt: str | None = None
    """What the collector gave when it acknowledged that one."""
    readings: dict[str, Any] = field(default_factory=dict)
    """Reading groups as they were acknowledged last."""
    remembered: dict[str, Any] = field(default_factory=dict)
    """What each probe chose to remember."""
    full_at_seconds: int = 0
    """When all reading groups were last sent together."""
    clock_skew_seconds: int | None = None
    failures: int = 0
    next_contact_seconds: int = 0
    last_attempt_seconds: int | None = None
    last_success_seconds: int | None = None
    last_sentence: str = ""
    waiting_for_approval: bool = False
    estranged: str = ""
    """Why the secret is not used here, in words for people; empty where it is."""
    forgotten: bool = False
    """Whether the collector has lost what it knew of this station; see NotAdmitted."""
    repaired_run_id: str = ""
    """The run before which a gap was repaired last."""
    repaired_from_seconds: int | None = None
    repaired_until_seconds: int | None = None
    """When that gap was, in seconds since 1970."""
    refused_by_version: str = ""
    """Version of the collector that refused what lies in refused/."""
    contact_hours: list[Any] = field(default_factory=list)
    """Contacts tried and failed in each hour of the last two days (agent/sender/hours.py)."""
    equipment_at_seconds: int = 0
    """When printers and projectors were asked last."""
    readings_refused: str = ""
    """Why the collector refused the readings of the last envelope that carried some."""


@dataclass(slots=True)
class Prepared:
    """An envelope that is ready to go, and what becomes of it once it is acknowledged."""

    envelope_id: str
    previous_envelope_id: str | None
    composed_at_seconds: int
    body: str
    names: list[str]
    readings: dict[str, Any]
    remembered: dict[str, Any]
    full: bool


class Store:
    """Reads and writes these files."""

    def __init__(self, folder: str, disk: Disk) -> None:
        """Use the agent's state folder."""
        self.folder = folder
        self.disk = disk
        self.spool = Spool(f"{folder}/spool", disk, temporary="tmp-send")

    def identity(self) -> Identity | None:
        """Who this station is; None before it enrolled. Raises Unusable if the file is damaged."""
        try:
            identity = Identity(**json.loads(self.disk.read(f"{self.folder}/identity.json")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            identity = None
        if identity is None or not CREDENTIAL.fullmatch(identity.credential):
            raise Unusable(
                f"{self.folder}/identity.json is damaged; remove it and enrol this station again with a token"
            )
        return identity

    def keep_identity(self, identity: Identity) -> None:
        self._write("identity.json", asdict(identity))

    def forget_identity(self) -> None:
        self.disk.remove(f"{self.folder}/identity.json")

    def enrolment_id(self, random: Callable[[int], bytes]) -> str:
        """The name of the enrolment that is under way, the same until `forget_enrolment`."""
        try:
            kept = json.loads(self.disk.read(f"{self.folder}/enrolling.json"))["enrolment_id"]
        except (OSError, ValueError, KeyError, TypeError):
            kept = None
        if not isinstance(kept, str) or not ENROLMENT_ID.fullmatch(kept):
            kept = random(16).hex()
            self._write("enrolling.json", {"enrolment_id": kept})
        return kept

    def forget_enrolment(self) -> None:
        self.disk.remove(f"{self.folder}/enrolling.json")

    def drop_foreign_records(self) -> None:
        """Drop what other boots counted, and say how much was lost: it belongs to the PC that the disk came from."""
        ours = set(self.run().get("claims", {}))
        lost = 0
        for folder in FOLDERS:
            for entry in self.spool.all_entries(folder):
                if entry.run_id not in ours:
                    self.disk.remove(self.spool.path(folder, entry.name))
                    lost += folder in (PENDING, HELD)
        if lost:
            self.spool.write(f"{self.spool.folder}/dropped", str(self.spool.dropped() + lost).encode())

    def memory(self) -> Memory:
        """What is remembered; a damaged file is as good as none, since all of it can be learnt again."""
        try:
            return Memory(**json.loads(self.disk.read(f"{self.folder}/sender.json")))
        except (OSError, ValueError, TypeError):
            return Memory()

    def keep_memory(self, memory: Memory) -> None:
        self._write("sender.json", asdict(memory))

    def prepared(self) -> Prepared | None:
        try:
            return Prepared(**json.loads(self.disk.read(f"{self.folder}/prepared.json")))
        except (OSError, ValueError, TypeError):
            return None

    def keep_prepared(self, prepared: Prepared) -> None:
        self._write("prepared.json", asdict(prepared))

    def forget_prepared(self) -> None:
        self.disk.remove(f"{self.folder}/prepared.json")

    def keep_trust(self, boot_id: str, elapsed_seconds: float, time_seconds: int) -> None:
        """Note that the collector said `time_seconds` when the clock since boot said `elapsed_seconds`."""
        self._write(
            "trust.json", {"boot_id": boot_id, "elapsed_seconds": int(elapsed_seconds), "time_seconds": time_seconds}
        )

    def run(self) -> dict[str, Any]:
        """The service's last checkpoint; empty where there is none."""
        try:
            saved = json.loads(self.disk.read(f"{self.folder}/run.json"))
        except (OSError, ValueError):
            return {}
        return saved if isinstance(saved, dict) else {}

    def _write(self, name: str, content: dict[str, Any]) -> None:
        self.spool.write(f"{self.folder}/{name}", json.dumps(content).encode())
