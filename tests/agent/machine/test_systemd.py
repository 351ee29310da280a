"""What the service tells systemd."""

# ruff: noqa: E402 - only one system has it

import socket
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("only Linux: systemd", allow_module_level=True)

assert sys.platform == "linux"

from agent.machine.systemd import ServiceManager


@pytest.mark.parametrize("name", ["path", "abstract"])
def test_it_tells_systemd_each_stage_of_its_life(name: str, tmp_path: Path) -> None:
    address = str(tmp_path / "notify") if name == "path" else f"@{tmp_path}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address.replace("@", "\0", 1))
        manager = ServiceManager({"NOTIFY_SOCKET": address})
        manager.ready()
        manager.alive()
        manager.stopping()
        assert [listening.recv(64) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_without_systemd_nothing_happens() -> None:
    ServiceManager({}).alive()


def test_a_manager_that_does_not_listen_is_no_trouble(tmp_path: Path) -> None:
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).alive()
