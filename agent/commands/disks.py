"""Read the health of the disks and leave it where `send` finds it. For root or SYSTEM, on a schedule.

smartctl is started by its absolute path alone. What names one disk among all others (serial number, WWN and the like)
is left out before anything is written.
"""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from agent.commands import Call
from agent.errors import Unusable

LONGEST_SECONDS = 40
"""For one disk; one that is about to die takes long to answer."""
LARGEST_OUTPUT_BYTES = 512 * 1024
MOST_DISKS = 16
LARGEST_FILE_BYTES = 900_000
"""Whoever reads it takes the first MiB of a file (agent/machine/files.py)."""
IDENTIFYING = ("eui64", "logical_unit_id", "lu_wwn", "nguid", "serial_number", "unique_id", "uuid", "wwn")
"""Parts of names of smartctl's fields that name one disk."""
SHORTEST_IDENTIFIER = 4
NAME = re.compile(r"/dev/[A-Za-z0-9][A-Za-z0-9/,._-]*")
TYPE = re.compile(r"[a-z0-9][A-Za-z0-9,+/_-]*")
NO_WINDOW = 0x08000000
"""CREATE_NO_WINDOW of Windows."""
NOT_OPENED = 2
"""The bit of smartctl's exit code that says so."""

Output = Callable[[Sequence[str]], bytes]
"""What a program writes to its standard output, however it ends; raises Unusable where it cannot be started."""


def run(call: Call) -> int:  # noqa: ARG001 - it has no settings
    """Leave what was read; a computer without smartctl is no error."""
    instead: Callable[[], list[dict[str, Any]]] | None = None
    is_a_visitors: Callable[[str], bool] = is_nobodys
    if sys.platform == "win32":
        from agent.commands.storage_counters import counted_by_windows  # noqa: PLC0415 - the system's
        from agent.machine import disks_windows as place  # noqa: PLC0415 - the same
        from agent.probes.windows.volumes import EXTERNAL, bus_of_device  # noqa: PLC0415 - the same

        powershell = place.powershell()
        instead = lambda: counted_by_windows(powershell, output_of)  # noqa: E731 - one of two
        is_a_visitors = lambda name: bus_of_device(physical_drive(name)) in EXTERNAL  # noqa: E731 - the same
    elif sys.platform == "linux":
        from agent.machine import disks_linux as place  # noqa: PLC0415 - the same
    else:
        raise Unusable("the agent reads no disks on this system")
    source, disks = read(place.smartctl(), output_of, instead, is_a_visitors)
    if not source:
        sys.stdout.write("smartctl is not installed (package smartmontools): the health of the disks is not known\n")
        return 0
    place.leave(content_of(source, disks, round(time.time())))
    sys.stdout.write(f"disks read by {source}: {len(disks)}\n")
    return 0


def is_nobodys(_name: str) -> bool:
    """On Linux the probe itself leaves out what a visitor has plugged in (agent/probes/disk_health.py)."""
    return False


def physical_drive(name: str) -> str:
    """What Windows calls the disk that smartctl calls /dev/sda; nothing that there is for another name."""
    letter = name.removeprefix("/dev/sd")
    number = ord(letter) - ord("a") if len(letter) == 1 and "a" <= letter <= "z" else name.rpartition("/pd")[2]
    return f"\\\\.\\PhysicalDrive{number}"


def read(
    smartctl: str,
    output: Output,
    instead: Callable[[], list[dict[str, Any]]] | None,
    is_a_visitors: Callable[[str], bool] = is_nobodys,
) -> tuple[str, list[dict[str, Any]]]:
    """Who told, and the disks; nobody where there is neither smartctl nor anything instead. Raises Unusable."""
    told: tuple[str, list[dict[str, Any]]] = ("", [])
    if Path(smartctl).is_file():
        told = "smartctl", [without_identity(disk) for disk in told_by_smartctl(smartctl, output, is_a_visitors)]
    if not told[1] and instead is not None:
        return "windows", instead()
    return told


