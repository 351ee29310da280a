"""Whether the collector and the site's own router could be reached; no address leaves this computer.

The contacts of each hour are counted by the sender. The router is asked for by what the sender just did: the system
had to find its hardware address to send anything, and knows since then whether it answered (proc(5), /proc/net/arp).
"""

from pathlib import Path

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import text_of
from agent.wire.health import ContactHour, Reachability

HOUR_SECONDS = 3600
MOST_HOURS = 48

_UP, _GATEWAY = 0x0001, 0x0002
_COMPLETE = 0x2


def read(surroundings: Surroundings) -> Outcome:
    return outcome_of(surroundings, gateway_reachable(surroundings.root))


def outcome_of(surroundings: Surroundings, gateway: bool | None) -> Outcome:
    """The hours that are over: the current one would be told anew at each contact."""
    now = surroundings.wall_seconds // HOUR_SECONDS
    hours = [
        ContactHour(hour=hour, tried=tried, failed=failed, without_gateway=without)
        for hour, tried, failed, without in surroundings.agent.get("contact_hours", ())
        if now - MOST_HOURS <= hour < now
    ]
    if gateway is None and not hours:
        raise NoData("nothing known yet")
    return Outcome(Reachability(gateway_reachable=gateway, hours=tuple(hours[-MOST_HOURS:])))


def gateway_reachable(root: Path = Path("/")) -> bool | None:
    """Whether the router of the preferred default route of IPv4 answered; None where that is not known."""
    gateway = gateway_in(text_of(root, "proc/net/route") or "")
    return answers_in(text_of(root, "proc/net/arp") or "", gateway) if gateway else None


def gateway_in(proc_net_route: str) -> str:
    """The router's address; empty without one. The kernel writes addresses in the order of its own processor."""
    found: list[tuple[int, str]] = []
    for line in proc_net_route.splitlines()[1:]:
        words = line.split()
        if len(words) >= 8 and int(words[1], 16) == 0 and int(words[7], 16) == 0:  # noqa: PLR2004 - the mask is the eighth
            flags = int(words[3], 16)
            if flags & _UP and flags & _GATEWAY:
                found.append((int(words[6]), ".".join(str(part) for part in bytes.fromhex(words[2])[::-1])))
    return min(found)[1] if found else ""


def answers_in(proc_net_arp: str, address: str) -> bool | None:
    """Whether the table of neighbours knows the hardware address; None where it knows nothing of the neighbour."""
    for line in proc_net_arp.splitlines()[1:]:
        words = line.split()
        if len(words) >= 4 and words[0] == address:  # noqa: PLR2004 - the flags are the third
            return bool(int(words[2], 16) & _COMPLETE)
    return None
