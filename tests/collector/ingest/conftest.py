from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from collector.ingest.routes import IngestApp
from tests.collector.ingest.calls import app_for, settings_for
from tests.collector.ingest.cast import seed


@pytest.fixture
def region(engine: Engine) -> Engine:
    """Both databases in turn, with the cast."""
    seed(engine)
    return engine


@pytest.fixture
def sqlite_region(sqlite_engine: Engine) -> Engine:
    seed(sqlite_engine)
    return sqlite_engine


@pytest.fixture
def app(region: Engine, tmp_path: Path, untouched_process: None) -> Iterator[IngestApp]:
    app = app_for(region, settings_for(tmp_path))
    app.start()
    yield app
    app.stop()


@pytest.fixture
def sqlite_app(sqlite_region: Engine, tmp_path: Path, untouched_process: None) -> Iterator[IngestApp]:
    app = app_for(sqlite_region, settings_for(tmp_path))
    app.start()
    yield app
    app.stop()
