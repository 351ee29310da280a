"""What the presence program may not load, why, and how much memory it has in the end.

The budget is 11 MiB resident with the interpreter in it, as it runs once in each visitor's session. The costs were
measured in CPython 3.11 on Linux, where a bare interpreter has 8.5 MiB.
"""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Linux runs this file

import json
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("only Linux: its desktops", allow_module_level=True)
assert sys.platform == "linux"

from tests.agent.machine.private_bus import PrivateBus
from tests.agent.presence.desktop import PATIENCE_SECONDS, XServer, presence, resident_kilobytes
from tests.agent.presence.fake_desktop import MUTTER, FakeDesktop

BUDGET_KILOBYTES = 11 * 1024

FORBIDDEN = {
    "agent.machine": "the resident service's view of the computer; 2 MB",
    "agent.wire": "nothing of the wire format passes here",
    "argparse": "one option is compared by hand; 1.6 MB",
    "asyncio": "the loop is one wait; 10.8 MB",
    "collections": "tuples do; 0.4 MB",
    "dataclasses": "it loads inspect; slots do",
    "enum": "words do; 0.8 MB, with re",
    "inspect": "nothing here looks at its own source",
    "jeepney": "the one D-Bus call is packed by hand; 3.2 MB",
    "json": "a line of digits needs none; 1.1 MB",
    "logging": "at most one line is ever written; 2.3 MB",
    "pathlib": "one path is handed over as it is; 1.2 MB",
    "re": "nothing is searched; 1.0 MB",
    "selectors": "one poll does",
    "signal": "the desktop ends us; it loads enum; 0.8 MB",
    "socket": "_socket does, without enum and selectors; 1.4 MB",
    "ssl": "there is no network here; 6.4 MB",
    "struct": "int.to_bytes does, except that ctypes loads it",
    "subprocess": "nothing is started; 2.4 MB",
    "threading": "one thread does; 0.7 MB",
    "typing": "type checkers see it, the interpreter does not; 1.7 MB",
}
ONLY_FOR_X11 = {"ctypes", "struct"}

X11 = ("agent.presence.program", "agent.presence.linux", "agent.presence.x11")
WAYLAND = ("agent.presence.program", "agent.presence.linux", "agent.presence.wayland")


@cache
def modules_loaded_by(*modules: str) -> frozenset[str]:
    code = f"import sys, {', '.join(modules)}; names = list(sys.modules); import json; print(json.dumps(names))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, cwd=Path(__file__).parents[3]
    )
    return frozenset(json.loads(done.stdout))


def test_the_measurement_sees_imports() -> None:
    assert "enum" in modules_loaded_by("socket")
    assert "ctypes" in modules_loaded_by(*X11)


def test_this_interpreter_loads_none_of_them_by_itself() -> None:
    assert not modules_loaded_by("sys") & FORBIDDEN.keys(), "measure in a venv"


@pytest.mark.parametrize("name", FORBIDDEN)
def test_presence_does_not_load(name: str) -> None:
    assert name not in modules_loaded_by(*WAYLAND), FORBIDDEN[name]
    if name not in ONLY_FOR_X11:
        assert name not in modules_loaded_by(*X11), FORBIDDEN[name]


def resident_while_it_tells(environment: dict[str, str], service: socket.socket, folder: Path) -> int:
    """Memory after the first line; the modules were compiled before, as an installer does."""
    modules_loaded_by(*X11)
    modules_loaded_by(*WAYLAND)
    running = presence(environment, folder / "presence", folder)
    connection, _ = service.accept()
    with connection:
        connection.settimeout(PATIENCE_SECONDS)
        assert connection.recv(4096)
        found = resident_kilobytes(running.pid)
    running.kill()
    running.communicate()
    return found


def test_on_x11_it_has_at_most_eleven_mebibytes(
    x_server: XServer, service: socket.socket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = resident_while_it_tells({"DISPLAY": x_server.display}, service, tmp_path)
    with capsys.disabled():
        print(f"\npresence on X11: {found} kB resident")
    assert found <= BUDGET_KILOBYTES


def test_on_wayland_it_has_at_most_eleven_mebibytes(
    bus: PrivateBus, service: socket.socket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desktop = FakeDesktop(bus.address, {MUTTER: ("t", 12_345)})
    here = {"WAYLAND_DISPLAY": "wayland-0", "DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus.address}"}
    found = resident_while_it_tells(here, service, tmp_path)
    desktop.stop()
    with capsys.disabled():
        print(f"\npresence on Wayland: {found} kB resident")
    assert found <= BUDGET_KILOBYTES
