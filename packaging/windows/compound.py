"""Writes small compound files ([MS-CFB], version 3), the folders in a file in which Windows Installer keeps its own."""

import struct
import uuid
from collections.abc import Iterable, Mapping

SECTOR_BYTES, MINI_BYTES, ENTRY_BYTES = 512, 64, 128
LARGEST_STREAM_BYTES = 4095
"""What is larger stands in sectors of its own, which nobody needs here."""

NO_CLASS = uuid.UUID(int=0)

_END, _TABLE, _NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_STREAM, _ROOT, _BLACK = 2, 5, 1
_HEADER = struct.Struct("<8s16xHHHHH6xIIIIIIIIII")
_ENTRY = struct.Struct("<64sHBBIII16sI8x8xIQ")


def file(kind: uuid.UUID, streams: Mapping[str, bytes]) -> bytes:
    """The bytes of a file of this class with these streams."""
    names = sorted(streams, key=lambda name: (len(name), name.upper()))
    small, chains = bytearray(), []
    places = {}
    for name in names:
        data = streams[name]
        if not 0 < len(data) <= LARGEST_STREAM_BYTES:
            raise ValueError(f"a stream of {len(data)} bytes is empty, or too large")
        places[name] = len(chains)
        small += data + bytes(-len(data) % MINI_BYTES)
        chains += chain(len(chains), len(small) // MINI_BYTES)
    # Sector 0 is the table of sectors; then come the directory, the table of small streams, and those.
    small_table = numbers(chains)
    first_table = 1 + sectors(ENTRY_BYTES * (len(names) + 1))
    first_small = first_table + sectors(len(small_table))
    end = first_small + sectors(len(small))
    # The names are a tree by their order: the middle one is its root, and two branches without twigs hang on it.
    middle, last = len(names) // 2, len(names) - 1
    directory = entry("Root Entry", _ROOT, child=middle + 1, kind=kind, start=first_small, size=len(small))
    for number, name in enumerate(names):
        left = number if 0 < number <= middle else _NONE
        right = number + 2 if middle <= number < last else _NONE
        directory += entry(name, _STREAM, left=left, right=right, start=places[name], size=len(streams[name]))
    while len(directory) % SECTOR_BYTES:
        directory += entry("", 0, start=0, size=0)
    header = _HEADER.pack(
        bytes.fromhex("d0cf11e0a1b11ae1"),
        *(0x3E, 3, 0xFFFE, 9, 6),
        *(0, 1, 1, 0, LARGEST_STREAM_BYTES + 1),
        *(first_table, first_small - first_table, _END, 0, 0),
    )
    table = [_TABLE, *chain(1, first_table), *chain(first_table, first_small), *chain(first_small, end)]
    if end * 4 > SECTOR_BYTES:
        raise ValueError("the file would be too large")
    return b"".join(map(filled, (header, numbers(table), directory, small_table, small)))


def numbers(values: Iterable[int]) -> bytes:
    return b"".join(struct.pack("<I", value) for value in values)


def chain(first: int, end: int) -> list[int]:
    """Each sector names the next one."""
    return [*range(first + 1, end), _END]


def sectors(size: int) -> int:
    return -(-size // SECTOR_BYTES)


def filled(part: bytes | bytearray) -> bytes:
    return part + b"\xff" * (-len(part) % SECTOR_BYTES)


def entry(
    name: str,
    sort: int,
    *,
    start: int,
    size: int,
    left: int = _NONE,
    right: int = _NONE,
    child: int = _NONE,
    kind: uuid.UUID = NO_CLASS,
) -> bytes:
    told = name.encode("utf-16-le")
    length = len(told) + 2 if name else 0
    return _ENTRY.pack(told, length, sort, _BLACK, left, right, child, kind.bytes_le, 0, start, size)
