"""The collector's settings: built-in default < TOML file < environment, read once at the start, then frozen.

`SETTINGS` is the table of them all: name, kind, default, bounds and meaning. The command line, the table in
collector/README.md and this reader are made from it, so that they cannot differ.

In the environment a setting is called DPS_COLLECTOR_ and its name in capitals. With _FILE behind it, the variable
names a file that holds the value: so a secret (a database URL with a password) never stands in a list of processes.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import platformdirs

PREFIX = "DPS_COLLECTOR_"
PATH = re.compile(r"(/[\w.-]+)*/?", re.ASCII)
CONFIG_FILE = "CONFIG_FILE"
"""With the prefix: the variable that names the TOML file when the command line does not."""


class ConfigError(Exception):
    """A setting cannot be used; its text is one sentence: what, where, and how to mend it."""


class Setting(NamedTuple):
    """One setting, as it is read and as it is documented."""

    name: str
    default: Any
    meaning: str
    least: int = 0
    most: int = 0
    words: tuple[str, ...] = ()
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "data_folder",
        "",
        "Folder of the database and of what must outlive it; empty: the user's data folder of this system.",
    ),
    Setting(
        "database_url",
        "",
        "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE; empty: collector.sqlite in the data folder.",
        secret=True,
    ),
    Setting("listen_host", "127.0.0.1", "Address on which the collector listens."),
    Setting("listen_port", 8017, "Port on which the collector listens.", 1, 65_535),
    Setting(
        "public_url",
        "",
        "Address under which stations and people reach the collector, such as https://HOST or https://HOST/PATH.",
    ),
    Setting(
        "public_pages",
        True,
        "Whether everybody may read the list of certified sites, the published statistics and the open data.",
    ),
    Setting("publisher", "", "Name of the public body that publishes the statistics, for the catalogue of open data."),
    Setting(
        "open_data_licence",
        "",
        "Address of the licence of open data, such as https://creativecommons.org/publicdomain/zero/1.0/.",
    ),
    Setting("trusted_proxies", (), "Addresses or networks of proxies whose X-Forwarded headers are believed."),
    Setting("secure_cookies", True, "Whether cookies are sent over HTTPS only; false only for a trial on loopback."),
    Setting("tls_certificate_file", "", "Certificate chain (PEM), to serve HTTPS without a proxy; empty: plain HTTP."),
    Setting("tls_key_file", "", "Private key (PEM) of that certificate."),
    Setting("log_format", "json", "json for machines, pretty for people.", words=("json", "pretty")),
    Setting("time_zone", "Europe/Brussels", "Time zone of days, months and opening hours."),
    Setting(
        "idle_rule_minutes",
        10,
        "Minutes without input that end a session: 3, 5, 10 or 15.",
        words=("3", "5", "10", "15"),
    ),
    Setting("contact_interval_seconds", 1800, "Seconds after which a station is asked to report again.", 60, 86_400),
    Setting(
        "queue_limit",
        512,
        "Envelopes that may wait for the disk; beyond it a station is asked to come back.",
        1,
        100_000,
    ),
    Setting("envelope_bytes_limit", 262_144, "Largest envelope, unpacked, in bytes.", 4_096, 4_194_304),
    Setting("body_seconds_limit", 20, "Seconds in which a request must have arrived whole.", 1, 600),
    Setting("slots_back_days", 14, "Age up to which quarter-hours are accepted, in days.", 1, 60),
    Setting("slots_back_backlog_days", 60, "The same for an envelope that says that it brings a backlog.", 1, 90),
    Setting("starts_per_slot_limit", 60, "Sessions that may start on one station in one quarter-hour.", 1, 10_000),
    Setting("runs_per_day_limit", 200, "Runs of the agent that one station may have in one day.", 1, 100_000),
    Setting("waiting_envelopes_limit", 400, "Envelopes kept for a station that waits to be approved.", 1, 100_000),
    Setting(
        "slot_records_kept_days",
        90,
        "Days after which what single stations counted is deleted; the site's sums are sealed before and stay.",
        30,
        366,
    ),
    Setting(
        "site_slots_kept_months",
        25,
        "Whole months after which a site's quarter-hours are folded into sums by weekday, hour and kind of opening.",
        4,
        600,
    ),
    Setting("readings_kept_days", 400, "Days after which old hardware readings are deleted.", 30, 3_660),
    Setting("audit_kept_days", 1_830, "Days after which it is forgotten who changed what.", 366, 36_600),
    Setting(
        "catalogue_folder",
        "",
        "Folder with a catalogue of figures in place of the built-in one: catalogue.toml and words.en.toml,"
        " words.fr.toml, words.nl.toml; empty: the built-in one.",
    ),
    Setting("downloads_kept_days", 400, "Days after which is forgotten who downloaded what.", 30, 3_660),
    Setting("smtp_host", "", "Server that takes mails; empty: links of invitations are shown, to be sent by hand."),
    Setting("smtp_port", 587, "Port of that server.", 1, 65_535),
    Setting(
        "smtp_security",
        "starttls",
        "How the way to it is encrypted: starttls, tls, or none for a server on this computer.",
        words=("starttls", "tls", "none"),
    ),
    Setting("smtp_user", "", "Name for that server; empty: it asks for none."),
    Setting("smtp_password", "", "Password for that server.", secret=True),
    Setting("mail_from", "", "Address from which mails come."),
    Setting(
        "oidc_issuer",
        "",
        "Address of a provider of OpenID Connect at which people may log in; empty: none. It needs public_url; the"
        " provider must know PUBLIC_URL/login/provider/return as the address to come back to.",
    ),
    Setting("oidc_client_id", "", "As what that provider knows this collector."),
    Setting("oidc_client_secret", "", "The secret that goes with it.", secret=True),
    Setting("oidc_label", "OpenID Connect", "What people call that provider, such as the name of their organisation."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `SETTINGS` describes, with every default filled in."""

    data_folder: Path
    database_url: str
    listen_host: str = "127.0.0.1"
    listen_port: int = 8017
    public_url: str = ""
    public_pages: bool = True
    publisher: str = ""
    open_data_licence: str = ""
    trusted_proxies: tuple[str, ...] = ()
    secure_cookies: bool = True
    tls_certificate_file: str = ""
    tls_key_file: str = ""
    log_format: str = "json"
    time_zone: str = "Europe/Brussels"
    idle_rule_minutes: int = 10
    contact_interval_seconds: int = 1800
    queue_limit: int = 512
    envelope_bytes_limit: int = 262_144
    body_seconds_limit: int = 20
    slots_back_days: int = 14
    slots_back_backlog_days: int = 60
    starts_per_slot_limit: int = 60
    runs_per_day_limit: int = 200
    waiting_envelopes_limit: int = 400
    slot_records_kept_days: int = 90
    site_slots_kept_months: int = 25
    readings_kept_days: int = 400
    audit_kept_days: int = 1_830
    catalogue_folder: str = ""
    downloads_kept_days: int = 400
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = ""
    mail_from: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_label: str = "OpenID Connect"

    @property
    def root_path(self) -> str:
        """The path of `public_url`, below which a proxy serves the collector; usually empty."""
        return urlsplit(self.public_url).path.rstrip("/")

    @property
    def revocations_file(self) -> Path:
        """What was revoked, outside every backup: a restore must not bring it back to life."""
        return self.data_folder / "revocations.jsonl"