def told_by_smartctl(smartctl: str, output: Output, is_a_visitors: Callable[[str], bool]) -> Iterator[dict[str, Any]]:
    """What it says of each disk that it finds; of one that does not answer, what it would say of one that is shut."""
    found = parsed(output([smartctl, "--json=c", "--scan-open"]))
    if found is None:
        raise Unusable(f"{smartctl} did not tell which disks there are; try `smartctl --scan-open`")
    for device in list_in(found, "devices")[:MOST_DISKS]:
        name, kind = str(device.get("name", "")), str(device.get("type", ""))
        if not NAME.fullmatch(name) or not TYPE.fullmatch(kind) or is_a_visitors(name):
            continue
        disk = parsed(output([smartctl, "--json=c", "-x", "-d", kind, name]))
        yield disk if disk is not None else unanswered(device)


def unanswered(device: Mapping[str, Any]) -> dict[str, Any]:
    message = {"string": f"no answer within {LONGEST_SECONDS} s", "severity": "error"}
    return {"smartctl": {"exit_status": NOT_OPENED, "messages": [message]}, "device": dict(device)}


def parsed(text: bytes) -> dict[str, Any] | None:
    """One JSON object; None for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def list_in(found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    inner = found.get(name)
    return [item for item in inner if isinstance(item, dict)] if isinstance(inner, list) else []


def without_identity(disk: dict[str, Any]) -> dict[str, Any]:
    """The same without what names this disk, also where another text repeats it."""
    secrets: set[str] = set()
    kept = without_fields(disk, secrets)
    cleaned = without_texts(kept, {text for text in secrets if len(text) >= SHORTEST_IDENTIFIER})
    return cleaned if isinstance(cleaned, dict) else {}


def without_fields(part: Any, secrets: set[str]) -> Any:
    """Leaves fields out by their names, and gathers what stood in them."""
    if isinstance(part, list):
        return [without_fields(item, secrets) for item in part]
    if not isinstance(part, dict):
        return part
    kept = {}
    for name, value in part.items():
        if any(word in name.lower() for word in IDENTIFYING):
            secrets |= set(texts_in(value))
        else:
            kept[name] = without_fields(value, secrets)
    return kept


def texts_in(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part.strip()
    elif isinstance(part, (dict, list)):
        for item in part.values() if isinstance(part, dict) else part:
            yield from texts_in(item)


def without_texts(part: Any, secrets: set[str]) -> Any:
    """Empties every text that holds one of these."""
    if isinstance(part, dict):
        return {name: without_texts(value, secrets) for name, value in part.items()}
    if isinstance(part, list):
        return [without_texts(item, secrets) for item in part]
    return "" if isinstance(part, str) and any(secret in part for secret in secrets) else part


def content_of(source: str, disks: list[dict[str, Any]], now: int) -> bytes:
    """The file, without the last disks where all would be too much."""
    while True:
        told = {"read_at_seconds": now, "source": source, "disks": disks}
        content = json.dumps(told, separators=(",", ":")).encode()
        if len(content) <= LARGEST_FILE_BYTES:
            return content
        disks = disks[:-1]


def output_of(words: Sequence[str], seconds: float = LONGEST_SECONDS, most: int = LARGEST_OUTPUT_BYTES) -> bytes:
    """At most so much of what a program writes, for at most so long; then it is ended."""
    try:
        process = subprocess.Popen(  # noqa: S603 no shell; absolute paths, and names that were looked at
            list(words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=NO_WINDOW if sys.platform == "win32" else 0,
        )
    except OSError as error:
        raise Unusable(f"{words[0]} cannot be started ({error.strerror}); install it anew") from error
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        with process:
            assert process.stdout is not None
            told = process.stdout.read(most + 1)
            if len(told) > most:
                process.kill()
            process.wait()
    finally:
        timer.cancel()
    return told[:most]
