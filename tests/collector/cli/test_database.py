"""migrate and check, and every other word in front of a database that is not ready."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from tests.collector.cli.conftest import Run
from tests.collector.cli.refusal import one_sentence

Change = Callable[[Callable[[Connection], None]], None]

WORDS = {
    "site list": ["site", "list"],
    "site add": ["site", "add", "A", "Name"],
    "token issue": ["token", "issue"],
    "token list": ["token", "list"],
    "user list": ["user", "list"],
    "export": ["export", "statistics", "--site", "A", "--from", "2026-01", "--to", "2026-01"],
    "serve": ["serve"],
}


def newer(connection: Connection) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))


@pytest.mark.parametrize("word", WORDS)
def test_without_tables_every_word_asks_for_migrate(word: str, run: Run) -> None:
    sentence = one_sentence(run(*WORDS[word]))
    assert "are empty; run `dps-collector migrate` first" in sentence


@pytest.mark.parametrize("word", [*WORDS, "migrate", "demo"])
def test_the_tables_of_a_newer_collector_are_not_touched(word: str, ready: Run, database: Change, data: Path) -> None:
    database(newer)
    before = (data / "collector.sqlite").read_bytes()
    words = [*WORDS.get(word, [word]), *(["--port", "0"] if word == "demo" else [])]
    assert "written by a newer collector; install that version again" in one_sentence(ready(*words))
    assert (data / "collector.sqlite").read_bytes() == before


@pytest.mark.parametrize("word", [*WORDS, "migrate"])
def test_a_file_that_is_no_database_is_left_alone(word: str, run: Run, data: Path) -> None:
    data.mkdir(mode=0o700)
    (data / "collector.sqlite").write_text("a letter to somebody\n" * 100)
    sentence = one_sentence(run(*WORDS.get(word, [word])))
    assert sentence == "the database cannot be used (file is not a database); run `dps-collector check`"
    assert (data / "collector.sqlite").read_text().startswith("a letter")


@pytest.mark.parametrize("word", [*WORDS, "migrate", "demo"])
def test_a_file_in_the_way_of_the_data_folder_is_named(word: str, run: Run, data: Path) -> None:
    data.write_text("in the way")
    words = [*WORDS.get(word, [word]), *(["--port", "0"] if word == "demo" else [])]
    assert one_sentence(run(*words)).startswith(f"{data} cannot be used (File exists)")


def test_a_database_server_that_does_not_answer_is_said_without_its_password(run: Run) -> None:
    sentence = one_sentence(run("site", "list", DPS_COLLECTOR_DATABASE_URL="postgresql://dps:geheim@127.0.0.1:1/dps"))
    assert "the database cannot be used" in sentence
    assert "geheim" not in sentence


def test_migrate_makes_the_tables_once(run: Run) -> None:
    first, second = run("migrate"), run("migrate")
    assert (first.exit_code, first.stdout.startswith("applied: 0001")) == (0, True)
    assert (second.exit_code, second.stdout) == (0, "nothing to do: the tables are those of this version\n")


def test_check_finds_nothing_once_there_is_a_site_and_somebody_to_look_at_it(ready: Run) -> None:
    assert ready("user", "add", "anna", input="twelve letters\n").exit_code == 0
    result = ready("check")
    assert (result.exit_code, result.stdout) == (0, "all is well\n")


def test_check_warns_with_exit_code_0_and_fails_with_1(run: Run) -> None:
    empty = run("check")
    assert empty.exit_code == 1
    assert empty.stdout.splitlines()[0] == "collector.E003  The tables of the database are empty."
    run("migrate")
    warned = run("check")
    assert warned.exit_code == 0
    assert [line.split()[0] for line in warned.stdout.splitlines()[::2]] == ["collector.W005", "collector.W006"]


def test_check_names_a_file_in_the_way_instead_of_giving_up(run: Run, data: Path) -> None:
    data.write_text("in the way")
    result = run("check")
    assert (result.exit_code, result.stdout.split()[0]) == (1, "collector.E001")


def test_check_tells_a_database_that_is_none(run: Run, data: Path) -> None:
    data.mkdir(mode=0o700)
    (data / "collector.sqlite").write_text("a letter to somebody\n" * 100)
    result = run("check")
    assert (result.exit_code, result.stdout.split()[0]) == (1, "collector.E002")
