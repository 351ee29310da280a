"""An X server and a message bus of one's own, and the place where the service listens."""

import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.machine.private_bus import PrivateBus
from tests.agent.presence.desktop import PATIENCE_SECONDS, XServer


@pytest.fixture
def x_server() -> Iterator[XServer]:
    if sys.platform != "linux":
        pytest.skip("needs Linux")
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}, from the package {program.lower()}")
    server = XServer()
    yield server
    server.stop()


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[PrivateBus]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("needs dbus-daemon, from the package dbus")
    started = PrivateBus(tmp_path)
    yield started
    started.stop()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[socket.socket]:
    """A socket that listens at tmp_path/presence."""
    if sys.platform == "win32":
        pytest.skip("needs local sockets")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.settimeout(PATIENCE_SECONDS)
        listening.bind(str(tmp_path / "presence"))
        listening.listen()
        yield listening
