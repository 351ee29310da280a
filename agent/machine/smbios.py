"""Reads the two serial numbers from the table that a PC's firmware leaves in memory (DMTF DSP0134, "SMBIOS").

A worked example: a system information of 27 bytes (type 1) holds at byte 8 the UUID `33221100554477668899aabbccddeeff`.
Since SMBIOS 2.6 its first three numbers are little-endian: 00112233-4455-6677-8899-aabbccddeeff, as Linux tells it.
"""

import uuid
from collections.abc import Iterator

from agent.machine.hardware import Serials

SYSTEM, BOARD = 1, 2
"""Types of structures."""
UUID_AT, BOARD_SERIAL_AT = 8, 7
LITTLE_ENDIAN_SINCE = (2, 6)
HEADER_BYTES = 4
UUID_BYTES = 16
UNSET = (b"\x00" * UUID_BYTES, b"\xff" * UUID_BYTES)
"""The firmware has no UUID; Linux tells none either, so that both systems of a PC have the same key."""


def serials_in(table: bytes, version: tuple[int, int]) -> Serials | None:
    """The serial numbers; None where the table is damaged or tells no UUID."""
    system: str | None = None
    board = ""
    for kind, fixed, texts in structures_of(table):
        identifier = fixed[UUID_AT : UUID_AT + UUID_BYTES]
        if kind == SYSTEM and system is None and len(identifier) == UUID_BYTES and identifier not in UNSET:
            little = version >= LITTLE_ENDIAN_SINCE
            system = str(uuid.UUID(bytes_le=identifier) if little else uuid.UUID(bytes=identifier))
        elif kind == BOARD and not board and len(fixed) > BOARD_SERIAL_AT:
            number = fixed[BOARD_SERIAL_AT]
            board = texts[number - 1] if 0 < number <= len(texts) else ""
    return None if system is None else Serials(system, board)


def structures_of(table: bytes) -> Iterator[tuple[int, bytes, list[str]]]:
    """Type, fixed part and texts of each structure; what is cut short at the end is left out.

    Texts follow the fixed part, each with a zero at its end, and one more zero after the last.
    """
    at = 0
    while at + HEADER_BYTES <= len(table):
        kind, length = table[at], table[at + 1]
        end = table.find(b"\0\0", at + length)
        if length < HEADER_BYTES or end < 0:
            return
        yield kind, table[at : at + length], table[at + length : end].decode("utf-8", "replace").split("\0")
        at = end + 2
