from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from collector.config import SETTINGS, ConfigError, Settings, found, read, shown

DATA = {"DPS_COLLECTOR_DATA_FOLDER": "/srv/dps"}


def test_without_anything_the_defaults_are_in_force() -> None:
    settings = read(None, DATA)

    assert settings.database_url == "sqlite:////srv/dps/collector.sqlite"
    assert settings.revocations_file == Path("/srv/dps/revocations.jsonl")
    assert (settings.contact_interval_seconds, settings.slots_back_days, settings.idle_rule_minutes) == (1800, 14, 10)


def test_the_data_folder_has_a_default_of_this_system() -> None:
    assert read(None, {}).data_folder.is_absolute()
    assert "dps-collector" in str(read(None, {}).data_folder)


def test_the_command_line_beats_the_environment_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    file = tmp_path / "collector.toml"
    file.write_text("listen_port = 1\nqueue_limit = 1\nslots_back_days = 1\n")
    environment = DATA | {"DPS_COLLECTOR_LISTEN_PORT": "2", "DPS_COLLECTOR_QUEUE_LIMIT": "2"}

    settings = read(file, environment, listen_port=3, listen_host=None)

    assert (settings.listen_port, settings.queue_limit, settings.slots_back_days) == (3, 2, 1)
    assert settings.listen_host == "127.0.0.1"


def test_the_environment_may_name_the_file(tmp_path: Path) -> None:
    file = tmp_path / "collector.toml"
    file.write_text("listen_port = 99\n")

    assert read(None, {"DPS_COLLECTOR_CONFIG_FILE": str(file)}).listen_port == 99


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://dps:hunter2@db/dps\n")

    values = found(None, DATA | {"DPS_COLLECTOR_DATABASE_URL_FILE": str(file)})

    assert values["database_url"].value == "postgresql://dps:hunter2@db/dps"
    assert "hunter2" not in str(shown(values))
    assert ("listen_port", "8017", "built-in default") in shown(values)


def test_lists_and_yes_or_no_are_read_from_words() -> None:
    settings = read(
        None, DATA | {"DPS_COLLECTOR_TRUSTED_PROXIES": "10.0.0.1, 10.1.0.0/16", "DPS_COLLECTOR_SECURE_COOKIES": "False"}
    )

    assert settings.trusted_proxies == ("10.0.0.1", "10.1.0.0/16")
    assert settings.secure_cookies is False


def test_addresses_of_channels_stand_in_a_file_one_on_a_line_and_are_secret(tmp_path: Path) -> None:
    file = tmp_path / "channels"
    file.write_text("mailto://one.example?to=a,b\nmsteams://tokens\n")

    values = found(None, DATA | {"DPS_COLLECTOR_APPRISE_URLS_FILE": str(file)})

    assert values["apprise_urls"].value == ["mailto://one.example?to=a,b", "msteams://tokens"]
    assert "tokens" not in str(shown(values))


@pytest.mark.parametrize(
    ("toml", "environment", "sentence"),
    [
        ("listen_prot = 1", {}, "unknown setting 'listen_prot'"),
        ("listen_port = ", {}, "not valid TOML"),
        ('listen_port = "80"', {}, "is not a whole number"),
        ("listen_port = true", {}, "is not a whole number"),
        ("listen_port = 70000", {}, "choose a number from 1 to 65535"),
        ("log_format = 'xml'", {}, "is not one of json, pretty"),
        ("idle_rule_minutes = 7", {}, "is not one of 3, 5, 10, 15"),
        ("trusted_proxies = ['proxy']", {}, "list addresses such as"),
        ("trusted_proxies = [1]", {}, "list addresses such as"),
        ("trusted_proxies = '10.0.0.1'", {}, "is not a list"),
        ("database_url = 'mysql://x'", {}, "sqlite:/// or postgresql://"),
        ("public_url = 'dps.example'", {}, "write https:// and a host"),
        ("mail_from = 'Région <dps>'", {}, "write an address such as dps@HOST"),
        ("mail_from = 'dps@épn.example'", {}, "write an address such as dps@HOST"),
        ("public_url = 'https://dps.example:port'", {}, "write https:// and a host"),
        ("oidc_issuer = 'http://login.example'", {}, "write the https:// address"),
        ("oidc_issuer = 'https://login.example'", {}, "oidc_issuer is set and public_url is not"),
        ("webhook_url = 'http://tickets.example'", {}, "write an https:// address without a name"),
        ("webhook_url = 'https://tom:secret@tickets.example'", {}, "write an https:// address without a name"),
        ("webhook_url = 'https://tickets.example/ x'", {}, "write an https:// address without a name"),
        ("webhook_url = 'https://tickets.example'", {}, "webhook_url is set and webhook_secret is not"),
        ("apprise_urls = [1]", {}, "list addresses such as msteams"),
        ("channel_language = 'de'", {}, "is not one of en, fr, nl"),
        ("time_zone = 'Europe/Bruxelles'", {}, "such as Europe/Brussels"),
        ("time_zone = '../etc'", {}, "such as Europe/Brussels"),
        ("slots_back_days = 30\nslots_back_backlog_days = 20", {}, "less than slots_back_days"),
        ("", {"DPS_COLLECTOR_LISTEN_PORT": "eighty"}, "write digits only"),
        ("", {"DPS_COLLECTOR_SECURE_COOKIES": "maybe"}, "neither true nor false"),
        ("", {"DPS_COLLECTOR_LISTEN_PROT": "1"}, "unknown setting DPS_COLLECTOR_LISTEN_PROT"),
        ("", {"DPS_COLLECTOR_DATABASE_URL_FILE": "/nowhere/url"}, "cannot be read"),
        ("", {"DPS_COLLECTOR_DATABASE_URL_FILE": "/x", "DPS_COLLECTOR_DATABASE_URL": "y"}, "keep one of them"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(
    tmp_path: Path, toml: str, environment: dict[str, str], sentence: str
) -> None:
    file = tmp_path / "collector.toml"
    file.write_text(toml)

    with pytest.raises(ConfigError) as caught:
        read(file, DATA | environment)

    text = str(caught.value)
    assert sentence in text
    assert text.endswith(".")
    assert "\n" not in text


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["missing", "not text"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "collector.toml"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ConfigError, match=r"collector\.toml"):
        read(file, DATA)


def test_every_setting_is_described_and_every_description_a_setting() -> None:
    assert [setting.name for setting in SETTINGS] == sorted([field.name for field in fields(Settings)], key=order)
    for setting in SETTINGS:
        assert setting.meaning.endswith("."), setting.name


def order(name: str) -> int:
    return [setting.name for setting in SETTINGS].index(name)


def test_the_defaults_of_the_table_are_the_defaults_of_the_settings() -> None:
    described: dict[str, Any] = {setting.name: setting.default for setting in SETTINGS}

    for field in fields(Settings):
        if field.name not in {"data_folder", "database_url"}:
            assert field.default == described[field.name], field.name
