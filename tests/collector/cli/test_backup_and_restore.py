"""backup, restore, and what a start does after a restore"""

import json
import re
import secrets
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text, update

from agent.wire.v1 import EnrolmentAnswer, EnrolmentRequest
from collector.ingest.enrolment import exchange
from collector.storage import schema
from collector.storage.backup import BESIDE
from collector.storage.lock_file import held
from collector.storage.models import credential, invitation, web_session
from tests.collector.cli.conftest import Run
from tests.collector.cli.refusal import one_sentence
from tests.collector.storage.next_version import NEXT, migrations_of_tomorrow

Change = Callable[[Callable[[Connection], None]], None]
POSTGRESQL = {"DPS_COLLECTOR_DATABASE_URL": "postgresql://dps:geheim@127.0.0.1:1/dps"}


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "yesterday.sqlite"


@pytest.fixture
def station(ready: Run, database: Change) -> str:
    """The public id of a station of EVERE that was there before the backup."""
    token = ready("token", "issue", "--site", "EVERE").stdout.strip()
    answers: list[EnrolmentAnswer] = []

    def ask(connection: Connection) -> None:
        request = EnrolmentRequest(
            schema=1, enrolment_id=secrets.token_hex(16), token=token, tag="EVERE-01", agent_version="1", system="linux"
        )
        answer = exchange(connection, request, 1_780_000_000, secrets.token_hex)
        assert isinstance(answer, EnrolmentAnswer)
        answers.append(answer)

    database(ask)
    return answers[0].station_public_id


def kept_aside(data: Path) -> list[Path]:
    """The databases that were replaced, without what SQLite kept beside them."""
    return [file for file in data.glob("collector.sqlite.replaced-*") if not file.name.endswith(BESIDE)]