class Value(NamedTuple):
    """A value and where it came from, for a reader."""

    value: Any
    source: str


def read(file: Path | None, environment: Mapping[str, str], **given: Any) -> Settings:
    """The settings in force; `given` are those of the command line, None where it is silent."""
    return settled(found(file, environment, **given))


def found(file: Path | None, environment: Mapping[str, str], **given: Any) -> dict[str, Value]:
    """Every setting with its source, checked one by one."""
    values = {setting.name: Value(setting.default, "built-in default") for setting in SETTINGS}
    known = {setting.name: setting for setting in SETTINGS}
    if file is None and environment.get(PREFIX + CONFIG_FILE):
        file = Path(environment[PREFIX + CONFIG_FILE])
    if file is not None:
        for name, value in _table(file).items():
            if name not in known:
                raise ConfigError(f"{file} has an unknown setting {name!r}: remove it or correct its name.")
            values[name] = Value(_checked(known[name], value, str(file)), str(file))
    for setting in SETTINGS:
        text, source = _from_environment(setting.name, environment)
        if text is not None:
            values[setting.name] = Value(_checked(setting, _parsed(setting, text, source), source), source)
    for name, value in given.items():
        if value is not None:
            values[name] = Value(_checked(known[name], value, "the command line"), "command line")
    _refuse_unknown(environment, known)
    return values


def settled(values: Mapping[str, Value]) -> Settings:
    """The settings, with the paths that depend on others filled in."""
    plain = {name: value.value for name, value in values.items()}
    folder = Path(plain["data_folder"] or platformdirs.user_data_path("dps-collector")).expanduser().absolute()
    url = plain["database_url"] or f"sqlite:///{folder / 'collector.sqlite'}"
    if plain["slots_back_backlog_days"] < plain["slots_back_days"]:
        raise ConfigError(
            "slots_back_backlog_days is less than slots_back_days: a backlog cannot be younger, raise it."
        )
    if plain["slot_records_kept_days"] <= plain["slots_back_backlog_days"]:
        raise ConfigError(
            "slot_records_kept_days is not more than slots_back_backlog_days: late counts would find their day sealed,"
            " raise it."
        )
    if plain["smtp_host"] and not plain["mail_from"]:
        raise ConfigError("smtp_host is set and mail_from is not: write the address from which mails come.")
    needed = ("public_url", "oidc_client_id", "oidc_client_secret", "oidc_label")
    missing = [name for name in needed if plain["oidc_issuer"] and not plain[name]]
    if missing:
        raise ConfigError(f"oidc_issuer is set and {missing[0]} is not: write it.")
    return Settings(
        **{
            **plain,
            "data_folder": folder,
            "database_url": url,
            "idle_rule_minutes": int(plain["idle_rule_minutes"]),
            "trusted_proxies": tuple(plain["trusted_proxies"]),
        }
    )


