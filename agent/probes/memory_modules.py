"""How much memory is built in, and in which modules; no serial number, no maker.

Only root may read the firmware's own table on Linux. What udev keeps of it everybody may read; where udev is older
than 249, the kernel's list of memory blocks tells the sum (to a block, of 128 MiB or more).
"""

import re

from agent.errors import NoData
from agent.machine.smbios import structures_of
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import entries_of, text_of, word_of
from agent.wire.health import MemoryModules

UDEV = "run/udev/data/+dmi:id"
MOST_MODULES = 64
MOST_SLOTS = 256
LARGEST_BYTES = 2**53

_SIZE = re.compile(r"^E:MEMORY_DEVICE_[0-9]+_SIZE=([0-9]{1,17})$", re.MULTILINE | re.ASCII)
_SLOTS = re.compile(r"^E:MEMORY_ARRAY_NUM_DEVICES=([0-9]{1,3})$", re.MULTILINE | re.ASCII)
_MEMORY_DEVICE = 17
_SIZE_AT, _LARGE_SIZE_AT = 0x0C, 0x1C
_UNKNOWN, _IS_LARGE, _IN_KIBIBYTES = 0xFFFF, 0x7FFF, 0x8000
_KIBIBYTE, _MEBIBYTE = 1024, 1024 * 1024


def read(surroundings: Surroundings) -> Outcome:
    told = text_of(surroundings.root, UDEV) or ""
    sizes = [int(size) for size in _SIZE.findall(told)]
    if any(sizes):
        slots = _SLOTS.search(told)
        return outcome_of(sizes, int(slots[1]) if slots else None)
    folder = surroundings.root / "sys/devices/system/memory"
    try:
        block_bytes = int(word_of(folder, "block_size_bytes"), 16)
    except ValueError:
        raise NoData("not told by udev or the kernel") from None
    blocks = [entry for entry in entries_of(folder, "memory") if word_of(entry, "online") in ("", "1")]
    if not blocks:
        raise NoData("not told by udev or the kernel")
    return Outcome(MemoryModules(installed_bytes=min(len(blocks) * block_bytes, LARGEST_BYTES)))


def outcome_of(sizes: list[int], slots: int | None) -> Outcome:
    """From the size of the module in each place, 0 for an empty one, and the number of places."""
    modules = [size for size in sizes if size]
    if not modules:
        raise NoData("not told by the firmware")
    return Outcome(
        MemoryModules(
            installed_bytes=min(sum(modules), LARGEST_BYTES),
            slots=None if slots is None else min(max(slots, len(modules)), MOST_SLOTS),
            modules_bytes=tuple(min(size, LARGEST_BYTES) for size in modules[:MOST_MODULES]),
        )
    )


def sizes_in(table: bytes) -> list[int]:
    """Bytes of the module in each place, in the firmware's table (SMBIOS, type 17); 0 for an empty place.

    A worked example: the size 0x2000 is 8192 MiB; 0x7FFF says that the true size, in MiB, stands 16 bytes further on.
    """
    sizes = []
    for kind, fixed, _ in structures_of(table):
        if kind != _MEMORY_DEVICE or len(fixed) < _SIZE_AT + 2:
            continue
        size = int.from_bytes(fixed[_SIZE_AT : _SIZE_AT + 2], "little")
        if size == _IS_LARGE and len(fixed) >= _LARGE_SIZE_AT + 4:
            large = int.from_bytes(fixed[_LARGE_SIZE_AT : _LARGE_SIZE_AT + 4], "little")
            sizes.append((large & 0x7FFFFFFF) * _MEBIBYTE)
        elif size == _UNKNOWN:
            continue
        elif size & _IN_KIBIBYTES:
            sizes.append((size & ~_IN_KIBIBYTES) * _KIBIBYTE)
        else:
            sizes.append(size * _MEBIBYTE)
    return sizes
