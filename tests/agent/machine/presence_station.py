"""A listener for presence, who is at the screen, and peers that connect to it."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "linux"

import os
import socket
import subprocess
import termios
from fcntl import ioctl
from pathlib import Path

from agent.machine.base import ActiveSession
from agent.machine.presence_linux import Peer, PresenceListener

US = os.getuid()
HERE = ActiveSession("2", US)
PATIENCE_SECONDS = 20
TALK = """
import socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
line.sendall(b"7\\n")
print(flush=True)
"""
WAIT = f"{TALK}sys.stdin.read()"
FLOOD = f"{TALK}while True: line.sendall(b'31\\n' * 4096)"


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Station:
    """A listener, who is at the screen, and the peers that a test connects."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.path = str(folder / "presence" / "socket")
        self.session: ActiveSession | None = HERE
        self.watch = Watch()
        self.root = root
        self.peers: list[socket.socket] = []
        self.processes: list[subprocess.Popen[str]] = []
        self.listener = self.listen()

    def listen(self) -> PresenceListener:
        return PresenceListener(self.path, lambda: self.session, self.watch, str(self.root))

    def connect(self, words: bytes = b"") -> socket.socket:
        peer = socket.socket(socket.AF_UNIX)
        peer.settimeout(PATIENCE_SECONDS)
        peer.connect(self.path)
        if words:
            peer.sendall(words)
        self.peers.append(peer)
        return peer

    def start(self, code: str, *, user: str | None = None, interpreter: str = sys.executable) -> subprocess.Popen[str]:
        """A process that connects; it has said its first word when this returns."""
        words = [interpreter, "-c", code, self.path]
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, user=user)
        self.processes.append(process)
        assert process.stdout is not None
        process.stdout.readline()
        return process

    def later(self, seconds: float = 1) -> int | None:
        self.watch.seconds += seconds
        return self.listener.read()

    def in_session(self, key: str, process: int | str = "self") -> None:
        """A process stands in the scope of a session."""
        number = os.getpid() if process == "self" else process
        folder = self.root / "proc" / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cgroup").write_text(f"0::/user.slice/user-{US}.slice/session-{key}.scope\n", "utf-8")

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.communicate()
        for peer in self.peers:
            peer.close()
        self.listener.close()


def is_closed(peer: socket.socket) -> bool:
    peer.setblocking(False)
    try:
        return peer.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def bytes_waiting(peer: Peer) -> int:
    """What the kernel holds of what a peer has sent."""
    return int.from_bytes(ioctl(peer.connection, termios.FIONREAD, bytes(4)), sys.byteorder)
