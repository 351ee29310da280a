"""Make the settings of a site for Group Policy: `python packaging/windows/build_mst.py MSI site.mst SERVER=https://…`.

A transform changes the installer while it runs, so the signature of the MSI stays good. Everybody in a domain can read
one: it takes no token, only TOKENFILE.

What is written is what msi.dll reads: a compound file with the strings, the rows that the table Property gets, and a
summary that says for which product it is (learn.microsoft.com: "Summary Property Descriptions",
"MsiCreateTransformSummaryInfo"). Neither msitools nor Wine 8 makes transforms. It needs msiinfo of msitools.
"""

import argparse
import re
import shutil
import struct
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # run as a script, or imported by its tests

import compound
import tables
from failure import NotBuilt

TRANSFORM = uuid.UUID("000C1082-0000-0000-C000-000000000046")
SUMMARY = uuid.UUID("F29F85E0-4FF9-1068-AB91-08002B27B3D9")
SETTINGS = tuple(tables.REMEMBERED)
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
"""Two of them are one character in the name of a stream, so that names of tables fit in 31."""

_PAIR, _SINGLE, _TABLE = 0x3800, 0x4800, 0x4840
_INSERTED_ROW_OF_TWO = 2 << 8 | 1
_SAME_UPGRADE_CODE = 0x800
_ROW_MAY_BE_THERE = 1
_WINDOWS_INSTALLER_5 = 500
_READ_ONLY = 4
_SMALL, _NUMBER, _TEXT = 2, 3, 30
"""VT_I2, VT_I4, VT_LPSTR."""
_LONGEST = 400


def build(msi: Path, target: Path, settings: Mapping[str, str]) -> None:
    """Write the transform that gives these properties to the installer.

    Raises:
        NotBuilt: a property is unknown, or secret, or no text that a transform holds, or the installer is not ours.
    """
    for name, value in settings.items():
        demand(name, value)
    if not settings:
        raise NotBuilt("no property is given: write for example SERVER=https://collector.example.org")
    strings = [text for pair in settings.items() for text in pair]
    pool = struct.pack("<HH", 0, 0) + b"".join(struct.pack("<HH", len(text), 1) for text in strings)
    rows = b"".join(struct.pack("<HHH", _INSERTED_ROW_OF_TWO, 2 * row + 1, 2 * row + 2) for row in range(len(settings)))
    streams = {
        name_of_table("_StringPool"): pool,
        name_of_table("_StringData"): "".join(strings).encode("ascii"),
        name_of_table("Property"): rows,
        "\5SummaryInformation": summary(properties_of(msi)),
    }
    target.write_bytes(compound.file(TRANSFORM, streams))


def demand(name: str, value: str) -> None:
    if name == "TOKEN":
        raise NotBuilt("TOKEN cannot be given: everybody can read a transform; put it into a file and give TOKENFILE")
    if name not in SETTINGS:
        raise NotBuilt(f"{name} is no property of the installer: {', '.join(SETTINGS)}")
    if not value or not value.isascii() or not value.isprintable() or len(value) > _LONGEST:
        raise NotBuilt(f"{name} must be a text of at most {_LONGEST} signs without accents; set another one by policy")


def properties_of(msi: Path) -> dict[str, str]:
    if shutil.which("msiinfo") is None:
        raise NotBuilt("the transform cannot be made: install msitools")
    done = subprocess.run(["msiinfo", "export", str(msi), "Property"], capture_output=True, check=False, text=True)
    found = dict(re.findall(r"^(\w+)\t(.*?)\r?$", done.stdout, re.MULTILINE))
    if found.get("UpgradeCode", "").strip("{}") != tables.UPGRADE_CODE:
        raise NotBuilt(f"{msi} is no installer of the agent")
    return found


def name_of_table(name: str) -> str:
    """As streams of a database are called."""
    numbers = [LETTERS.index(letter) for letter in name]
    told = chr(_TABLE)
    for first, second in zip(numbers[::2], [*numbers[1::2], None], strict=False):
        told += chr(_SINGLE + first) if second is None else chr(_PAIR + first + (second << 6))
    return told


def summary(product: Mapping[str, str]) -> bytes:
    """For which product it is: any version with the same upgrade code."""
    same = product["ProductCode"] + product["ProductVersion"]
    values = {
        1: struct.pack("<IHH", _SMALL, 1252, 0),
        2: text("Transform"),
        3: text("Settings of the DPS agent"),
        7: text("x64;1033"),
        9: text(f"{same};{same};{product['UpgradeCode']}"),
        14: struct.pack("<II", _NUMBER, _WINDOWS_INSTALLER_5),
        16: struct.pack("<II", _NUMBER, _SAME_UPGRADE_CODE << 16 | _ROW_MAY_BE_THERE),
        19: struct.pack("<II", _NUMBER, _READ_ONLY),
    }
    place = 8 + 8 * len(values)
    index, content = b"", b""
    for number, value in values.items():
        index += struct.pack("<II", number, place + len(content))
        content += value
    section = struct.pack("<II", place + len(content), len(values)) + index + content
    head = struct.pack("<HHHH16xI", 0xFFFE, 0, 10, 2, 1) + SUMMARY.bytes_le
    return head + struct.pack("<I", len(head) + 4) + section


def text(words: str) -> bytes:
    data = words.encode("ascii") + b"\0"
    return struct.pack("<II", _TEXT, len(data)) + data + bytes(-len(data) % 4)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("msi", type=Path, help="the installer")
    parser.add_argument("transform", type=Path, help="the file to write, such as site.mst")
    parser.add_argument("settings", nargs="+", metavar="NAME=VALUE", help=f"any of {', '.join(SETTINGS)}")
    options = parser.parse_args(arguments)
    try:
        build(options.msi, options.transform, dict(each.partition("=")[::2] for each in options.settings))
    except NotBuilt as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
