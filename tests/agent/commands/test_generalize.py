"""`generalize`: a computer becomes an image whose copies enrol for themselves."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from agent import machine
from agent.boot_copy import FileCopy
from agent.commands import generalize
from agent.disk import RealDisk
from agent.spool import FOLDERS
from tests.agent.commands.conftest import Done
from tests.agent.sender.fake_collector import PUBLIC_ID, TOKEN, FakeCollector

Call = Callable[..., Done]


@pytest.fixture
def used(enrolled: list[str], state: Path, call: Call, tmp_path: Path) -> list[str]:
    """A model computer that has counted and sent, with settings, a token file and a file of somebody else."""
    assert call("send", *enrolled).code == 0
    for name in ("trust.json", "enrolling.json", "agent.log", "agent.log.1", "spool/decided.json", "spool/dropped"):
        (state / name).write_text("{}")
    for folder in FOLDERS:
        (state / "spool" / folder / "run-aaaaaaaaaaaaaaaa-0000001.json").write_text("{}")
    (state / "of somebody else.txt").write_text("x")
    (tmp_path / "token").write_text(TOKEN + "\n")
    return [*enrolled, "--token-file", str(tmp_path / "token"), "--tag", "PC-1"]


def left_in(state: Path) -> set[str]:
    return {path.relative_to(state).as_posix() for path in state.rglob("*") if path.is_file()}


def test_nothing_is_left_but_locks_and_what_is_not_ours(used: list[str], state: Path, call: Call) -> None:
    done = call("generalize", *used)
    assert done.code == 0
    assert f"it was station {PUBLIC_ID}: dps-collector site revoke {PUBLIC_ID}\n" in done.out
    assert "no token_file" not in done.out
    assert left_in(state) == {"of somebody else.txt", "sender.lock", "service.lock"}


def test_done_twice_it_says_so_once(used: list[str], state: Path, call: Call) -> None:
    call("generalize", *used)
    again = call("generalize", *used)
    assert again == Done(0, "this computer has forgotten who it is; switch it off and take the image\n", "")


def test_each_copy_enrols_for_itself(used: list[str], state: Path, call: Call, collector: FakeCollector) -> None:
    call("generalize", *used)
    before = len(collector.asked)
    done = call("send", *used)
    assert done.code == 0
    assert collector.asked[before].json()["token"] == TOKEN
    assert (state / "identity.json").exists()


def test_while_the_service_runs_nothing_is_forgotten(used: list[str], state: Path, call: Call) -> None:
    running = machine.lock_file(f"{state}/service.lock")
    before = left_in(state)
    done = call("generalize", *used)
    os.close(running)
    assert done.code == 1
    assert "stop dps-agent, then run this again" in done.err
    assert left_in(state) - {"sender.lock"} == before - {"sender.lock"}


def test_a_damaged_identity_is_forgotten_too(used: list[str], state: Path, call: Call) -> None:
    (state / "identity.json").write_text("{")
    assert call("generalize", *used).code == 0
    assert not (state / "identity.json").exists()


def test_where_nothing_ever_ran_there_is_nothing_to_forget(call: Call, tmp_path: Path) -> None:
    done = call("generalize", "--state", str(tmp_path / "nowhere"))
    assert done.code == 0
    assert "nothing to forget" in done.out
    assert not (tmp_path / "nowhere").exists()


def test_without_a_token_file_the_copies_will_need_one(enrolled: list[str], call: Call) -> None:
    assert "each copy waits until it is given a token" in call("generalize", *enrolled).out


def test_the_copy_of_this_boot_goes_too(
    used: list[str], state: Path, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[FileCopy] = []

    def boot_copy(state_folder: str) -> FileCopy:
        assert state_folder == str(state)
        kept.append(FileCopy(str(tmp_path), "copy", RealDisk()))
        kept[0].write(b"{}")
        return kept[0]

    monkeypatch.setattr(machine, "boot_copy", boot_copy)
    call("generalize", *used)
    with pytest.raises(FileNotFoundError):
        kept[0].read()


def test_every_file_that_the_agent_names_is_forgotten() -> None:
    code = "".join(path.read_text("utf-8") for path in Path(generalize.__file__).parents[1].rglob("*.py"))
    named = set(re.findall(r"""[/"]([a-z]+\.(?:json|log))["{]""", code))
    forgotten = (*generalize.SECRETS, *generalize.REST, *generalize.LOGS)
    of_the_system = ("disks.json", "dpkg.log")  # the first in a folder of its own, see forget_disks
    assert named <= {*of_the_system, *(name.removeprefix("spool/") for name in forgotten)}
