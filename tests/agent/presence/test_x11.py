"""The idle time of a real X server."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Linux runs this file

import os
import select
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("only Linux: X11", allow_module_level=True)
assert sys.platform == "linux"

from agent.machine.base import ActiveSession
from agent.machine.presence_linux import PresenceListener, session_scopes
from tests.agent.presence.desktop import PATIENCE_SECONDS, SWAP_BUTTONS, Probe, XServer, presence


@pytest.fixture
def probe(x_server: XServer) -> Iterator[Probe]:
    started = Probe(x_server.display)
    yield started
    started.stop()


def wait_until_idle(probe: Probe, seconds: int) -> None:
    """The X server has a clock of its own, which nobody can move."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while probe.ask() < seconds:
        assert time.monotonic() < deadline, "the idle time does not grow"


@pytest.mark.parametrize("words", [("xdotool", "key", "a"), ("xdotool", "mousemove", "11", "17")])
def test_the_idle_time_grows_and_falls_when_a_key_or_the_mouse_is_used(
    x_server: XServer, probe: Probe, words: tuple[str, ...]
) -> None:
    wait_until_idle(probe, 2)
    x_server.do(*words)
    assert probe.ask() == 0


def test_an_error_of_the_x_server_costs_one_answer_and_is_written_nowhere(probe: Probe) -> None:
    assert probe.ask("error") is None
    assert probe.ask() is not None
    probe.process.kill()
    assert probe.process.communicate()[1] == ""


def test_what_the_server_tells_everybody_does_not_pile_up(x_server: XServer, probe: Probe) -> None:
    probe.ask()
    x_server.do(sys.executable, "-c", SWAP_BUTTONS)
    assert probe.ask("arrived") > 0
    probe.ask()
    assert probe.ask("queued") == 0


def test_it_tells_the_service_nothing_but_the_seconds(
    x_server: XServer, service: socket.socket, tmp_path: Path
) -> None:
    running = presence({"DISPLAY": x_server.display, "XDG_SESSION_TYPE": "x11"}, tmp_path / "presence", tmp_path)
    connection, _ = service.accept()
    with connection:
        connection.settimeout(PATIENCE_SECONDS)
        line = connection.recv(4096)
        x_server.stop()
        rest = connection.recv(4096)
    assert line.endswith(b"\n")
    assert line[:-1].isdigit()
    assert rest == b""
    assert (running.wait(PATIENCE_SECONDS), *running.communicate()) == (0, "", ""), "the end of the session is no error"


def test_an_x_server_without_the_extension_is_not_readable(tmp_path: Path) -> None:
    if shutil.which("Xvfb") is None:
        pytest.skip("needs Xvfb, from the package xvfb")
    server = XServer("-extension", "MIT-SCREEN-SAVER")
    ended = presence({"DISPLAY": server.display}, tmp_path / "presence")
    _, err = ended.communicate(timeout=PATIENCE_SECONDS)
    server.stop()
    assert ended.returncode == 0
    assert err == "dps-agent: presence is not readable: this X server has no extension MIT-SCREEN-SAVER\n"


def test_a_display_that_is_not_there_is_not_readable(tmp_path: Path) -> None:
    ended = presence({"DISPLAY": ":65432"}, tmp_path / "presence")
    _, err = ended.communicate(timeout=PATIENCE_SECONDS)
    assert ended.returncode == 0
    assert len(err.splitlines()) == 1
    assert ":65432" in err


def test_the_service_hears_the_visitor_who_moves_the_mouse(x_server: XServer, tmp_path: Path) -> None:
    path = tmp_path / "run" / "presence"
    listener = PresenceListener(str(path), lambda: ActiveSession("of no scope", os.getuid()))
    if session_scopes(Path("/proc/self/cgroup").read_text("utf-8")):
        listener.close()
        pytest.skip("these tests themselves run in the scope of a session")
    x_server.do("xdotool", "mousemove", "5", "7")
    running = presence({"DISPLAY": x_server.display}, path, tmp_path)
    heard = None
    while heard is None:
        assert select.select(listener.filenos(), [], [], PATIENCE_SECONDS)[0], "presence says nothing"
        heard = listener.read()
    listener.close()
    running.kill()
    running.communicate()
    assert heard <= PATIENCE_SECONDS
