"""The service's end of the pipe on which presence is told, with real peers in other processes."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Windows runs this file

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress

import pytest

if sys.platform != "win32":
    pytest.skip("only Windows: named pipes", allow_module_level=True)
assert sys.platform == "win32"

import ctypes
import os
from ctypes import wintypes

from agent import machine
from agent.errors import Unusable
from agent.machine import win32
from agent.machine.access_windows import descriptor_of
from agent.machine.base import ActiveSession
from agent.machine.presence_lines import LARGEST_READ_BYTES
from agent.machine.presence_windows import MOST_CONNECTIONS, PIPE, PresencePipe
from agent.presence import windows as presence_side

LONGEST_SECONDS = 60
PEER = """
import sys
from agent.presence import windows
line = windows.connected(sys.argv[1])
print("there" if line else "nobody", flush=True)
for words in sys.stdin:
    print(line.send(eval(words)), flush=True)
"""
FLOOD = """
import sys
from agent.presence import windows
line = windows.connected(sys.argv[1])
print("there", flush=True)
while line.send(b"7\\n" * 500): pass
"""


def own_session() -> int:
    session = wintypes.DWORD()
    assert win32.kernel32.ProcessIdToSessionId(os.getpid(), ctypes.byref(session))
    return session.value


class Hearing:
    """A service that listens at a pipe of its own; its clock moves when the test says so."""

    def __init__(self) -> None:
        self.name = rf"\\.\pipe\dps-agent-test-{uuid.uuid4().hex}"
        self.at_screen: ActiveSession | None = ActiveSession("a", own_session())
        self.clock = 1000.0
        self.peers: list[subprocess.Popen[str]] = []
        self.programs: list[subprocess.Popen[bytes]] = []
        self.open_again()

    def open_again(self) -> None:
        self.pipe = PresencePipe(lambda: self.at_screen, self.name, lambda: self.clock)

    def peer(self, program: str = PEER) -> subprocess.Popen[str]:
        words = [sys.executable, "-c", program, self.name]
        started = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.peers.append(started)
        assert started.stdout is not None
        assert started.stdout.readline() == "there\n"
        return started

    def hear(self, seconds: float = LONGEST_SECONDS, *, clock_step: float = 1.0) -> int | None:
        """The next idle time; None when nothing came for so long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.clock += clock_step
            told = self.pipe.read()
            if told is not None:
                return told
            win32.wait(self.pipe.filenos(), 0.05)
        return None

    def close(self) -> None:
        self.pipe.close()
        for peer in self.peers:
            peer.kill()
            with suppress(OSError):
                peer.communicate()
        for program in self.programs:
            program.kill()
            program.wait()


@pytest.fixture
def service() -> Iterator[Hearing]:
    hearing = Hearing()
    yield hearing
    hearing.close()


def say(peer: subprocess.Popen[str], words: bytes) -> bool:
    """Whether the peer's connection still took it."""
    assert peer.stdin is not None
    assert peer.stdout is not None
    peer.stdin.write(f"{words!r}\n")
    return peer.stdout.readline() == "True\n"


