"""Which serial numbers tell one PC from all others.

The system's UUID of SMBIOS must be a good one; the serial number of the board only adds to it, because it is free text
and nobody can list what all makers write there when they leave it blank.
"""

from typing import NamedTuple

BLANK = frozenset(
    {
        "00000000-0000-0000-0000-000000000000",
        "01010101-0101-0101-0101-010101010101",
        "03000200-0400-0500-0006-000700080009",
        "6ab5b300-538d-1014-9fb5-b0684d007b53",
        "12345678-1234-5678-90ab-cddeefaabbcc",
        "(null string)",
        "default string",
        "empty",
        "invalid",
        "n/a",
        "none",
        "not applicable",
        "not present",
        "not settable",
        "not specified",
        "oem_serial",
        "system serial number",
        "to be filled by o.e.m.",
        "unknown",
    }
)
"""Shared by many PCs, in small letters: the "invalid UUID" and "invalid serial" of GLPI's blacklist that occur here
(an inventory of millions of PCs; its table glpi_blacklists), and what other boards are known to leave."""
SHORTEST_UUID = 8


class Serials(NamedTuple):
    """As the firmware tells them; empty where it tells nothing."""

    system: str
    """The UUID of SMBIOS; on a board without SMBIOS the serial number of the device tree."""
    board: str


def is_blank(serial: str) -> bool:
    """Whether a serial number is missing, or one that its maker gave to every PC."""
    text = serial.strip().lower()
    signs = {sign for sign in text if sign.isalnum()}
    return text in BLANK or len(signs) < 2  # noqa: PLR2004 one sign again and again: all F, all 0, xxxxx


def are_doubtful(serials: Serials) -> bool:
    """Whether another PC may have the same ones."""
    return is_blank(serials.system) or len(serials.system.strip()) < SHORTEST_UUID


def material_of(serials: Serials) -> bytes:
    """What a key is computed from: the same whatever the firmware's spelling."""
    return f"{serials.system.strip().lower()}\0{serials.board.strip().lower()}".encode()
