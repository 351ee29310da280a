"""Which printers and projectors this station asks: a file that a technician writes. Nothing is looked for elsewhere.

[[equipment]]
kind = "printer"
name = "Hall"
address = "192.0.2.20"
protocol = "snmp2c"
community_file = "/etc/dps-agent/hall.community"
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from agent.errors import UsageError

MOST_NAMED = 32
LONGEST_NAME = 64
PROTOCOLS: dict[str, tuple[str, ...]] = {"printer": ("ipp", "snmp1", "snmp2c", "snmp3"), "projector": ("pjlink",)}
PORTS = {"ipp": 631, "snmp1": 161, "snmp2c": 161, "snmp3": 161, "pjlink": 4352}
TEXTS = ("kind", "name", "address", "protocol", "user")
SECRETS = ("community", "password", "privacy_password")
"""Each may stand in a file of its own instead, named with _file behind it."""
LARGEST_SECRET_BYTES = 1024
LONGEST_LIFE_HOURS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One printer or projector, as a technician wrote it."""

    kind: Literal["printer", "projector"]
    name: str
    host: str
    port: int
    path: str
    """What follows the host in the address of an IPP printer."""
    protocol: str
    user: str = ""
    community: str = ""
    password: str = ""
    privacy_password: str = ""
    lamp_life_hours: int | None = None


def named_in(file: Path) -> list[Named]:
    """Everything that the file names; raises UsageError, with one sentence that says what to mend."""
    import tomllib  # noqa: PLC0415 - most stations name nothing

    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"the file {file} (equipment_file) cannot be read ({error.strerror}); make it, or leave the "
                         "setting out") from error  # fmt: skip
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the file {file} is not valid TOML: {error}; mend that line") from error
    listed = table.pop("equipment", [])
    if table or not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise UsageError(f"{file} may hold tables [[equipment]] and nothing else; see agent/README.md")
    if len(listed) > MOST_NAMED:
        raise UsageError(f"{file} names {len(listed)} printers and projectors; one station asks at most {MOST_NAMED}")
    found = [_named(file, number, one) for number, one in enumerate(listed, 1)]
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{file} has the name {name!r} twice; give each its own")
    return found


def _named(file: Path, number: int, given: dict[str, Any]) -> Named:
    where = f"{file}, table {number}"
    known = {*TEXTS, *SECRETS, *(f"{name}_file" for name in SECRETS), "lamp_life_hours"}
    for key, value in given.items():
        if key not in known:
            raise UsageError(f"{where}: there is no {key!r}; there are {', '.join(sorted(known))}")
        if key != "lamp_life_hours" and not isinstance(value, str):
            raise UsageError(f"{where}: {key} must be text in quotes")
    kind, name = given.get("kind", ""), given.get("name", "").strip()
    if kind not in PROTOCOLS:
        raise UsageError(f"{where}: kind is {kind!r}; write printer or projector")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError(f"{where}: name is {name!r}; write a name for people, of at most {LONGEST_NAME} characters")
    protocol = given.get("protocol", PROTOCOLS[kind][0])
    if protocol not in PROTOCOLS[kind]:
        raise UsageError(f"{where}: protocol is {protocol!r}; a {kind} speaks {', '.join(PROTOCOLS[kind])}")
    if protocol == "snmp3" and not given.get("user"):
        raise UsageError(f"{where}: snmp3 needs a user")
    life = given.get("lamp_life_hours")
    if life is not None and (not isinstance(life, int) or isinstance(life, bool) or not 0 < life <= LONGEST_LIFE_HOURS):
        raise UsageError(f"{where}: lamp_life_hours is {life!r}; write a whole number of hours")
    host, port, path = _address(where, given.get("address", ""), protocol)
    secrets = {secret: _secret(where, given, secret) for secret in SECRETS}
    return Named(kind=kind, name=name, host=host, port=port, path=path, protocol=protocol, user=given.get("user", ""),
                 lamp_life_hours=life, **secrets)  # fmt: skip


def _address(where: str, text: str, protocol: str) -> tuple[str, int, str]:
    """Host, port and path of "host", "host:port", "[2001:db8::1]:631" or "host/ipp/print"."""
    rest, slash, path = text.partition("/")
    bracket = rest.startswith("[")
    host, _, port = rest[1:].partition("]") if bracket else rest.partition(":")
    port = port.removeprefix(":")
    strange = rest.endswith(":") or any(sign.isspace() or sign in "/@?#" for sign in host)
    sensible = bool(host) and host.isascii() and not strange
    if not sensible or (port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536)):  # noqa: PLR2004
        raise UsageError(f"{where}: address is {text!r}; write a host name or an address, with :port if it needs one")
    return host, int(port) if port else PORTS[protocol], f"/{path}" if slash else "/ipp/print"


def _secret(where: str, given: dict[str, Any], name: str) -> str:
    if f"{name}_file" not in given:
        return str(given.get(name, ""))
    try:
        with Path(given[f"{name}_file"]).open("rb") as file:
            return file.read(LARGEST_SECRET_BYTES).decode("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{where}: {name}_file cannot be read; check that the service's account may") from None