def is_refused(service: Hearing, peer: subprocess.Popen[str]) -> bool:
    """Whether the peer is sent away before long, and nothing of what it says is heard."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        assert service.hear(0.05) is None
        if not say(peer, b"5\n"):
            return True
    return False


def test_both_sides_mean_the_same_pipe() -> None:
    assert presence_side.PIPE == PIPE


def test_the_idle_time_arrives_from_another_process(service: Hearing) -> None:
    peer = service.peer()
    assert say(peer, b"12\n")
    assert service.hear() == 12
    assert say(peer, b"13\n14\n"), "of several lines the last one counts"
    assert service.hear() == 14
    assert service.hear(0.2) is None


def test_several_peers_may_tell_and_their_places_are_free_again(service: Hearing) -> None:
    for number in range(2 * MOST_CONNECTIONS):
        peer = service.peer()
        assert say(peer, b"%d\n" % number)
        assert service.hear() == number
        peer.kill()
        peer.communicate()
        service.hear(0.1)


@pytest.mark.parametrize("words", [b"alice\n", b"12345678\n", b"-1\n", b"1.5\n", b"\n", b"7" * 20, b"\xd9\xa1\n"])
def test_whoever_tells_anything_but_digits_is_sent_away(service: Hearing, words: bytes) -> None:
    peer = service.peer()
    say(peer, words)
    assert is_refused(service, peer)


def test_a_peer_of_another_session_is_sent_away(service: Hearing) -> None:
    service.at_screen = ActiveSession("b", own_session() + 1)
    assert is_refused(service, service.peer())


def test_with_nobody_at_the_screen_everybody_is_sent_away(service: Hearing) -> None:
    service.at_screen = None
    assert is_refused(service, service.peer())


def test_what_a_peer_tells_does_not_count_once_another_session_is_at_the_screen(service: Hearing) -> None:
    peer = service.peer()
    assert say(peer, b"1\n")
    assert service.hear() == 1
    service.at_screen = ActiveSession("b", own_session() + 1)
    say(peer, b"2\n")
    assert service.hear(0.3) is None


def test_a_flood_is_read_once_a_second_and_then_a_little(service: Hearing) -> None:
    service.peer(FLOOD)
    assert service.hear() == 7
    reads = []
    for _ in range(40):  # the same second of our clock
        for place in service.pipe._places:
            before = place._read_at
            place.heard()
            reads.append(place._read_at != before)
        win32.wait(service.pipe.filenos(), 0.005)
    assert not any(reads)
    assert LARGEST_READ_BYTES == 1024


def test_nobody_else_can_offer_the_pipe_while_it_is_ours(service: Hearing) -> None:
    with pytest.raises(Unusable, match=r"^Presence cannot be heard at .*: .*\.$"):
        PresencePipe(lambda: None, service.name)


def test_a_pipe_that_was_closed_can_be_offered_again(service: Hearing) -> None:
    service.pipe.close()
    service.open_again()


def test_without_a_service_there_is_no_line() -> None:
    assert presence_side.connected(rf"\\.\pipe\nobody-{uuid.uuid4().hex}") is None


def test_the_machine_opens_the_pipe_of_this_computer() -> None:
    opened = machine.open_presence(lambda: None)
    assert len(opened.filenos()) == MOST_CONNECTIONS
    assert opened.read() is None
    opened.close()


@pytest.mark.real_windows
def test_people_at_this_computer_may_write_into_the_pipe_and_do_nothing_else_with_it(service: Hearing) -> None:
    entries = [entry.rstrip(")").split(";") for entry in descriptor_of(service.name).partition("D:")[2].split("(")[1:]]
    rights = {entry[5]: entry[2] for entry in entries}
    assert set(rights) == {"SY", "LS", "OW", "IU"}
    assert rights["IU"] == "0x120192"


@pytest.mark.real_windows
def test_whoever_offers_the_pipe_may_know_the_visitor_and_not_act_as_the_visitor(service: Hearing) -> None:
    peer = service.peer()
    assert say(peer, b"3\n")
    assert service.hear() == 3
    level, size, token = wintypes.DWORD(), wintypes.DWORD(), wintypes.HANDLE()
    handle = wintypes.HANDLE(service.pipe._places[0]._handle)
    assert win32.advapi32.ImpersonateNamedPipeClient(handle)
    try:
        this_thread = wintypes.HANDLE(win32.kernel32.GetCurrentThread())
        assert win32.advapi32.OpenThreadToken(this_thread, 0x0008, True, ctypes.byref(token))
        impersonation_level = 9
        words = (ctypes.byref(level), ctypes.sizeof(level), ctypes.byref(size))
        assert win32.advapi32.GetTokenInformation(token, impersonation_level, *words)
    finally:
        win32.advapi32.RevertToSelf()
    identification = 1
    assert level.value == identification
