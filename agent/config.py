"""Where settings come from, and what they are in the end.

Built-in default < policy (/etc, the registry) < file < environment < command line. Every value remembers which
of them it came from, for `dps-agent config`.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from agent.errors import UsageError

POLICY_FILE = Path("/etc/dps-agent/agent.toml")
COUNTING = ("auto", "log_on", "activity")
SHORTEST_CONTACT_SECONDS = 60
LONGEST_CONTACT_SECONDS = 86_400
BOUNDS = {"contact_seconds": (SHORTEST_CONTACT_SECONDS, LONGEST_CONTACT_SECONDS), "state_wait_seconds": (1, 3600)}
"""The least and the most of each setting that is a whole number."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in files, its default, what it means."""

    name: str
    kind: Literal["text", "path", "switch", "whole", "names"]
    default: Any
    meaning: str


SETTINGS = (
    Setting("server", "text", "", "Address of the collector, such as https://collector.example.org"),
    Setting("tag", "text", "", "Name of this station for people; the computer's name where empty"),
    Setting("token_file", "path", "", "File with the enrolment token; read once, when there is no station secret yet"),
    Setting(
        "state_folder",
        "path",
        "",
        "Folder for the secret, the counts and the spool; the system's own place where empty",
    ),
    Setting(
        "state_volume",
        "path",
        "",
        "Volume that must be mounted before the state folder is used, such as the unfrozen one of a disk that forgets; "
        "none where empty",
    ),
    Setting("state_wait_seconds", "whole", 120, "Seconds for which the service waits for that volume when it starts"),
    Setting("ca_file", "path", "", "Certificates to trust instead of the built-in ones (PEM)"),
    Setting("proxy", "text", "", "Web proxy, such as http://proxy.example.org:3128; none where empty"),
    Setting(
        "allow_plain_http", "switch", False, "Send without encryption to another computer; never on a real network"
    ),
    Setting("remote_sessions", "switch", False, "Count remote sessions (ssh, remote desktop) as visitors too"),
    Setting(
        "staff",
        "names",
        (),
        "Accounts, or groups with a leading @, whose sessions are not counted; never stored or sent",
    ),
    Setting(
        "counting",
        "text",
        "auto",
        "How visits are told: log_on (each visitor logs on), activity (always logged on), auto",
    ),
    Setting(
        "equipment_file",
        "path",
        "",
        "File that names the printers and projectors that this station asks (TOML); none where empty",
    ),
    Setting(
        "contact_seconds", "whole", 1800, "Seconds between two contacts until the collector asks for another rhythm"
    ),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Value:
    """What a setting is in the end, and why."""

    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, resolved."""

    values: Mapping[str, Value]
    """Every setting as it was given, with its origin; the fields below are what they come to."""
    server: str
    tag: str
    token_file: str
    state_folder: Path
    ca_file: str
    proxy: str
    remote_sessions: bool
    staff: tuple[str, ...]
    counting: str
    contact_seconds: int
    state_volume: str = ""
    state_wait_seconds: int = 120
    equipment_file: str = ""


def load(
    words: Mapping[str, Any],
    *,
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    policy_file: Path = POLICY_FILE,
    policies: Sequence[tuple[str, Mapping[str, object]]] = (),
    default_state_folder: Path,
    computer_name: str,
) -> Config:
    """Resolve every setting; `words` are those of the command line, None where not given.

    Raises UsageError, with one sentence that names the file, the setting and what would be right.
    """
    environment = os.environ if environment is None else environment
    named = file or (Path(environment["DPS_AGENT_CONFIG"]) if environment.get("DPS_AGENT_CONFIG") else None)
    values = {setting.name: Value(setting.default, "built-in default") for setting in SETTINGS}
    handed_over = Path(environment.get("CREDENTIALS_DIRECTORY", "/nowhere")) / "token"
    if handed_over.is_file() and handed_over.read_bytes().strip():
        values["token_file"] = Value(str(handed_over), "credential of the service")
    for origin, table in policies:
        take_policy(values, origin, table)
    if policy_file.exists():
        take_file(values, policy_file)
    if named is not None:
        take_file(values, named)
    for setting in SETTINGS:
        variable = f"DPS_AGENT_{setting.name.upper()}"
        if variable in environment:
            text = environment[variable]
            values[setting.name] = Value(
                from_text(setting, text, f"environment variable {variable}"), f"environment {variable}"
            )
    for name, value in words.items():
        if value is not None:
            option = option_of(name)
            values[name] = Value(checked(BY_NAME[name], value, f"option {option}"), f"command line {option}")
    check_server(values)
    given = {name: value.value for name, value in values.items()}
    return Config(
        values=values,
        server=given["server"],
        tag=given["tag"] or computer_name,
        token_file=given["token_file"],
        state_folder=state_folder_of(given["state_folder"], given["state_volume"], default_state_folder),
        ca_file=given["ca_file"],
        proxy=given["proxy"],
        remote_sessions=given["remote_sessions"],
        staff=given["staff"],
        counting=given["counting"],
        contact_seconds=given["contact_seconds"],
        state_volume=given["state_volume"],
        state_wait_seconds=given["state_wait_seconds"],
        equipment_file=given["equipment_file"],
    )


def state_folder_of(folder: str, volume: str, default: Path) -> Path:
    """Where state is kept: on the volume, where one is named; raises UsageError for a folder elsewhere."""
    if not volume:
        return Path(folder).expanduser() if folder else default
    place = Path(folder).expanduser() if folder else Path(volume) / "dps-agent"
    if not Path(volume).is_absolute() or not place.is_relative_to(volume):
        raise UsageError(
            f"state_folder is {str(place)!r}, which is not on state_volume {volume!r}; correct one of them"
        )
    return place


def option_of(name: str) -> str:
    """The option of the command line that gives a setting."""
    return "--state" if name == "state_folder" else f"--{name.replace('_', '-')}"


def take_file(values: dict[str, Value], file: Path) -> None:
    """Let the settings of a TOML file take the place of what stands in `values`."""
    import tomllib  # noqa: PLC0415 most stations have no file, and each contact would pay for it

    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(
            f"the configuration file {file} does not exist; make it or name another with --config"
        ) from error
    except OSError as error:
        raise UsageError(
            f"the configuration file {file} cannot be read ({error.strerror}); check who may read it"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"the configuration file {file} is not text in UTF-8; save it as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the configuration file {file} is not valid TOML: {error}; mend that line") from error
    for name, value in table.items():
        if name not in BY_NAME:
            raise UsageError(f"{file}: there is no setting {name!r}; the settings are {', '.join(BY_NAME)}")
        values[name] = Value(checked(BY_NAME[name], value, str(file)), f"file {file}")


def take_policy(values: dict[str, Value], origin: str, table: Mapping[str, object]) -> None:
    """Let what an administrator decided in the registry stand; it knows only texts and numbers.

    Names that are no settings are left out: the installer and Group Policy keep other values there too.
    """
    for name, given in table.items():
        setting = BY_NAME.get(name)
        if setting is not None and given != "":
            value = from_text(setting, str(given), origin)
            values[name] = Value(checked(setting, value, origin), origin)


def from_text(setting: Setting, text: str, where: str) -> Any:
    """A value given as text; raises UsageError."""
    if setting.kind == "switch":
        if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise UsageError(f"{where}: {setting.name} is {text!r}; write true or false")
        return text.lower() in ("true", "1", "yes")
    if setting.kind == "whole":
        try:
            return checked(setting, int(text), where)
        except ValueError as error:
            raise UsageError(f"{where}: {setting.name} is {text!r}; write a whole number") from error
    if setting.kind == "names":
        return tuple(name.strip() for name in text.split(",") if name.strip())
    return text


def checked(setting: Setting, value: Any, where: str) -> Any:
    """A value of the right type and size; raises UsageError."""
    if setting.kind == "names":
        if isinstance(value, str):
            return from_text(setting, value, where)
        if not isinstance(value, (list, tuple)) or not all(isinstance(name, str) for name in value):
            raise UsageError(f'{where}: {setting.name} must be a list of names, such as ["alice", "@staff"]')
        return tuple(value)
    wanted: dict[str, tuple[type, str]] = {
        "text": (str, "text in quotes"),
        "path": (str, "a path in quotes"),
        "switch": (bool, "true or false"),
        "whole": (int, "a whole number"),
    }
    kind, words = wanted[setting.kind]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise UsageError(f"{where}: {setting.name} must be {words}, not {value!r}")
    if setting.name == "counting" and value not in COUNTING:
        raise UsageError(f"{where}: counting is {value!r}; choose one of {', '.join(COUNTING)}")
    least, most = BOUNDS.get(setting.name, (0, 0))
    if most and isinstance(value, int) and not least <= value <= most:
        raise UsageError(f"{where}: {setting.name} is {value}; choose {least} to {most}")
    return value


def check_server(values: Mapping[str, Value]) -> None:
    """Refuse an address that is none, or that would send a secret in the clear; raises UsageError."""
    server, origin = values["server"].value, values["server"].origin
    if not server:
        return
    wrong = UsageError(f"server is {server!r} ({origin}); write an address like https://collector.example.org")
    try:
        address = urlsplit(server)
        port_is_fine = address.port is None or address.port > 0
    except ValueError:
        raise wrong from None
    if address.username is not None:
        raise UsageError(  # it would take the place of the station's own secret
            f"server ({origin}) holds a user name or a password; leave out what stands before the @"
        )
    bare = server.isprintable() and not any(sign in server for sign in "?# ")
    if address.scheme not in ("http", "https") or not address.hostname or not port_is_fine or not bare:
        raise wrong
    # A proxy is asked for every address, this computer's own too.
    loopback = address.hostname in ("localhost", "127.0.0.1", "::1") and not values["proxy"].value
    if address.scheme == "http" and not loopback and not values["allow_plain_http"].value:
        raise UsageError(
            f"server is {server!r} ({origin}): without https anybody on the network can read what is sent; "
            "write https://, or set allow_plain_http = true for a test"
        )
