"""The command line on a data folder of its own, as a person or an installer types it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result
from sqlalchemy import Connection, event, insert
from sqlalchemy.pool import Pool

from collector.cli import main
from collector.storage.engine import create_engine, writing
from collector.storage.models import station
from collector.web import accounts

Run = Callable[..., Result]
Database = Callable[[Callable[[Connection], None]], None]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings of whoever runs the tests, real password hashes made with less work, and the old umask at the end."""
    for name in [name for name in os.environ if name.startswith("DPS_COLLECTOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(accounts, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(autouse=True)
def closed_connections() -> Iterator[None]:
    """Databases are closed after each test: a word leaves that to the end of its process, which here goes on."""
    opened: list[Any] = []

    def note(connection: Any, _record: object) -> None:
        opened.append(connection)

    event.listen(Pool, "connect", note)
    yield
    event.remove(Pool, "connect", note)
    for each in opened:
        each.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(data: Path) -> Run:
    """Run words on the data folder; `input` is what a person types or an installer pipes in."""

    def ran(*words: str, input: str | bytes = "", **environment: str) -> Result:  # noqa: A002 as click calls it
        return CliRunner().invoke(main, ["--data", str(data), *words], input=input, env=environment)

    return ran


@pytest.fixture
def ready(run: Run) -> Run:
    """The same with tables and one site, EVERE."""
    assert run("migrate").exit_code == 0
    assert run("site", "add", "EVERE", "Espace public numérique d’Evere", "--municipality", "Evere").exit_code == 0
    return run


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    """Change the database behind the command line's back."""
    engines = []

    def changed(change: Callable[[Connection], None]) -> None:
        engines.append(create_engine(f"sqlite:///{data / 'collector.sqlite'}"))
        with writing(engines[-1]) as connection:
            change(connection)

    yield changed
    for engine in engines:
        engine.dispose()


@pytest.fixture
def station_at_evere(ready: Run, database: Database) -> Run:
    """The same with one station, A."""

    def enrol(connection: Connection) -> None:
        connection.execute(insert(station).values(site_id=1, station_id=1, label="A", installed_at=1_700_000_000))

    database(enrol)
    return ready
