"""A collector that serves, for each test its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.running_agent import RunningAgent
from tests.e2e.running_collector import RunningCollector


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[RunningCollector]:
    """With the site EVERE."""
    folder = tmp_path / "collector"
    folder.mkdir(mode=0o700)
    with RunningCollector(folder) as running:
        running.words("site", "add", "EVERE", "Evere")
        yield running


@pytest.fixture
def agent(tmp_path: Path, collector: RunningCollector) -> Iterator[Callable[..., RunningAgent]]:
    """Makes stations that know the collector's address; they are ended with the test."""
    with ExitStack() as leaving:

        def made(tag: str, token: str = "") -> RunningAgent:
            return leaving.enter_context(RunningAgent(tmp_path / tag, collector.address, tag, token))

        yield made