def shown(values: Mapping[str, Value]) -> list[tuple[str, str, str]]:
    """Name, value and source of each setting; secrets are hidden."""
    secret = {setting.name for setting in SETTINGS if setting.secret}
    return [
        (name, "(hidden)" if name in secret and value.value else str(value.value), value.source)
        for name, value in values.items()
    ]


def _table(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}): correct the path or its permissions.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not valid TOML ({error}): correct that line.") from error


def _refuse_unknown(environment: Mapping[str, str], known: Mapping[str, Setting]) -> None:
    for name in sorted(environment):
        word = name.removeprefix(PREFIX).lower()
        is_known = word in known or word.removesuffix("_file") in known or word == CONFIG_FILE.lower()
        if name.startswith(PREFIX) and not is_known:
            raise ConfigError(f"The environment has an unknown setting {name}: remove it or correct its name.")


def _from_environment(name: str, environment: Mapping[str, str]) -> tuple[str | None, str]:
    variable = PREFIX + name.upper()
    by_file = variable + "_FILE"
    if variable in environment and by_file in environment:
        raise ConfigError(f"Both {variable} and {by_file} are set: keep one of them.")
    if by_file in environment:
        path = Path(environment[by_file])
        try:
            return path.read_text(encoding="utf-8").strip(), f"{by_file} ({path})"
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}, named by {by_file}, cannot be read: correct the path or the file.") from error
    return environment.get(variable), variable


def _parsed(setting: Setting, text: str, source: str) -> Any:
    if isinstance(setting.default, bool):
        if text.lower() not in {"true", "false"}:
            raise ConfigError(f"{setting.name} from {source} is neither true nor false: write one of the two.")
        return text.lower() == "true"
    if isinstance(setting.default, int):
        try:
            return int(text)
        except ValueError:
            raise ConfigError(f"{setting.name} from {source} is not a whole number: write digits only.") from None
    if isinstance(setting.default, tuple):
        return [word for word in text.replace(",", " ").split() if word]
    return text


def _checked(setting: Setting, value: Any, source: str) -> Any:
    expected: type = list if isinstance(setting.default, tuple) else type(setting.default)
    # Not isinstance: true is a whole number to Python, and not to us.
    kind: type = type(value)
    if kind is not expected:
        raise ConfigError(f"{setting.name} from {source} is not a {_KINDS[expected]}: correct its value.")
    if setting.words and str(value) not in setting.words:
        raise ConfigError(f"{setting.name} from {source} is not one of {', '.join(setting.words)}: choose one of them.")
    if setting.most and not setting.least <= value <= setting.most:
        raise ConfigError(
            f"{setting.name} from {source} is {value}: choose a number from {setting.least} to {setting.most}."
        )
    check = _CHECKS.get(setting.name)
    if check is not None and value:
        try:
            check(value)
        except (ValueError, OSError, KeyError):
            raise ConfigError(f"{setting.name} from {source} cannot be used: {_HINTS[setting.name]}") from None
    return value


def _url(value: str) -> None:
    parts = urlsplit(value)
    _ = parts.port  # raises when it is not a number
    fine = PATH.fullmatch(parts.path)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not fine or parts.query or parts.fragment:
        raise ValueError(value)


def _database(value: str) -> None:
    if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError(value)


def _networks(value: list[str]) -> None:
    for network in value:
        if not isinstance(network, str):
            raise ValueError(network)  # noqa: TRY004  # caught with the others, to become one sentence
        ip_network(network)


def is_safe(address: str) -> bool:
    """Whether nobody on the way can read or change what is said there: encrypted, or on this very computer."""
    parts = urlsplit(address)
    local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and local))


def _issuer(value: str) -> None:
    parts = urlsplit(value)
    _ = parts.port
    if not is_safe(value) or parts.query or parts.fragment:
        raise ValueError(value)


def _licence(value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(each in value for each in ' <>"{}|\\^`'):
        raise ValueError(value)


_KINDS = {str: "text", int: "whole number", bool: "true or false", list: "list"}
_CHECKS: dict[str, Callable[[Any], object]] = {
    "public_url": _url,
    "open_data_licence": _licence,
    "oidc_issuer": _issuer,
    "database_url": _database,
    "time_zone": ZoneInfo,
    "trusted_proxies": _networks,
}
_HINTS = {
    "public_url": "write https:// and a host, and a path such as /dps where a proxy serves it below one.",
    "open_data_licence": "write the https:// address of a licence.",
    "oidc_issuer": "write the https:// address that the provider gives as its issuer.",
    "database_url": "begin it with sqlite:/// or postgresql://.",
    "time_zone": "write a name such as Europe/Brussels.",
    "trusted_proxies": "list addresses such as 10.0.0.1 or networks such as 10.0.0.0/24.",
}
