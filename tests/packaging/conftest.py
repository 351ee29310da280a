"""What several files here look at."""

from pathlib import Path

import pytest

from tests.packaging.hollow_msi import built, hollow_bundle


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hollow_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="session")
def msi(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> Path:
    """Only read by tests."""
    return built(tmp_path_factory.mktemp("msi"), bundle)
