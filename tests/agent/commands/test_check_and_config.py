"""`check` and `config`: what is wrong has an identifier and a hint, what is set has an origin."""

import os
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.config import SETTINGS
from tests.agent.commands.conftest import Done
from tests.agent.commands.test_status import service
from tests.agent.sender.fake_collector import TOKEN, FakeCollector
from tests.agent.sender.local_server import Reply, problem

Call = Callable[..., Done]


def found(done: Done) -> list[str]:
    """The identifiers, but for that of sessions, which this computer may or may not let us read."""
    told = [line.split()[0] for line in done.out.splitlines() if line.startswith("agent.")]
    return [identifier for identifier in told if identifier != "agent.W002"]


def test_a_station_that_runs_and_reaches_its_collector_is_well(call: Call, enrolled: list[str], state: Path) -> None:
    service(state)
    done = call("check", *enrolled)
    assert (done.code, found(done), done.err) == (0, [], "")


def test_on_a_fresh_computer_every_finding_has_a_hint(call: Call, state: Path) -> None:
    done = call("check", "--state", str(state))
    assert (done.code, found(done)) == (1, ["agent.E001", "agent.E004", "agent.E006"])
    lines = done.out.splitlines()
    for at, line in enumerate(lines):
        if line.startswith("agent."):
            assert line.endswith(".")
            assert not line.endswith("..")
            assert lines[at + 1].startswith("      ")
    assert not state.exists(), "looking writes nothing"


def test_a_service_that_does_not_run_is_a_warning(call: Call, enrolled: list[str]) -> None:
    done = call("check", *enrolled)
    assert (done.code, found(done)) == (0, ["agent.W001"])


@pytest.mark.skipif(os.name == "nt", reason="only Linux: modes of folders")
def test_a_state_folder_that_others_may_enter_is_an_error(call: Call, enrolled: list[str], state: Path) -> None:
    service(state)
    state.chmod(0o755)
    done = call("check", *enrolled)
    assert (done.code, found(done)) == (1, ["agent.E003"])
    assert f"chmod 700 {state}" in done.out


@pytest.mark.real_windows
def test_a_state_folder_that_users_of_windows_may_enter_is_an_error(
    call: Call, enrolled: list[str], state: Path
) -> None:
    service(state)
    subprocess.run(["icacls", str(state), "/grant", "*S-1-5-32-545:(OI)(CI)RX"], check=True, capture_output=True)
    done = call("check", *enrolled)
    assert (done.code, found(done)) == (1, ["agent.E003"])
    assert f'icacls "{state}" /setowner' in done.out


def test_a_file_in_the_place_of_the_state_folder_is_one_finding(
    call: Call, enrolled: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    done = call("check", *enrolled[2:], "--state", str(tmp_path / "file"))
    assert (done.code, found(done), done.err) == (1, ["agent.E008"], "")


@pytest.mark.parametrize("content", [None, "hello", ""])
def test_a_token_file_that_cannot_be_used_is_found_before_it_is_needed(
    call: Call, enrolled: list[str], state: Path, tmp_path: Path, content: str | None
) -> None:
    service(state)
    (state / "identity.json").unlink()
    if content is not None:
        (tmp_path / "token").write_text(content)
    done = call("check", *enrolled, "--token-file", str(tmp_path / "token"))
    assert (done.code, found(done)) == (1, ["agent.E005"])
    assert str(tmp_path / "token") in done.out


def test_a_good_token_file_is_well_and_its_content_is_not_told(
    call: Call, enrolled: list[str], state: Path, tmp_path: Path
) -> None:
    service(state)
    (state / "identity.json").unlink()
    (tmp_path / "token").write_text(TOKEN)
    done = call("check", *enrolled, "--token-file", str(tmp_path / "token"))
    assert (done.code, found(done)) == (0, [])
    assert TOKEN not in done.out


def test_a_damaged_secret_and_a_tag_that_nobody_takes_are_found(call: Call, enrolled: list[str], state: Path) -> None:
    service(state)
    (state / "identity.json").write_text("{")
    assert found(call("check", *enrolled)) == ["agent.E005"]
    assert found(call("check", *enrolled, "--tag", "é")) == ["agent.E005"]


@pytest.mark.parametrize("reply", [Reply(404), problem(503, "Busy."), Reply(raw=lambda _: None)])
def test_a_collector_that_does_not_answer_as_one_is_an_error(
    call: Call, enrolled: list[str], state: Path, collector: FakeCollector, reply: Reply
) -> None:
    service(state)
    collector.instead = lambda _: reply
    done = call("check", *enrolled)
    assert (done.code, found(done)) == (1, ["agent.E007"])
    assert ".." not in done.out
    assert [asked.path for asked in collector.asked] == ["/api/v1/time"]


def test_config_prints_every_setting_with_its_value_and_origin(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "agent.toml"
    file.write_text('tag = "a \\"quoted\\" \\\\ tag"\nstaff = ["alice", "@staff"]\n')
    monkeypatch.setenv("DPS_AGENT_REMOTE_SESSIONS", "true")
    done = call("config", "--config", str(file), "--contact-seconds", "600", "--state", "x")
    assert done.code == 0
    assert f'tag = "a \\"quoted\\" \\\\ tag"  # file {file}' in done.out.splitlines()
    assert f'staff = ["alice", "@staff"]  # file {file}' in done.out.splitlines()
    assert "remote_sessions = true  # environment DPS_AGENT_REMOTE_SESSIONS" in done.out.splitlines()
    assert "contact_seconds = 600  # command line --contact-seconds" in done.out.splitlines()
    assert 'state_folder = "x"  # command line --state' in done.out.splitlines()
    values = tomllib.loads(done.out)
    assert list(values) == [setting.name for setting in SETTINGS], "it is a configuration file itself"
    assert values["tag"] == 'a "quoted" \\ tag'


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("http://alice:pa55word@proxy:3128", "http://(hidden)@proxy:3128"),
        ("http://alice:pa55/w@rd@proxy:3128", "http://(hidden)@proxy:3128"),
        ("alice:pa55word@proxy:3128", "(hidden)@proxy:3128"),
        ("HTTP://pa55word@proxy", "HTTP://(hidden)@proxy"),
        ("http://proxy:3128", "http://proxy:3128"),
        ("", ""),
    ],
)
def test_config_hides_a_proxys_password_however_it_was_written(call: Call, proxy: str, shown: str) -> None:
    done = call("config", "--proxy", proxy)
    assert f'proxy = "{shown}"  # command line --proxy' in done.out.splitlines()
    assert "pa55" not in done.out
