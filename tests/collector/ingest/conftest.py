import pytest
from sqlalchemy import Engine

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
