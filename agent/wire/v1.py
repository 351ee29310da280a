"""The wire format, version 1: what an agent says and what the collector answers.

Whole words, units in names, whole numbers only. Times are seconds since 1970-01-01 UTC; a slot is such a time
divided by 900. Every field has a row in the table "what is measured" of agent/README.md, and a test keeps it so.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from agent.wire.bounds import Items, Text, Whole
from agent.wire.figures import SLOT_SECONDS
from agent.wire.health import (
    Battery,
    CardReaders,
    DiskEncryption,
    DiskHealth,
    Fans,
    Firmware,
    MemoryModules,
    PrinterQueues,
    Printers,
    Projectors,
    Protection,
    Reachability,
    Screens,
    Stops,
    Temperatures,
    Updates,
)
from agent.wire.words import Bytes, Count, Name, Reason, Seconds, Strict

Identifier = Annotated[str, Text(32, r"^[0-9a-f]{32}$")]
RunIdentifier = Annotated[str, Text(16, r"^[0-9a-f]{16}$")]
Receipt = Annotated[str, Text(16, r"^[0-9a-f]{16}$")]
PublicIdentifier = Annotated[str, Text(16, r"^[0-9a-f]{16}$")]
Secret = Annotated[str, Text(64, r"^[0-9a-f]{64}$")]
Slot = Annotated[int, Whole(0, 4_558_272)]
Revision = Annotated[int, Whole(1, 1_000_000)]
SecondsOfSlot = Annotated[int, Whole(0, SLOT_SECONDS)]
Version = Annotated[str, Text(32, r"^[0-9A-Za-z.+_-]*$")]
Tag = Annotated[str, Text(64, r"^[0-9A-Za-z][0-9A-Za-z._ -]*$")]
Token = Annotated[str, Text(128, r"^dps1-[0-9a-f]{16}-[0-9a-f]{64}$")]
Salt = Annotated[str, Text(64, r"^[0-9a-f]{64}$")]
HardwareKey = Annotated[str, Text(64, r"^[0-9a-f]{64}$")]
"""HMAC-SHA256 of a key of the PC under the salt of its site; the serial numbers behind it never leave the PC."""

ProbeName = Literal[
    "uptime",
    "processor",
    "memory",
    "volumes",
    "operating_system",
    "pending_reboot",
    "network_link",
    "agent",
    "disk_health",
    "temperatures",
    "fans",
    "battery",
    "memory_modules",
    "stops",
    "updates",
    "protection",
    "disk_encryption",
    "firmware",
    "reachability",
    "card_readers",
    "screens",
    "printer_queues",
    "printers",
    "projectors",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleRule(Strict):
    """The counts of one slot under one idle rule."""

    minutes: Literal[3, 5, 10, 15]
    starts: Count
    seconds_in_use: SecondsOfSlot
    lengths: Annotated[tuple[Count, ...], Items(7, 7)]
    """Ended sessions that started in this slot, by band of LENGTH_BANDS_MINUTES; the others have no known length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRecord(Strict):
    """What one run knows about one quarter-hour: absolute values, never increments."""

    run_id: RunIdentifier
    slot: Slot
    revision: Revision
    seconds_observed: SecondsOfSlot
    seconds_on: SecondsOfSlot
    method: Literal["log_on", "activity", "not_readable"]
    presence_readable: bool
    idle_rules: Annotated[tuple[IdleRule, ...], Items(0, 4)]
    """All four rules in the order of IDLE_RULES_MINUTES, or none where sessions are not readable."""
    capped: bool = False
    """Whether a session that started here was in use for more than 12 hours, of which 12 count, under any rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndatedRule(Strict):
    """The counts of one run under one idle rule, without a place in time."""

    minutes: Literal[3, 5, 10, 15]
    starts: Count
    seconds_in_use: Annotated[int, Whole(0, 100_000_000)]
    lengths: Annotated[tuple[Count, ...], Items(7, 7)]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndatedRecord(Strict):
    """What one run counted while nobody could say what time it was."""

    run_id: RunIdentifier
    revision: Revision
    seconds_observed: Annotated[int, Whole(0, 100_000_000)]
    method: Literal["log_on", "activity", "not_readable"]
    presence_readable: bool
    idle_rules: Annotated[tuple[UndatedRule, ...], Items(0, 4)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleep(Strict):
    """A stretch in which the run lived on while the PC was suspended or hibernated."""

    from_seconds: Seconds
    to_seconds: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord(Strict):
    """One life of the agent's service."""

    run_id: RunIdentifier
    previous_run_id: RunIdentifier | None
    revision: Revision
    start_reason: Literal["boot", "restart", "system_log"]
    """With "system_log" the run was made from what the system had logged while the agent did not run."""
    clock: Literal["trusted", "bracketed", "untrusted"]
    started_at_seconds: Seconds
    last_seen_at_seconds: Seconds
    stopped_at_seconds: Seconds | None
    stop_reason: Literal["power_off", "service_stop"] | None
    sleeps: Annotated[tuple[Sleep, ...], Items(0, 100)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptime(Strict):
    """Since when the computer is on."""

    booted_at_seconds: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor(Strict):
    """How busy it is."""

    logical_processors: Annotated[int, Whole(1, 4096)]
    busy_percent: Annotated[int, Whole(0, 100)] | None
    """Average since the previous contact of the same boot; null at the first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory(Strict):
    """How much of it is free."""

    total_bytes: Bytes
    available_bytes: Bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume(Strict):
    """One of them."""

    label: Annotated[str, Text(32)]
    """A drive letter or a well-known mount point; never the name of a person's folder."""
    file_system: Annotated[str, Text(32)]
    total_bytes: Bytes
    free_bytes: Bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Volumes(Strict):
    """The built-in volumes."""

    fixed: Annotated[tuple[Volume, ...], Items(0, 26)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingSystem(Strict):
    """Which system runs."""

    name: Name
    version: Annotated[str, Text(64)]
    kernel: Annotated[str, Text(120)]
    architecture: Annotated[str, Text(32)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingReboot(Strict):
    """Whether an update waits for a restart."""

    required: bool
    since_seconds: Seconds | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkLink(Strict):
    """Over what kind of link."""

    kind: Literal["wired", "wireless", "other", "none"]
    speed_megabits: Annotated[int, Whole(0, 1_000_000)] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentItself(Strict):
    """What the agent knows of itself."""

    version: Version
    sessions_readable: bool
    session_source: Annotated[str, Text(32)]
    """"logind", "utmp" or why sessions cannot be read."""
    spool_records: Annotated[int, Whole(0, 10_000_000)]
    spool_bytes: Bytes
    records_dropped: Annotated[int, Whole(0, 1_000_000_000)]
    records_set_aside: Annotated[int, Whole(0, 1_000_000_000)]
    clock_skew_seconds: Annotated[int, Whole(-4_102_444_800, 4_102_444_800)] | None
    """This PC's clock minus the collector's at the previous contact; null before the first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReadable(Strict):
    """A probe that returned nothing: normal on this machine ("no_data") or failed."""

    probe: ProbeName
    outcome: Literal["no_data", "failed"]
    reason: Reason
    times_stopped: Count = 0
    """How often in a row the probe had to be stopped because it hung."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings(Strict):
    """The groups that changed since they were last acknowledged; null means unchanged, not unknown."""

    uptime: Uptime | None = None
    processor: Processor | None = None
    memory: Memory | None = None
    volumes: Volumes | None = None
    operating_system: OperatingSystem | None = None
    pending_reboot: PendingReboot | None = None
    network_link: NetworkLink | None = None
    agent: AgentItself | None = None
    disk_health: DiskHealth | None = None
    temperatures: Temperatures | None = None
    fans: Fans | None = None
    battery: Battery | None = None
    memory_modules: MemoryModules | None = None
    stops: Stops | None = None
    updates: Updates | None = None
    protection: Protection | None = None
    disk_encryption: DiskEncryption | None = None
    firmware: Firmware | None = None
    reachability: Reachability | None = None
    card_readers: CardReaders | None = None
    screens: Screens | None = None
    printer_queues: PrinterQueues | None = None
    printers: Printers | None = None
    projectors: Projectors | None = None
    not_readable: Annotated[tuple[NotReadable, ...], Items(0, 64)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope(Strict):
    """One message of a station."""

    schema: Literal[1]
    envelope_id: Identifier
    previous_envelope_id: Identifier | None
    """The last envelope that the collector acknowledged; null when the station knows of none."""
    previous_receipt: Receipt | None = None
    """What the collector gave with that acknowledgement."""
    current_run_id: RunIdentifier | None
    composed_at_seconds: Seconds
    clock_trusted: bool
    backlog: bool
    """Whether slots older than 14 days are in it on purpose, after a long time without a collector."""
    agent_version: Version
    runs: Annotated[tuple[RunRecord, ...], Items(0, 64)]
    slots: Annotated[tuple[SlotRecord, ...], Items(0, 400)]
    undated: Annotated[tuple[UndatedRecord, ...], Items(0, 64)]
    readings: Readings
    hardware_key: HardwareKey | None = None
    """Null where it cannot be read, or where the serial numbers behind it are blank or shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeAnswer(Strict):
    """All that a collector ever says to a station; nothing in it can make a PC do anything else."""

    schema: Literal[1]
    last_envelope_id: Identifier | None
    time_seconds: Seconds
    next_contact_seconds: Annotated[int, Whole(60, 86_400)]
    wanted: Annotated[tuple[ProbeName, ...], Items(0, 64)]
    """Reading groups that the collector does not hold and asks for in full."""
    enrol_again: bool
    waiting: bool
    """Whether somebody still has to approve the station; its envelopes are kept meanwhile."""
    receipt: Receipt | None
    """Random; made when this envelope was stored. Null while the station waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaltRequest(Strict):
    """Asks, before enrolling, how to salt the hardware key; takes no place of the token."""

    schema: Literal[1]
    token: Token


@dataclass(frozen=True, slots=True, kw_only=True)
class SaltAnswer(Strict):
    """The salts."""

    schema: Literal[1]
    salts: Annotated[tuple[Salt, ...], Items(1, 2)]
    """That of the token's site, then that of the Region, under which a PC may have enrolled before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRequest(Strict):
    """Asks to become a station."""

    schema: Literal[1]
    enrolment_id: Identifier
    """Random, the same when one enrolment is tried again because its answer was lost."""
    token: Token
    tag: Tag
    agent_version: Version
    system: Literal["linux", "windows", "other"]
    hardware_keys: Annotated[tuple[HardwareKey, ...], Items(0, 2)] = ()
    """One for each salt of the SaltAnswer; none where the PC has no key that can be read."""
    hardware_doubtful: bool = False
    """Whether the serial numbers behind the keys are blank, or the same on many PCs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentAnswer(Strict):
    """What the token was exchanged for."""

    schema: Literal[1]
    station_public_id: PublicIdentifier
    station_secret: Secret
    status: Literal["accepted", "waiting"]
    salt: Salt
    """With which the station salts its hardware key from now on."""
    time_seconds: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAnswer(Strict):
    """What time it is."""

    schema: Literal[1]
    time_seconds: Seconds
