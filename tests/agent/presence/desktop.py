"""A desktop for the presence program: a real X server without a screen, and the program itself."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

START = "import sys; from agent.presence.program import main; sys.exit(main(sys.argv[1:]))"
PATIENCE_SECONDS = 20.0

PROBE = """
import ctypes, json, sys
from agent.presence.x11 import XScreen
screen = XScreen(sys.argv[1])
for line in sys.stdin:
    what = line.strip()
    if what == "error":
        right, screen._root = screen._root, 0xDEAD
        answer = screen.seconds()
        screen._root = right
    elif what == "arrived":
        answer = screen._x.XEventsQueued(screen._display, 1)
    elif what == "queued":
        answer = screen._x.XEventsQueued(screen._display, 0)
    else:
        answer = screen.seconds()
    print(json.dumps(answer), flush=True)
"""

SWAP_BUTTONS = """
import ctypes, sys
x = ctypes.CDLL("libX11.so.6")
x.XOpenDisplay.restype = ctypes.c_void_p
x.XGetPointerMapping.argtypes = x.XSetPointerMapping.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
display = x.XOpenDisplay(None)
buttons = ctypes.create_string_buffer(256)
count = x.XGetPointerMapping(display, buttons, 256)
order = buttons.raw[:count]
x.XSetPointerMapping(display, order[1:2] + order[:1] + order[2:], count)
"""
"""Every program on the display is told of a new order of the mouse's buttons, or of a new keyboard."""


class XServer:
    """Xvfb on a display that was free."""

    def __init__(self, *options: str) -> None:
        read, write = os.pipe()
        self._process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "320x240x8", "-nolisten", "tcp", "-noreset", *options],
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as numbers:
            self.display = f":{numbers.readline().strip()}"
        assert self.display != ":", "the X server did not start"

    def do(self, *words: str) -> None:
        """Run a program on this display."""
        subprocess.run(words, env={**os.environ, "DISPLAY": self.display}, check=True, timeout=PATIENCE_SECONDS)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


class Probe:
    """A process that reads the idle time of a display when it is asked."""

    def __init__(self, display: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROBE, display],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, what: str = "idle") -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


def presence(environment: dict[str, str], socket: Path, runtime: Path | None = None) -> subprocess.Popen[str]:
    """The program in a session with this environment and nothing else."""
    more = {"PATH": os.environ["PATH"]} | ({} if runtime is None else {"XDG_RUNTIME_DIR": str(runtime)})
    return subprocess.Popen(
        [sys.executable, "-c", START, "--socket", str(socket)],
        env=environment | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
    )


def resident_kilobytes(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
