"""The service's end of the local socket on which the visitor's desktop tells the seconds since the last input.

It accepts nothing but lines of one to seven digits, from processes of the session that is at the screen. SO_PEERCRED
gives the uid and process of whoever connected (unix(7)). The uid must be that of the active session. Where the process
stands in a `session-X.scope` (systemd-logind), X must be that session too; desktops that start programs under
`systemd --user` put them into `user@UID.service`, and there the uid decides.

What a hostile peer costs is bounded: at most 8 connections, each read at most once a second and then 1 KiB at most, and
at most 8 accepted in a second. So it causes at most 9 wake-ups a second, however fast it writes: what it writes beyond
that waits in the kernel, and then so does it. Its lies distort this one station.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "linux"

import os
import socket
import stat
import struct
import time
from collections.abc import Callable

from agent.errors import Unusable
from agent.machine.base import ActiveSession
from agent.machine.files import text_of
from agent.machine.presence_lines import LARGEST_READ_BYTES, PAUSE_SECONDS, Lines

SOCKET = "/run/dps-agent/presence"
"""Where presence looks for it (agent/presence/program.py)."""
MOST_CONNECTIONS = 8
SILENCE_SECONDS = 300.0
"""A connection that says nothing for so long is closed; presence speaks every 10 s."""

_CREDENTIALS = struct.Struct("3i")
_WRITABLE_BY_OTHERS = 0o022


class Peer:
    """One connection, with what the kernel says of its other side."""

    __slots__ = ("connection", "heard_at", "lines", "read_at", "scopes", "uid")

    def __init__(self, connection: socket.socket, uid: int, scopes: frozenset[str], now: float) -> None:
        self.connection = connection
        self.uid = uid
        self.scopes = scopes
        self.lines = Lines()
        self.heard_at = now
        self.read_at = now - PAUSE_SECONDS

    def belongs_to(self, session: ActiveSession | None) -> bool:
        return session is not None and self.uid == session.uid and (not self.scopes or session.key in self.scopes)


class PresenceListener:
    """Listens at a path; no method waits."""

    __slots__ = ("_accepted_at", "_active", "_identity", "_listening", "_now", "_path", "_peers", "_root")

    def __init__(
        self,
        path: str,
        active: Callable[[], ActiveSession | None],
        now: Callable[[], float] = time.monotonic,
        root: str = "/",
    ) -> None:
        """Listen at `path`, in a folder that only we can write; it is made where it is missing.

        Raises:
            Unusable: the folder or the socket cannot be made, or something else stands in their place.
        """
        self._active = active
        self._now = now
        self._root = root
        self._path = path
        self._peers: list[Peer] = []
        """Oldest first. Those of a session in the background stay, unheard, until it comes back."""
        self._accepted_at = now() - PAUSE_SECONDS
        self._listening, self._identity = _listening_at(path)

    def filenos(self) -> list[int]:
        """What to wait for now. Ask again before each wait: what was read a moment ago is left out for a second."""
        now = self._now()
        waiting = [peer.connection.fileno() for peer in self._peers if now - peer.read_at >= PAUSE_SECONDS]
        if now - self._accepted_at >= PAUSE_SECONDS:
            waiting.append(self._listening.fileno())
        return waiting

    def rest_seconds(self) -> float | None:
        """How long what `filenos` leaves out now is still left out; None where it leaves out nothing."""
        now = self._now()
        read_at = [self._accepted_at, *(peer.read_at for peer in self._peers)]
        return min((at + PAUSE_SECONDS - now for at in read_at if now - at < PAUSE_SECONDS), default=None)

    def read(self) -> int | None:
        """The idle seconds that the newest connection of the active session told since the last call, or None.

        Who is active is asked each time, after all events of sessions have been read.
        """
        now = self._now()
        session = self._active()
        if now - self._accepted_at >= PAUSE_SECONDS:
            self._accept(session, now)
        speaker = next((peer for peer in reversed(self._peers) if peer.belongs_to(session)), None)
        told = None
        for peer in list(self._peers):
            idle = self._heard(peer, now) if now - peer.read_at >= PAUSE_SECONDS else None
            if peer is speaker:
                told = idle
            if now - peer.heard_at >= SILENCE_SECONDS:
                self._drop(peer)
        return told

    def close(self) -> None:
        """Stop listening; the socket's file goes too, unless another service has put its own there."""
        for peer in list(self._peers):
            self._drop(peer)
        self._listening.close()
        try:
            if _identity_of(self._path) == self._identity:
                os.unlink(self._path)  # noqa: PTH108 - no pathlib in the resident service
        except OSError:
            return

    def _accept(self, session: ActiveSession | None, now: float) -> None:
        for _ in range(MOST_CONNECTIONS):
            try:
                connection, _address = self._listening.accept()
            except OSError:  # nobody waits, or whoever did has gone, or no descriptor is left
                return
            self._accepted_at = now
            connection.setblocking(False)
            process, uid, _gid = _CREDENTIALS.unpack(
                connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
            )
            peer = Peer(connection, uid, session_scopes(text_of(f"{self._root}/proc/{process}/cgroup")), now)
            if not peer.belongs_to(session):
                connection.close()
                continue
            if len(self._peers) >= MOST_CONNECTIONS:
                # Whoever fills all places cannot keep the real one out: it comes back as the newest.
                self._drop(next((peer for peer in self._peers if not peer.belongs_to(session)), self._peers[0]))
            self._peers.append(peer)

    def _heard(self, peer: Peer, now: float) -> int | None:
        """The last whole line that has arrived; whoever sends anything but idle times is cut off."""
        try:
            arrived = peer.connection.recv(LARGEST_READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            arrived = b""
        peer.read_at = now
        try:
            told = peer.lines.taken(arrived)
        except ValueError:
            self._drop(peer)
            return None
        if told is not None:
            peer.heard_at = now
        return told

    def _drop(self, peer: Peer) -> None:
        if peer in self._peers:
            self._peers.remove(peer)
            peer.connection.close()


def session_scopes(cgroups: str) -> frozenset[str]:
    """Keys of the sessions in whose scope a process stands, from its /proc/PID/cgroup (cgroups(7))."""
    steps = [step for line in cgroups.splitlines() for step in line.partition("/")[2].split("/")]
    prefix, suffix = "session-", ".scope"
    return frozenset(
        step[len(prefix) : -len(suffix)] for step in steps if step.startswith(prefix) and step.endswith(suffix)
    )


def _listening_at(path: str) -> tuple[socket.socket, tuple[int, int]]:
    """A listening socket whose file takes its place ready for use, and which file that is."""
    folder = os.path.dirname(path)  # noqa: PTH120 - no pathlib in the resident service
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        check_folder(folder)
        _check_place(path)
        _remove_stale(f"{path}.new")
        listening.setblocking(False)
        listening.bind(f"{path}.new")
        os.chmod(f"{path}.new", 0o666)  # noqa: S103, PTH101 - visitors connect to it; who may tell is checked above
        listening.listen(MOST_CONNECTIONS)
        os.rename(f"{path}.new", path)  # noqa: PTH104 - no pathlib in the resident service
        return listening, _identity_of(path)
    except OSError as error:
        listening.close()
        raise Unusable(f"Presence cannot be heard at {path}: {error.strerror or error}.") from error
    except Unusable:
        listening.close()
        raise


def check_folder(folder: str) -> None:
    """Make a folder, or refuse one in which somebody else could put something in the place of what is ours."""
    try:
        os.mkdir(folder)  # noqa: PTH102 - no pathlib in the resident service
        os.chmod(folder, 0o755)  # noqa: S103, PTH101 - visitors pass through it
    except FileExistsError:
        found = os.lstat(folder)
        if (
            not stat.S_ISDIR(found.st_mode)
            or found.st_uid != os.geteuid()
            or stat.S_IMODE(found.st_mode) & _WRITABLE_BY_OTHERS
        ):
            raise Unusable(f"Presence cannot be heard: {folder} must be a folder that only we can write.") from None


def _check_place(path: str) -> bool:
    """Whether a socket is there, as a service that was killed leaves it; anything else is not ours to replace."""
    try:
        if stat.S_ISSOCK(os.lstat(path).st_mode):
            return True
    except FileNotFoundError:
        return False
    raise Unusable(f"Presence cannot be heard: {path} is no socket; remove it.")


def _remove_stale(path: str) -> None:
    if _check_place(path):
        os.unlink(path)  # noqa: PTH108 - no pathlib in the resident service


def _identity_of(path: str) -> tuple[int, int]:
    found = os.lstat(path)
    return found.st_dev, found.st_ino
