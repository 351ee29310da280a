"""The reading groups of the wire format that tell a technician how a computer is, and the printers around it.

No serial number, no address, no name of a person, a document or a network. Null is "not readable", never zero. Every
field that may be null has null for its default, so that the sender leaves it out.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from agent.wire.bounds import Items, Text, Whole
from agent.wire.words import Bytes, Celsius, Count, Percent, Reason, Seconds, ShortName, Strict

Counter = Annotated[int, Whole(0, 2**53)]
Number = Annotated[int, Whole(1, 64)]
"""A part of the computer by its place in the list that the system gives; the same part may get another one."""
MilliwattHours = Annotated[int, Whole(0, 1_000_000)]
Detail = Annotated[str, Text(120)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk(Strict):
    """What one disk says of itself. The counters are those of the disk's whole life."""

    number: Number
    model: ShortName
    kind: Literal["hard_disk", "solid_state", "nvme", "other"]
    size_bytes: Bytes | None = None
    verdict: Literal["passed", "failed"] | None = None
    """The disk's own; null where it gave none."""
    not_readable: Literal["asleep", "not_opened", "no_smart"] | None = None
    """Why everything else is missing, if it is."""
    temperature_celsius: Celsius | None = None
    power_on_hours: Annotated[int, Whole(0, 10_000_000)] | None = None
    reallocated_sectors: Counter | None = None
    """Attribute 5; the grown defects of a SCSI disk."""
    uncorrectable_errors: Counter | None = None
    """Attribute 187; the uncorrected errors of reading and writing where a disk counts those."""
    command_timeouts: Counter | None = None
    """Attribute 188; the first of the three counters where the maker packs three into it."""
    reallocation_events: Counter | None = None
    """Attribute 196."""
    pending_sectors: Counter | None = None
    """Attribute 197."""
    offline_uncorrectable_sectors: Counter | None = None
    """Attribute 198."""
    cable_errors: Counter | None = None
    """Attribute 199."""
    critical_warning: Annotated[int, Whole(0, 255)] | None = None
    """The bits of NVMe's critical warning."""
    available_spare_percent: Annotated[int, Whole(0, 255)] | None = None
    available_spare_threshold_percent: Annotated[int, Whole(0, 255)] | None = None
    used_percent: Annotated[int, Whole(0, 255)] | None = None
    """Of the life that the maker planned; may pass 100."""
    media_errors: Counter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskHealth(Strict):
    """What the disks say."""

    source: Literal["smartctl", "windows"]
    read_at_seconds: Seconds
    disks: Annotated[tuple[Disk, ...], Items(0, 16)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperatures(Strict):
    """How hot the processor is."""

    processor_celsius: Celsius
    processor_maximum_celsius: Celsius | None = None
    """From which the sensor itself says that it is too hot; null where it names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan(Strict):
    """One fan."""

    number: Number
    turns_per_minute: Annotated[int, Whole(0, 100_000)]
    """To the nearest hundred; a fan that turns is never told as 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fans(Strict):
    """The fans."""

    fans: Annotated[tuple[Fan, ...], Items(0, 16)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneBattery(Strict):
    """One battery."""

    number: Number
    full_milliwatt_hours: MilliwattHours
    design_milliwatt_hours: MilliwattHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery(Strict):
    """The built-in batteries."""

    batteries: Annotated[tuple[OneBattery, ...], Items(0, 4)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryModules(Strict):
    """What memory is built in."""

    installed_bytes: Bytes
    slots: Annotated[int, Whole(0, 256)] | None = None
    """Places for modules, empty ones included; null where only the sum is known."""
    modules_bytes: Annotated[tuple[Bytes, ...], Items(0, 64)] = ()
    """The size of each module; none where only the sum is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Strict):
    kind: Literal["crash", "unclean"]
    """A failure of the system (blue screen, kernel panic), or the power button held or the power cut."""
    at_seconds: Seconds
    """When the system noticed it, at the latest at the start after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops(Strict):
    """The stops of the last 7 days that were not in order."""

    crashes: Count
    unclean: Count
    last: Annotated[tuple[Stop, ...], Items(0, 20)]
    """The latest ones, oldest first."""
    crashes_readable: bool = True
    """Whether this computer keeps a trace of a crash; if not, a crash is among the unclean stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates(Strict):
    """What waits to be installed."""

    pending: Count | None = None
    """Updates that wait to be installed, those of security included."""
    security: Count | None = None
    since_seconds: Seconds | None = None
    """Since when the one that waits longest is known to wait; null where none waits."""
    searched_at_seconds: Seconds | None = None
    """When the system asked for updates last, so how old these figures are."""
    installed_at_seconds: Seconds | None = None
    """When an update was installed last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection(Strict):
    """Antivirus and firewall."""

    antivirus_on: bool | None = None
    """Null where no antivirus is known to the system."""
    signatures_at_seconds: Seconds | None = None
    """Of when its signatures are."""
    firewall_on: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskEncryption(Strict):
    """Whether a thief can read the disk."""

    system_volume: Literal["on", "off", "changing", "suspended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware(Strict):
    """Which computer it is, without its serial number."""

    maker: ShortName
    model: ShortName
    bios_version: ShortName
    bios_date: Annotated[str, Text(10, r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    """Such as "2023-11-30"; empty where the firmware does not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactHour(Strict):
    """The contacts of one hour."""

    hour: Annotated[int, Whole(0, 1_139_568)]
    """Seconds since 1970 divided by 3600."""
    tried: Count
    failed: Count
    without_gateway: Count
    """Those of the failed during which not even the site's own router answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachability(Strict):
    """What of the network could be reached."""

    gateway_reachable: bool | None = None
    """Whether the site's own router answers now; null where nobody can tell."""
    hours: Annotated[tuple[ContactHour, ...], Items(0, 48)]
    """The hours of the last two days that are over and in which a contact was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReaders(Strict):
    """Readers for identity cards."""

    count: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Screens(Strict):
    """Screens that are connected."""

    count: Count


PrinterError = Literal[
    "no_paper",
    "low_paper",
    "no_toner",
    "low_toner",
    "door_open",
    "jammed",
    "offline",
    "service_requested",
    "input_tray_missing",
    "output_tray_missing",
    "supply_missing",
    "output_near_full",
    "output_full",
    "input_tray_empty",
    "overdue_maintenance",
    "other",
]
"""Those of hrPrinterDetectedErrorState (RFC 3805), in the words of this format, and one for any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterQueue(Strict):
    """A print queue, without its name."""

    number: Number
    state: Literal["idle", "printing", "stopped", "offline"]
    jobs: Count
    """How many documents wait; nothing about them."""
    errors: Annotated[tuple[PrinterError, ...], Items(0, 16)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterQueues(Strict):
    """The print queues of this computer."""

    queues: Annotated[tuple[PrinterQueue, ...], Items(0, 16)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply(Strict):
    """Something that a printer uses up."""

    kind: Literal["toner", "ink", "drum", "waste", "fuser", "other"]
    colour: Annotated[str, Text(32)]
    """In the printer's own word, such as "cyan"; empty where it has none."""
    level_percent: Percent | None = None
    """Of what it can hold; of what it still can take where it is waste. Null where the printer tells no number."""
    level: Literal["number", "unlimited", "unknown", "some_left", "empty", "low"] = "number"
    """What the printer tells beside a number or in place of it; "low" and "empty" are its own judgement."""
    low_percent: Percent | None = None
    """The printer's own low mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer(Strict):
    """A printer of the site that a technician named in the settings of this station."""

    name: ShortName
    """As the technician wrote it."""
    protocol: Literal["ipp", "snmp"]
    asked_at_seconds: Seconds
    reached: bool
    reason: Reason = ""
    """Why it was not reached."""
    model: Detail = ""
    state: Literal["idle", "printing", "warming_up", "stopped", "unknown"] = "unknown"
    errors: Annotated[tuple[PrinterError, ...], Items(0, 16)] = ()
    pages: Counter | None = None
    """Printed in its life."""
    supplies: Annotated[tuple[Supply, ...], Items(0, 16)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Printers(Strict):
    """The printers that were asked."""

    printers: Annotated[tuple[Printer, ...], Items(0, 16)]


ProjectorState = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp(Strict):
    """One lamp."""

    hours: Annotated[int, Whole(0, 1_000_000)]
    lit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Projector(Strict):
    """A projector of the site that a technician named in the settings of this station (PJLink)."""

    name: ShortName
    asked_at_seconds: Seconds
    reached: bool
    reason: Reason = ""
    protocol_class: Literal[1, 2] | None = None
    model: Detail = ""
    power: Literal["off", "on", "cooling", "warming_up", "unknown"] = "unknown"
    fan: ProjectorState | None = None
    lamp: ProjectorState | None = None
    temperature: ProjectorState | None = None
    cover: ProjectorState | None = None
    filter: ProjectorState | None = None
    other: ProjectorState | None = None
    lamps: Annotated[tuple[Lamp, ...], Items(0, 8)] = ()
    lamp_life_hours: Annotated[int, Whole(1, 1_000_000)] | None = None
    """For how long a lamp of this model is rated, as the technician wrote it; null where that was left out."""
    filter_hours: Annotated[int, Whole(0, 1_000_000)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Projectors(Strict):
    """The projectors that were asked."""

    projectors: Annotated[tuple[Projector, ...], Items(0, 16)]
