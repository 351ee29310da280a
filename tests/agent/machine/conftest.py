"""A message bus of one's own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.machine.private_bus import PrivateBus


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[PrivateBus]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("needs dbus-daemon, from the package dbus")
    started = PrivateBus(tmp_path)
    yield started
    started.stop()
