"""Reads the settings: built-in default < TOML file < environment < command line."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import platformdirs

from collector.config.settings import Settings
from collector.config.table import SETTINGS, Setting
from collector.config.values import ConfigError, checked, parsed

PREFIX = "DPS_COLLECTOR_"
CONFIG_FILE = "CONFIG_FILE"
"""With the prefix: the variable that names the TOML file when the command line does not."""


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
            values[name] = Value(checked(known[name], value, str(file)), str(file))
    for setting in SETTINGS:
        text, source = _from_environment(setting.name, environment)
        if text is not None:
            values[setting.name] = Value(checked(setting, parsed(setting, text, source), source), source)
    for name, value in given.items():
        if value is not None:
            values[name] = Value(checked(known[name], value, "the command line"), "command line")
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
    if plain["webhook_url"] and not plain["webhook_secret"]:
        raise ConfigError("webhook_url is set and webhook_secret is not: write the key that signs what is sent there.")
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
            "apprise_urls": tuple(plain["apprise_urls"]),
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