@contextmanager
def served(data: Path) -> Iterator[None]:
    """A collector that serves this folder."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "collector", "--data", str(data), "serve", "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("listening on ")
        try:
            yield
        finally:
            process.terminate()
            process.communicate(timeout=30)


def test_a_backup_is_made_and_says_what_it_holds(ready: Run, backup: Path) -> None:
    done = ready("backup", str(backup))
    assert done.exit_code == 0
    assert re.fullmatch(rf"{backup}: 0\.\d MiB, whole; 0 stations, no envelope yet\n", done.stdout)
    assert "add --replace" in one_sentence(ready("backup", str(backup)))
    assert ready("backup", str(backup), "--replace").exit_code == 0


def test_there_must_be_something_to_back_up(run: Run, data: Path, backup: Path) -> None:
    assert one_sentence(run("backup", str(backup))).startswith(f"there is no database {data / 'collector.sqlite'}")
    run("check")  # makes the file, and no tables
    assert "there is nothing in" in one_sentence(run("backup", str(backup)))
    assert not backup.exists()


@pytest.mark.parametrize("word", ["backup", "restore"])
def test_postgresql_is_left_to_its_own_tools(word: str, run: Run, backup: Path) -> None:
    sentence = one_sentence(run(word, str(backup), **POSTGRESQL))
    assert {"backup": "use pg_dump", "restore": "use pg_restore"}[word] in sentence
    assert "geheim" not in sentence
    assert not backup.exists()


def test_a_restore_brings_back_what_was_and_keeps_what_is(ready: Run, data: Path, backup: Path) -> None:
    ready("backup", str(backup))
    ready("site", "add", "JETTE", "Jette")
    done = ready("restore", str(backup))
    assert done.exit_code == 0, done.output
    assert re.match(rf"restored {backup}: 0\.\d MiB, whole; 0 stations, no envelope yet\n", done.stdout)
    assert [line.split()[0] for line in ready("site", "list").stdout.splitlines()] == ["EVERE"]
    [aside] = kept_aside(data)
    assert f"is kept as {aside}; remove it once all is well" in done.stdout
    assert ready("restore", str(aside)).exit_code == 0
    assert len(ready("site", "list").stdout.splitlines()) == 2


def test_a_collector_on_a_new_computer_is_told_to_fetch_what_was_revoked(
    ready: Run, data: Path, backup: Path, tmp_path: Path
) -> None:
    ready("backup", str(backup))
    done = ready("--data", str(tmp_path / "new"), "restore", str(backup))
    assert done.exit_code == 0, done.output
    assert "revocations.jsonl: if this computer takes the place of another one, fetch it from there" in done.stdout
    assert "is kept as" not in done.stdout


def test_what_was_revoked_after_the_backup_stays_revoked(ready: Run, data: Path, backup: Path, station: str) -> None:
    ready("backup", str(backup))
    token = ready("token", "list").stdout.split()[0]
    ready("site", "revoke", station)
    ready("token", "revoke", token)
    done = ready("restore", str(backup))
    assert "the backup did not know: 2\n" in done.stdout
    assert ready("site", "stations", "EVERE").stdout.split()[:2] == [station, "revoked"]
    assert ready("token", "list").stdout.split()[6] == "revoked"


def test_a_password_that_was_changed_after_the_backup_does_not_come_back(ready: Run, backup: Path) -> None:
    ready("user", "add", "anna", input="the old password\n")
    ready("backup", str(backup))
    ready("user", "password", "anna", input="the new password\n")
    done = ready("restore", str(backup))
    assert "the backup did not know: 1" in done.output
    assert "without a password" in ready("user", "list").output
    ready("user", "password", "anna", input="the new password\n")
    assert "without a password" not in ready("user", "list").output


def test_a_database_that_was_restored_by_other_means_learns_it_at_check(
    ready: Run, database: Change, station: str
) -> None:
    def forget(connection: Connection) -> None:
        connection.execute(update(credential).values(status="accepted", revoked_at=None))

    ready("site", "revoke", station)
    database(forget)
    assert "collector.W008  The database did not know 1 of the revocations" in ready("check").stdout
    assert ready("site", "stations", "EVERE").stdout.split()[:2] == [station, "revoked"]
    assert "W008" not in ready("check").stdout


def test_nothing_is_served_while_nobody_knows_what_was_revoked(ready: Run, data: Path) -> None:
    (data / "revocations.jsonl").mkdir()
    assert "so nobody knows what was revoked" in one_sentence(ready("serve"))
    checked = ready("check")
    assert (checked.exit_code, "collector.E007" in checked.stdout) == (1, True)


def test_a_line_that_cannot_be_understood_is_told_by_check(ready: Run, data: Path) -> None:
    (data / "revocations.jsonl").write_text("nonsense\n")
    checked = ready("check")
    assert (checked.exit_code, "collector.W009  1 lines" in checked.stdout) == (0, True)


def test_nobody_is_logged_in_or_invited_after_a_restore(ready: Run, database: Change, backup: Path) -> None:
    def log_in(connection: Connection) -> None:
        row = {"account_id": 1, "valid_until": 2**40}
        connection.execute(insert(web_session).values(key_sha256="0" * 64, opened_at=0, **row))
        connection.execute(insert(invitation).values(token_sha256="0" * 64, **row))

    found: list[object] = []
    ready("user", "add", "anna", input="vier woorden zijn goed\n")
    database(log_in)
    ready("backup", str(backup))
    ready("restore", str(backup))
    database(lambda connection: found.extend(connection.execute(select(web_session))))
    database(lambda connection: found.extend(connection.execute(select(invitation))))
    assert found == []


def test_a_backup_of_an_older_collector_is_brought_to_this_version(
    ready: Run, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Change
) -> None:
    ready("backup", str(backup))
    monkeypatch.setattr(schema, "MIGRATIONS", migrations_of_tomorrow(tmp_path / "migrations"))
    done = ready("restore", str(backup))
    assert done.exit_code == 0, done.output
    assert f"brought to the tables of this version: {NEXT}\n" in done.stdout
    words: list[str] = []
    database(lambda connection: words.extend(connection.execute(text("SELECT word FROM tomorrow")).scalars()))
    assert sorted(words) == ["first", "last"]


def test_a_backup_of_a_newer_collector_is_refused_and_nothing_is_replaced(
    ready: Run, data: Path, backup: Path, database: Change
) -> None:
    def newer(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    ready("backup", str(backup))
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = {file.name: file.read_bytes() for file in data.iterdir()}
    assert one_sentence(ready("restore", str(backup))) == (
        f"{backup} was written by a newer collector; install that version, then restore again"
    )
    assert {file.name: file.read_bytes() for file in data.iterdir()} == before
    database(newer)
    assert "written by a newer collector" in one_sentence(ready("backup", str(backup), "--replace"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no file"),
        (b"a letter to somebody\n" * 100, "file is not a database; nothing was replaced"),
        (b"", "has not the tables of a collector"),
        ("half", "cannot be restored"),
    ],
)
def test_a_file_that_is_no_backup_is_refused_and_nothing_is_replaced(
    ready: Run, data: Path, backup: Path, content: bytes | str | None, words: str
) -> None:
    if content == "half":
        ready("backup", str(backup))
        backup.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
    elif isinstance(content, bytes):
        backup.write_bytes(content)
    before = {file.name: file.read_bytes() for file in data.iterdir()}
    assert words.replace("; nothing", "); nothing") in one_sentence(ready("restore", str(backup)))
    assert {file.name: file.read_bytes() for file in data.iterdir()} == before


def test_the_database_is_not_restored_from_itself(ready: Run, data: Path) -> None:
    assert "is the database itself" in one_sentence(ready("restore", str(data / "collector.sqlite")))


def test_while_a_collector_serves_only_a_backup_can_be_made(ready: Run, data: Path, backup: Path) -> None:
    with served(data):
        assert ready("backup", str(backup)).exit_code == 0
        for words in (["restore", str(backup)], ["serve", "--port", "1"], ["migrate"], ["demo", "--port", "0"]):
            assert one_sentence(ready(*words)).startswith(
                f"a collector works with {data / 'collector.sqlite'} already; stop `dps-collector serve`"
            )
        assert ready("site", "list").stdout.startswith("EVERE")
    assert ready("restore", str(backup)).exit_code == 0


def test_who_comes_during_a_restore_is_asked_to_wait_and_finishes_one_that_was_cut_short(
    ready: Run, data: Path, backup: Path
) -> None:
    ready("backup", str(backup))
    ready("site", "add", "JETTE", "Jette")
    backup.rename(data / "collector.sqlite.restored")
    with held(data / "collector.sqlite.lock"):
        assert "a restore puts another database in place: wait" in one_sentence(ready("site", "list"))
    assert [line.split()[0] for line in ready("site", "list").stdout.splitlines()] == ["EVERE"]
    assert len(kept_aside(data)) == 1


def test_the_file_of_revocations_has_one_line_for_each(ready: Run, data: Path, station: str) -> None:
    ready("site", "revoke", station)
    [line] = (data / "revocations.jsonl").read_text().splitlines()
    assert json.loads(line).keys() == {"kind", "public_id", "revoked_at"}
