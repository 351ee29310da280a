"""Databases for the tests: every test that asks for `engine` runs on SQLite and on PostgreSQL.

PostgreSQL is Debian's server, started once per session in a folder of its own, never as root, without a network
address. Each test gets a new database, copied from one that was migrated once.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL

from collector.storage.engine import create_engine
from collector.storage.schema import migrate

SERVER_USER = "postgres"
"""Whom root becomes to start the server, which refuses to run as root."""
_numbers = count()


def postgresql_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return found[-1] if found else None


def is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def as_server_user(*words: str | Path) -> list[str]:
    command = [str(word) for word in words]
    if not is_root():
        return command
    return ["setpriv", f"--reuid={SERVER_USER}", f"--regid={SERVER_USER}", "--clear-groups", *command]


def address(folder: Path, database: str) -> URL:
    return URL.create("postgresql", username=SERVER_USER, database=database, query={"host": str(folder)})


def rendered(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgresql_folder() -> Iterator[Path]:
    """The socket's folder of a running server with a migrated database called `template_dps`."""
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="dps-pg-"))
    folder.chmod(0o755)
    if is_root():
        shutil.chown(folder, SERVER_USER, SERVER_USER)
    cluster = folder / "cluster"
    initdb = as_server_user(
        programs / "initdb", "-D", cluster, "-A", "trust", "-U", SERVER_USER, "--no-sync", "-E", "UTF8", "--locale=C"
    )
    subprocess.run(initdb, check=True, capture_output=True, cwd="/")
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "max_connections": "60",
    }
    words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            as_server_user(programs / "postgres", "-D", cluster, *words), stdout=log, stderr=log, cwd="/"
        )
    try:
        ready = [str(programs / "pg_isready"), "-h", str(folder), "-t", "1"]
        while subprocess.run(ready, check=False, capture_output=True).returncode != 0:
            assert server.poll() is None, (folder / "log").read_text()
        on_server(folder, "CREATE DATABASE template_dps")
        engine = create_engine(rendered(address(folder, "template_dps")))
        migrate(engine)
        engine.dispose()
        yield folder
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def on_server(folder: Path, statement: str) -> None:
    engine = create_engine(rendered(address(folder, "postgres")))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "collector.sqlite"
    engine = create_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new, migrated, empty database."""
    if request.param == "sqlite":
        file = tmp_path / "collector.sqlite"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        yield f"sqlite:///{file}"
        return
    folder = request.getfixturevalue("postgresql_folder")
    name = f"dps_{next(_numbers)}"
    on_server(folder, f"CREATE DATABASE {name} TEMPLATE template_dps")
    yield rendered(address(folder, name))
    on_server(folder, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    folder = request.getfixturevalue("postgresql_folder")
    name = f"dps_{next(_numbers)}"
    on_server(folder, f"CREATE DATABASE {name}")
    yield rendered(address(folder, name))
    on_server(folder, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(migrated_file: Path, tmp_path: Path) -> Iterator[Engine]:
    """Only SQLite: for what does not depend on the database."""
    file = tmp_path / "collector.sqlite"
    shutil.copy(migrated_file, file)
    engine = create_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()
