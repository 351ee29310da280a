"""Settings that cannot be used are named, with where they stand and how to mend them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from collector.cli import main
from tests.collector.cli.conftest import Run
from tests.collector.cli.refusal import one_sentence

FILES = {
    "half a line": ("listen_port = ", "is not valid TOML"),
    "an unknown setting": ("listen_prt = 80", "has an unknown setting 'listen_prt'"),
    "a number in quotes": ('listen_port = "80"', "is not a whole number"),
    "a truth in quotes": ('secure_cookies = "no"', "is not a true or false"),
    "a port beyond all ports": ("listen_port = 70000", "choose a number from 1 to 65535"),
    "a zone that is nowhere": ('time_zone = "Europe/Bruxelles"', "write a name such as Europe/Brussels"),
    "a database of another make": ('database_url = "mysql://x/y"', "begin it with sqlite:/// or postgresql://"),
    "a proxy that is no address": ('trusted_proxies = ["proxy"]', "list addresses such as 10.0.0.1"),
    "an idle rule of its own": ("idle_rule_minutes = 7", "is not one of 3, 5, 10, 15"),
    "limits that contradict each other": ("slots_back_days = 60\nslots_back_backlog_days = 30", "raise it"),
    "a database with a port in letters": ('database_url = "postgresql://u:secret@h:port/x"', "database_url is not"),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_of_settings_that_cannot_be_used_is_refused_in_one_sentence(what: str, run: Run, tmp_path: Path) -> None:
    text, expected = FILES[what]
    file = tmp_path / "collector.toml"
    file.write_text(text)
    result = CliRunner().invoke(main, ["--config", str(file), "--data", str(tmp_path / "data"), "check"])
    sentence = one_sentence(result)
    assert expected in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_of_settings_that_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--config", str(tmp_path / name), "check"])
    assert one_sentence(result).startswith(f"{tmp_path / name} cannot be read")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"listen_port = 80 # caf\xe9")
    assert "is not valid TOML" in one_sentence(
        CliRunner().invoke(main, ["--config", str(tmp_path / "x.toml"), "check"])
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DPS_COLLECTOR_LISTEN_PORTS", "80", "unknown setting DPS_COLLECTOR_LISTEN_PORTS"),
        ("DPS_COLLECTOR_LISTEN_PORT", "http", "is not a whole number"),
        ("DPS_COLLECTOR_SECURE_COOKIES", "nope", "is neither true nor false"),
        ("DPS_COLLECTOR_DATABASE_URL_FILE", "/nonexistent/url", "cannot be read"),
    ],
)
def test_an_environment_that_cannot_be_used_is_refused(name: str, value: str, expected: str, run: Run) -> None:
    assert expected in one_sentence(run("check", **{name: value}))


def test_the_folder_of_the_command_line_wins_over_the_environment(run: Run, data: Path, tmp_path: Path) -> None:
    assert run("migrate", DPS_COLLECTOR_DATA_FOLDER=str(tmp_path / "other")).exit_code == 0
    assert (data / "collector.sqlite").is_file()
    assert not (tmp_path / "other").exists()


def test_the_data_folder_and_what_is_in_it_are_for_its_owner_alone(run: Run, data: Path) -> None:
    assert run("migrate").exit_code == 0
    assert data.stat().st_mode & 0o077 == 0
    assert (data / "collector.sqlite").stat().st_mode & 0o077 == 0
