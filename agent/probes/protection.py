"""Whether antivirus and firewall are on, and of when the list of viruses is.

On Linux: ClamAV, if it is installed (another antivirus is not known to the system), and the firewalls that a system
starts: ufw, firewalld, nftables. A set of rules that somebody loads by hand is not seen: then the firewall is null.
"""

from pathlib import Path

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import text_of
from agent.wire.health import Protection

SIGNATURES = ("var/lib/clamav/daily.cld", "var/lib/clamav/daily.cvd")
WANTED = "etc/systemd/system/multi-user.target.wants"
"""What is started with the system: a link for each service."""
BEFORE_NETWORK = "etc/systemd/system/sysinit.target.wants"
SCANNERS = ("clamav-daemon.service", "clamd@scan.service", "clamav-clamonacc.service")
FIREWALLS = ("firewalld.service", "nftables.service")


def read(surroundings: Surroundings) -> Outcome:
    root = surroundings.root
    signatures = [at for place in SIGNATURES if (at := _changed_at(root / place)) is not None]
    scanner = _starts_any(root, SCANNERS)
    antivirus = True if scanner else False if signatures else None
    return outcome_of(antivirus, max(signatures, default=None), _firewall(root))


def outcome_of(antivirus: bool | None, signatures_at: int | None, firewall: bool | None) -> Outcome:
    if antivirus is None and signatures_at is None and firewall is None:
        raise NoData("no antivirus or firewall is known")
    return Outcome(Protection(antivirus_on=antivirus, signatures_at_seconds=signatures_at, firewall_on=firewall))


def _firewall(root: Path) -> bool | None:
    ufw = text_of(root, "etc/ufw/ufw.conf")
    if ufw is not None and any(line.strip().lower() == "enabled=yes" for line in ufw.splitlines()):
        return True
    if _starts_any(root, FIREWALLS):
        return True
    return None if ufw is None else False


def _starts_any(root: Path, services: tuple[str, ...]) -> bool:
    # A link whose target the system could not start either would be broken; that is the same to us.
    return any((root / place / name).is_symlink() for place in (WANTED, BEFORE_NETWORK) for name in services)


def _changed_at(path: Path) -> int | None:
    try:
        return max(0, int(path.stat().st_mtime))
    except OSError:
        return None
