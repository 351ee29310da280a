"""The hardware key: recognises a PC that enrols again, and copies of a disk on another PC.

It is computed twice. A privileged step makes the *key of the PC* from its serial numbers and hands it to the service's
account; the sender then salts it with the salt of its site. So no serial number leaves the PC, and the keys of two
sites cannot be compared.
"""

import hmac
import json
import re
from typing import NamedTuple

from agent import machine
from agent.machine.hardware import Serials, are_doubtful, material_of

PURPOSE = b"dps-agent hardware key 1"
KEY = re.compile(r"[0-9a-f]{64}")


class Hardware(NamedTuple):
    """The key of this PC, and whether another PC may have the same one."""

    key: str
    doubtful: bool


def hardware_of(serials: Serials) -> Hardware:
    return Hardware(hmac.digest(PURPOSE, material_of(serials), "sha256").hex(), are_doubtful(serials))


def packed(hardware: Hardware) -> bytes:
    """As the privileged step hands it over."""
    return json.dumps(hardware._asdict()).encode()


def unpacked(content: bytes) -> Hardware | None:
    """The same back; None for anything else."""
    try:
        told = json.loads(content)
        hardware = Hardware(told["key"], told["doubtful"])
    except (ValueError, KeyError, TypeError):
        return None
    whole = isinstance(hardware.key, str) and KEY.fullmatch(hardware.key) and isinstance(hardware.doubtful, bool)
    return hardware if whole else None


def present(root: str = "/") -> Hardware | None:
    """The hardware that we run on; None where nobody can tell."""
    serials = machine.hardware_serials(root)
    return unpacked(machine.handed_over(root)) if serials is None else hardware_of(serials)


def salted(key: str, salt: str) -> str:
    """The key as the collector sees it."""
    return hmac.digest(bytes.fromhex(salt), key.encode(), "sha256").hex()
