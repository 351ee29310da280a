"""How many updates wait, how many of them are for security, and since when.

On Debian and Ubuntu, from what apt has fetched: a package waits when a list of the system's own updates (the pockets
-security and -updates) holds a higher version than the installed one. Packages on hold do not count. A new point
release of Debian itself (a list without pocket) and other people's sources are not looked at: reading all of those
lists would take seconds at each contact. The lists are read again only when one of them or dpkg's record changed.

Versions are compared as deb-version(7) says: numbers as numbers, and `~` before everything, even the end.
A worked example: 1.0~rc1 < 1.0 < 1.0-1 < 1.0-1+deb12u1 < 1.0-2 < 1:0.9.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import entries_of
from agent.wire.health import Updates

STATUS = "var/lib/dpkg/status"
LISTS = "var/lib/apt/lists"
SEARCHED = ("var/lib/apt/periodic/update-success-stamp", "var/lib/apt/lists/partial")
INSTALLED = "var/lib/dpkg/info"
"""A folder that dpkg changes whenever it installs something."""
MOST = 10_000
LARGEST_BYTES = 64 * 1024 * 1024

_POCKET = re.compile(r"_dists_[^_]+?[-_](security|updates)_.*_Packages$")
_PIECES = re.compile(r"([^0-9]*)([0-9]*)", re.ASCII)
_FIELD = re.compile(rb"^(Package|Status|Version|Architecture): (.+)$", re.MULTILINE)

Key = tuple[tuple[tuple[int, ...], int], ...]


def read(surroundings: Surroundings) -> Outcome:
    root = surroundings.root
    status = root / STATUS
    lists = {path: pocket[1] for path in entries_of(root / LISTS, "") if (pocket := _POCKET.search(path.name))}
    if not status.is_file():
        raise NoData("only told by apt")
    if not lists:
        if any(_POCKET.search(path.stem) for path in entries_of(root / LISTS, "")):
            raise NoData("apt's lists are compressed")
        raise NoData("no lists of apt")
    marks = [[path.name, *_mark(path)] for path in (status, *lists)]
    previous = surroundings.previous
    if previous.get("marks") == marks and isinstance(previous.get("waiting"), dict):
        waiting = {str(name): bool(security) for name, security in previous["waiting"].items()}
    else:
        waiting = _waiting(status, lists)
    since = _since(previous, waiting, surroundings.wall_seconds)
    searched = [at for place in SEARCHED if (at := _changed_at(root / place)) is not None]
    return Outcome(
        Updates(
            pending=min(len(waiting), MOST),
            security=min(sum(waiting.values()), MOST),
            since_seconds=min(since.values(), default=None),
            searched_at_seconds=max(searched, default=None),
            installed_at_seconds=_changed_at(root / INSTALLED),
        ),
        {"marks": marks, "waiting": waiting, "since": since},
    )


def key_of(version: str) -> tuple[int, Key, Key]:
    """What two versions of Debian packages are compared by."""
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "0", version
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "")
    return int(epoch) if epoch.isascii() and epoch.isdigit() else 0, _pieces(upstream), _pieces(revision)


def _pieces(text: str) -> Key:
    found = [
        ((*(_weight(sign) for sign in signs), 0), int(number or "0"))
        for signs, number in _PIECES.findall(text)
        if signs or number
    ]
    return (*found, ((0,), 0))


def _weight(sign: str) -> int:
    """`~` before the end, the end before letters, letters before all other signs."""
    if sign == "~":
        return -1
    return ord(sign) if sign.isalpha() else ord(sign) + 256


def _waiting(status: Path, lists: dict[Path, str]) -> dict[str, bool]:
    """Name and architecture of each package that waits, and whether an update of security brings it."""
    installed: dict[tuple[bytes, bytes], bytes] = {}
    for package in _packages(status):
        if package.get(b"Status") == b"install ok installed":
            installed[package[b"Package"], package.get(b"Architecture", b"")] = package.get(b"Version", b"")
    found: dict[str, bool] = {}
    for path, pocket in lists.items():
        for package in _packages(path):
            key = (package[b"Package"], package.get(b"Architecture", b""))
            version, held = package.get(b"Version", b""), installed.get(key)
            if held is None or held == version or key_of(_text(version)) <= key_of(_text(held)):
                continue
            name = _text(b":".join(key))
            found[name] = found.get(name, False) or pocket == "security"
    return found


def _packages(path: Path) -> Iterator[dict[bytes, bytes]]:
    with path.open("rb") as file:
        content = file.read(LARGEST_BYTES)
    for block in content.split(b"\n\n"):
        fields = dict(_FIELD.findall(block))
        if b"Package" in fields:
            yield fields


def _since(previous: object, waiting: dict[str, bool], now: int) -> dict[str, int]:
    """Since when each is known to wait: as before, or from now on."""
    known = previous.get("since") if isinstance(previous, dict) else None
    before = known if isinstance(known, dict) else {}
    return {name: at if isinstance(at := before.get(name), int) else now for name in waiting}


def _mark(path: Path) -> tuple[int, int]:
    found = path.stat()
    return int(found.st_mtime), found.st_size


def _changed_at(path: Path) -> int | None:
    try:
        return max(0, int(path.stat().st_mtime))
    except OSError:
        return None


def _text(value: bytes) -> str:
    return value.decode("ascii", "replace").strip()
