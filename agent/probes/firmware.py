"""Maker and model of the computer, version and date of its BIOS. Its serial numbers are not even opened."""

import re

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import printable, word_of
from agent.wire.health import Firmware

PLACE = "sys/class/dmi/id"
LONGEST = 64
_AMERICAN = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", re.ASCII)
_BLANK = ("to be filled by o.e.m.", "system manufacturer", "system product name", "default string", "not specified")
"""What a maker leaves who filled in nothing."""


def read(surroundings: Surroundings) -> Outcome:
    folder = surroundings.root / PLACE
    names = ("sys_vendor", "product_name", "bios_version", "bios_date")
    return outcome_of(*(word_of(folder, name) for name in names))


def outcome_of(maker: str, model: str, version: str, date: str) -> Outcome:
    """From what the firmware says of the computer."""
    if not (maker or model or version):
        raise NoData("not told by the firmware")
    return Outcome(
        Firmware(
            maker=_text(maker), model=_text(model), bios_version=printable(version, LONGEST), bios_date=date_of(date)
        )
    )


def date_of(text: str) -> str:
    """2023-11-30 from the firmware's 11/30/2023; empty for anything else."""
    found = _AMERICAN.fullmatch(text.strip())
    return f"{found[3]}-{found[1]}-{found[2]}" if found else ""


def _text(text: str) -> str:
    return "" if text.strip().lower() in _BLANK else printable(text, LONGEST)
