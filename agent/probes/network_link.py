"""Over what kind of link the station reaches the network; no address, no name of a network."""

from pathlib import Path
from typing import Literal

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import text_of, word_of
from agent.wire.v1 import NetworkLink

Kind = Literal["wired", "wireless", "other", "none"]

FASTEST_MEGABITS = 1_000_000

_UP = 0x0001
_REJECT = 0x0200
_ETHERNET = "1"
"""ARPHRD_ETHER of the kernel's if_arp.h."""
_WINDOWS_ETHERNET = 6
_WINDOWS_WIRELESS = 71
"""IF_TYPE_ETHERNET_CSMACD and IF_TYPE_IEEE80211 of Windows' ipifcons.h."""


def read(surroundings: Surroundings) -> Outcome:
    old = text_of(surroundings.root, "proc/net/route")
    new = text_of(surroundings.root, "proc/net/ipv6_route")
    if old is None and new is None:
        raise NoData("this system does not list its routes as Linux does")
    interface = default_interface(old or "") or default_interface_6(new or "")
    if not interface:
        return Outcome(NetworkLink(kind="none", speed_megabits=None))
    folder = surroundings.root / "sys/class/net" / interface
    return Outcome(NetworkLink(kind=_kind_of(folder), speed_megabits=speed_of(word_of(folder, "speed"))))


def default_interface(proc_net_route: str) -> str:
    """The interface of the preferred default route of IPv4; empty without one."""
    found: list[tuple[int, str]] = []
    for line in proc_net_route.splitlines()[1:]:
        words = line.split()
        if len(words) >= 8 and int(words[1], 16) == 0 and int(words[7], 16) == 0:  # noqa: PLR2004 - the mask is the eighth
            flags = int(words[3], 16)
            if flags & _UP and not flags & _REJECT:
                found.append((int(words[6]), words[0]))
    return min(found)[1] if found else ""


def default_interface_6(proc_net_ipv6_route: str) -> str:
    """The interface of the preferred default route of IPv6; empty without one."""
    found: list[tuple[int, str]] = []
    for line in proc_net_ipv6_route.splitlines():
        words = line.split()
        if len(words) >= 10 and int(words[0], 16) == 0 and int(words[1], 16) == 0:  # noqa: PLR2004 - the name is the tenth
            flags = int(words[8], 16)
            if flags & _UP and not flags & _REJECT and words[9] != "lo":
                found.append((int(words[5], 16), words[9]))
    return min(found)[1] if found else ""


def speed_of(text: str) -> int | None:
    """Megabits per second; the kernel says -1 where it does not know, and Wi-Fi refuses the question."""
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= FASTEST_MEGABITS else None


def _kind_of(interface: Path) -> Kind:
    if (interface / "wireless").exists() or (interface / "phy80211").exists():
        return "wireless"
    is_plain = "DEVTYPE=" not in word_of(interface, "uevent")
    if is_plain and (interface / "device").exists() and word_of(interface, "type") == _ETHERNET:
        return "wired"
    # A tunnel, a bridge, a mobile network, the inside of a container.
    return "other"


def windows_kind_of(interface_type: int, *, hardware: bool) -> Kind:
    """From IfType and HardwareInterface of MIB_IF_ROW2; a virtual switch calls itself Ethernet too."""
    if interface_type == _WINDOWS_WIRELESS:
        return "wireless"
    return "wired" if interface_type == _WINDOWS_ETHERNET and hardware else "other"


def windows_speed_of(bits_per_second: int) -> int | None:
    """Megabits per second; Windows says 0 or all ones where it does not know."""
    megabits = bits_per_second // 1_000_000
    return megabits if 0 < megabits <= FASTEST_MEGABITS else None
