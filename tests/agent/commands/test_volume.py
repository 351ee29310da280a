"""A state folder on a volume that mounts late: nothing is written before it is there, and the wait ends."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent.commands.volume import missing_volume, wait_for_volume
from agent.config import Config, load
from agent.errors import Unusable, UsageError
from tests.agent.commands.conftest import Done
from tests.agent.sender.station import config_for

FROZEN = replace(config_for("https://c.example.org"), state_volume="/data", state_wait_seconds=120)


class Mounting:
    """A volume that is mounted after so many seconds, on a clock that only sleeping moves."""

    def __init__(self, after: float) -> None:
        self.after, self.now = after, 5_000.0
        self.asked: list[str] = []

    def is_mounted(self, volume: str) -> bool:
        self.asked.append(volume)
        return self.now - 5_000 >= self.after

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def wait(self, config: Config = FROZEN) -> None:
        wait_for_volume(config, is_mounted=self.is_mounted, elapsed=lambda: self.now, sleep=self.sleep)


def test_the_service_waits_until_the_volume_is_mounted() -> None:
    mounting = Mounting(after=40)
    mounting.wait()
    assert mounting.now == 5_040
    assert set(mounting.asked) == {"/data"}


def test_it_gives_up_after_the_time_that_is_set() -> None:
    mounting = Mounting(after=9_999)
    with pytest.raises(Unusable, match=r"/data is not mounted, and the state folder lies there; .* \(waited 120 s\)"):
        mounting.wait()
    assert mounting.now == 5_120


def test_without_such_a_volume_nobody_waits() -> None:
    mounting = Mounting(after=9_999)
    mounting.wait(replace(FROZEN, state_volume=""))
    assert (mounting.now, mounting.asked) == (5_000, [])
    assert missing_volume(replace(FROZEN, state_volume="/")) == ""


def loaded(**given: str) -> Config:
    return load(
        given, environment={}, policy_file=Path("/nowhere"), default_state_folder=Path("/s"), computer_name="PC"
    )


VOLUME = "D:/" if sys.platform == "win32" else "/data/"


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ({"state_volume": VOLUME}, f"{VOLUME}dps-agent"),
        ({"state_volume": VOLUME, "state_folder": f"{VOLUME}x/y"}, f"{VOLUME}x/y"),
        ({"state_folder": "/x"}, "/x"),
        ({}, "/s"),
    ],
)
def test_the_state_folder_is_on_the_volume(given: dict[str, str], folder: str) -> None:
    assert loaded(**given).state_folder == Path(folder)


@pytest.mark.parametrize("given", [{"state_volume": "/data", "state_folder": "/var/x"}, {"state_volume": "data"}])
def test_a_state_folder_elsewhere_is_said(given: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="is not on state_volume"):
        loaded(**given)


@pytest.mark.parametrize("word", ["send", "enroll", "show"])
def test_nothing_is_written_below_the_mount_point_before(
    call: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("DPS_AGENT_STATE_VOLUME", str(tmp_path))
    done = call(word, "--server", "http://127.0.0.1:9")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"dps-agent {word}: {tmp_path} is not mounted, and the state folder lies there")
    assert list(tmp_path.iterdir()) == []


def test_check_says_so(call: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DPS_AGENT_STATE_VOLUME", str(tmp_path))
    assert f"agent.E009  {tmp_path} is not mounted" in call("check").out
