"""What the disks say of themselves, from the file that the elevated reader of disks leaves.

Asking a disk needs rights that the agent does not have. A small program of its own (`dps-agent disks`) asks them with
smartctl, or Windows where there is no smartctl, and writes what they answered, without serial numbers, into a folder
that only it can write: {"read_at_seconds": N, "source": "smartctl", "disks": [what `smartctl --json` says of one]}.

A disk fails when it says so itself. The exit status of smartctl is a set of bits (smartctl(8)): 2 means that the disk
was not opened or sleeps, 4 that one of several questions went unanswered, 64 that its log holds old errors; healthy
disks have all of them. Only 8 is the disk's own verdict, for the case that nothing else tells it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import printable, text_of
from agent.probes.volumes import is_removable
from agent.wire.health import Disk, DiskHealth

PLACE = "var/lib/dps-agent-disks/disks.json"
MOST_DISKS = 16
LARGEST_COUNTER = 2**53
LONGEST_MODEL = 64
LARGEST_BYTE = 255
HOTTEST_CELSIUS = 200
MOST_HOURS = 10_000_000

_NOT_OPENED, _FAILING = 2, 8
_ASLEEP = ("STANDBY", "SLEEP", "LOW-POWER", "LOW POWER")
_COMMAND_TIMEOUTS = 188
_ATTRIBUTES = {
    5: "reallocated_sectors",
    187: "uncorrectable_errors",
    _COMMAND_TIMEOUTS: "command_timeouts",
    196: "reallocation_events",
    197: "pending_sectors",
    198: "offline_uncorrectable_sectors",
    199: "cable_errors",
}


def read(surroundings: Surroundings) -> Outcome:
    text = text_of(surroundings.root, PLACE)
    if text is None:
        raise NoData("no answer of smartctl yet")
    return Outcome(health_of(text, surroundings.root))


def health_of(text: str, root: Path | None = None) -> DiskHealth:
    """From the reader's file; raises NoData or ValueError. A visitor's disk on USB is left out where that shows."""
    found = json.loads(text)
    if not isinstance(found, dict) or not isinstance(found.get("disks"), list):
        raise ValueError("not a file of the reader of disks")  # noqa: TRY004 - it is the file that is wrong
    answers = [answer for answer in found["disks"] if isinstance(answer, dict) and is_about_a_disk(answer)]
    kept = [answer for answer in answers if root is None or not _is_a_visitors(root, answer)]
    disks = tuple(disk_of(number, answer) for number, answer in enumerate(kept[:MOST_DISKS], 1))
    if not disks:
        raise NoData("smartctl found no disk")
    source = found.get("source")
    read_at = _whole(found.get("read_at_seconds"), 4_102_444_800)
    if read_at is None or source not in ("smartctl", "windows"):
        raise ValueError("the reader of disks does not say when and how it asked")
    return DiskHealth(source=source, read_at_seconds=read_at, disks=disks)


def is_about_a_disk(answer: Mapping[str, Any]) -> bool:
    """Whether this is an answer about one disk, and not a list of them (`smartctl --scan`)."""
    return "devices" not in answer and bool({"device", "smartctl", "model_name"} & answer.keys())


def disk_of(number: int, answer: Mapping[str, Any]) -> Disk:
    """One answer of `smartctl --json`, of any version and any kind of disk; what it does not say is None."""
    log = _part(answer, "nvme_smart_health_information_log")
    counters = _counters(answer)
    verdict = _part(answer, "smart_status").get("passed")
    status = _whole(_part(answer, "smartctl").get("exit_status"), LARGEST_BYTE) or 0
    failing = verdict is False or (verdict is None and bool(status & _FAILING))
    told = verdict is not None or failing or bool(counters) or bool(log)
    return Disk(
        number=number,
        model=printable(str(answer.get("model_name") or answer.get("scsi_model_name") or ""), LONGEST_MODEL),
        kind=_kind(answer),
        size_bytes=_whole(_part(answer, "user_capacity").get("bytes"), LARGEST_COUNTER),
        verdict="failed" if failing else "passed" if verdict is True else None,
        not_readable=None if told else _why_not(answer, status),
        temperature_celsius=_celsius(_part(answer, "temperature").get("current")),
        power_on_hours=_whole(_part(answer, "power_on_time").get("hours"), MOST_HOURS),
        critical_warning=_whole(log.get("critical_warning"), LARGEST_BYTE),
        available_spare_percent=_whole(log.get("available_spare"), LARGEST_BYTE),
        available_spare_threshold_percent=_whole(log.get("available_spare_threshold"), LARGEST_BYTE),
        used_percent=_whole(
            log.get("percentage_used", _part(answer, "endurance_used").get("current_percent")), LARGEST_BYTE
        ),
        media_errors=_whole(log.get("media_errors"), LARGEST_COUNTER),
        **counters,
    )


def _counters(answer: Mapping[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    grown = _whole(answer.get("scsi_grown_defect_list"), LARGEST_COUNTER)
    if grown is not None:
        found["reallocated_sectors"] = grown
    log = _part(answer, "scsi_error_counter_log")
    uncorrected = [
        _whole(_part(log, side).get("total_uncorrected_errors"), LARGEST_COUNTER) for side in ("read", "write")
    ]
    if any(count is not None for count in uncorrected):
        found["uncorrectable_errors"] = min(sum(count or 0 for count in uncorrected), LARGEST_COUNTER)
    table = _part(answer, "ata_smart_attributes").get("table")
    for row in table if isinstance(table, list) else ():
        if isinstance(row, dict) and isinstance(row.get("id"), int) and row["id"] in _ATTRIBUTES:
            value = _raw(row["id"], _part(row, "raw"))
            if value is not None:
                found[_ATTRIBUTES[row["id"]]] = value
    return found


def _raw(identifier: int, raw: Mapping[str, Any]) -> int | None:
    """The counter in a raw value, which may hold others beside it.

    smartctl writes such a one as "2111 (12437 0)", with the counter first. Three of 16 bits in one, as Seagate's
    command timeouts are, it writes with the counter last.
    """
    value = _whole(raw.get("value"), 2**64)
    if identifier == _COMMAND_TIMEOUTS and value is not None:
        return value & 0xFFFF if value > 0xFFFF else value  # noqa: PLR2004 - 16 bits
    first = str(raw.get("string", "")).split(" ", 1)[0]
    if first.isascii() and first.isdigit() and (value is None or int(first) <= value):
        return min(int(first), LARGEST_COUNTER)
    return None if value is None else min(value, LARGEST_COUNTER)


def _kind(answer: Mapping[str, Any]) -> Any:
    turns = answer.get("rotation_rate")
    if _part(answer, "device").get("protocol") == "NVMe":
        return "nvme"
    if turns == 0 or _part(answer, "trim").get("supported") is True:
        return "solid_state"
    return "hard_disk" if isinstance(turns, int) and turns > 0 else "other"


def _why_not(answer: Mapping[str, Any], status: int) -> Any:
    messages = _part(answer, "smartctl").get("messages")
    said = (
        [str(one.get("string", "")) for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []
    )
    mode = answer.get("power_mode")
    said.append(str(mode) if isinstance(mode, str) else "")
    if any(word in text.upper() for text in said for word in _ASLEEP):
        return "asleep"
    return "not_opened" if status & _NOT_OPENED else "no_smart"


def _is_a_visitors(root: Path, answer: Mapping[str, Any]) -> bool:
    name = str(_part(answer, "device").get("name", "")).rpartition("/")[2]
    folder = root / "sys/class/block" / name
    return bool(name) and folder.exists() and is_removable(folder.resolve())


def _celsius(value: object) -> int | None:
    """Zero is what a disk says that does not measure: a volume of several disks, for example."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= HOTTEST_CELSIUS else None


def _whole(value: object, most: int) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        return None
    return min(value, most)


def _part(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = answer.get(name)
    return found if isinstance(found, dict) else {}
