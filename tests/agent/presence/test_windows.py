"""The presence program on Windows, from the last input to the service's ears."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Windows runs this file

import subprocess
import sys
from collections.abc import Iterator

import pytest

if sys.platform != "win32":
    pytest.skip("only Windows: its desktops", allow_module_level=True)
assert sys.platform == "win32"

from agent.presence import windows
from agent.presence.rhythm import TELL_SECONDS
from tests.agent.machine.test_presence_windows import LONGEST_SECONDS, Hearing


@pytest.fixture
def service() -> Iterator[Hearing]:
    hearing = Hearing()
    yield hearing
    hearing.close()


def presence(service: Hearing) -> subprocess.Popen[bytes]:
    """As the desktop starts it, without any window."""
    program = sys.executable.replace("python.exe", "pythonw.exe")
    started = subprocess.Popen([program, "-m", "agent", "presence", "--socket", service.name])
    service.programs.append(started)
    return started


def test_the_service_hears_how_long_there_was_no_input(service: Hearing) -> None:
    presence(service)
    first = service.hear()
    assert first is not None
    second = service.hear()
    assert second is not None
    assert second >= first + TELL_SECONDS - 2, "nobody touches anything here"


def test_a_second_one_in_the_same_session_ends_at_once_and_says_nothing(service: Hearing) -> None:
    presence(service)
    assert service.hear() is not None
    assert presence(service).wait(LONGEST_SECONDS) == 0


def test_the_last_input_is_not_in_the_future() -> None:
    idle = windows.LastInput().seconds()
    assert idle is not None
    assert 0 <= idle < 2**32 // 1000


def test_it_goes_on_looking_for_a_service_that_is_gone(service: Hearing) -> None:
    started = presence(service)
    assert service.hear() is not None
    service.pipe.close()
    with pytest.raises(subprocess.TimeoutExpired):
        started.wait(1)
    service.open_again()
