"""The README's way to back up and restore PostgreSQL, run as it is written there."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select

from collector.ingest.commit import commit
from collector.ingest.rebuilding import rebuild, verify
from collector.storage.engine import create_engine, reading, writing
from collector.storage.models import credential, invitation, metadata, web_session
from collector.storage.queries.accounts import add_account
from collector.storage.revocations import STATION, Revocation, note
from tests.collector.conftest import SERVER_USER, address, on_server, postgresql_programs, rendered
from tests.collector.ingest.cast import arrival, public_id, seed

README = Path(__file__).parents[3] / "collector" / "README.md"


def commands(heading: str) -> list[str]:
    """The lines of the block under a heading of the README."""
    text = README.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    [block] = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return str(block).splitlines()


def run_shell_line(line: str, names: dict[str, str], environment: dict[str, str]) -> None:
    """Run a line of the README in which the words in capitals were replaced."""
    for name, value in names.items():
        line = re.sub(rf"\b{name}\b", value, line)
    for words in line.split(" && "):
        done = subprocess.run(shlex.split(words), env=environment, capture_output=True, check=False, text=True)
        assert done.returncode == 0, done.stderr


def contents(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with reading(engine) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


@pytest.fixture
def region(postgresql_folder: Path) -> Iterator[Engine]:
    """The cast with counts, of which everything was derived, and somebody who is logged in."""
    on_server(postgresql_folder, "CREATE DATABASE dps_yesterday TEMPLATE template_dps")
    engine = create_engine(rendered(address(postgresql_folder, "dps_yesterday")))
    seed(engine)
    commit(engine, [arrival(1)], 1)
    rebuild(engine, lambda: 1_780_000_000, "test", lambda: 2)
    with writing(engine) as connection:
        row = {"account_id": add_account(connection, "anna", "", 1), "valid_until": 2**40}
        connection.execute(insert(web_session).values(key_sha256="0" * 64, opened_at=1, **row))
        connection.execute(insert(invitation).values(token_sha256="0" * 64, **row))
    yield engine
    engine.dispose()
    for name in ("dps_yesterday", "dps_today"):
        on_server(postgresql_folder, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_what_pg_dump_kept_is_restored_and_what_was_revoked_since_stays_revoked(
    region: Engine, postgresql_folder: Path, data: Path, tmp_path: Path
) -> None:
    programs = postgresql_programs()
    environment = {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": str(postgresql_folder),
        "PGUSER": SERVER_USER,
    }
    names = {"FILE": str(tmp_path / "dump"), "DATABASE": "dps_yesterday", "NEW": "dps_today", "OWNER": SERVER_USER}
    before = contents(region)
    [dump] = commands("Back up")
    run_shell_line(dump, names, environment)
    note_after_the_backup = Revocation(STATION, public_id(1), 1_780_000_000)
    data.mkdir(mode=0o700)
    note(data / "revocations.jsonl", [note_after_the_backup])

    restore, *words = commands("Restore")
    run_shell_line(restore, names, environment)
    url = rendered(address(postgresql_folder, "dps_today"))
    assert [line.partition(" dps-collector ")[2] for line in words] == ["migrate", "check"]
    for word in ("migrate", "check"):
        program = [sys.executable, "-m", "collector", "--data", str(data), word]
        surroundings = {**os.environ, "DPS_COLLECTOR_DATABASE_URL": url}
        done = subprocess.run(program, env=surroundings, capture_output=True, check=False, text=True)
        assert done.returncode == 0, done.stderr
    assert "did not know 1 of the revocations" in done.stdout

    restored = create_engine(url)
    after = contents(restored)
    for name in ("web_session", "invitation"):
        assert after.pop(name) == []
        assert before.pop(name) != []
    revoked = select(credential.c.public_id).where(credential.c.status == "revoked")
    with reading(restored) as connection:
        assert set(connection.execute(revoked).scalars()) == {public_id(1), public_id(9)}
    assert len(after.pop("credential")) == len(before.pop("credential"))
    assert after == before
    assert list(verify(restored)) == []
    with writing(restored) as connection:
        # Its numbers go on where they were.
        connection.execute(insert(metadata.tables["enrolment_attempt"]).values(attempted_at=1, tag="", outcome=""))
    restored.dispose()
