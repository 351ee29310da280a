"""`hardware`: the privileged step before the service."""

from pathlib import Path

import pytest

from agent import machine
from agent.commands import run_word
from agent.machine.hardware import Serials


@pytest.fixture
def acted_as_owner(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    folders: list[str] = []
    monkeypatch.setattr(machine, "act_as_owner_of", folders.append)
    return folders


def test_it_reads_serial_numbers_with_the_rights_of_its_caller(
    tmp_path: Path, acted_as_owner: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the state of the service's account every other word goes on as that account, which reads no serial number."""
    handed: list[tuple[bytes, str]] = []
    serials = Serials("4c4c4544-0042-3010-8052-b4c04f4e5731", "CN7016331K00HQ")
    monkeypatch.setattr(machine, "hardware_serials", lambda: serials)
    monkeypatch.setattr(machine, "hand_over", lambda data, user: handed.append((data, user)))
    assert run_word("hardware", ["--state", str(tmp_path), "--user", "dps-agent"]) == 0
    assert acted_as_owner == []
    [(data, user)] = handed
    assert user == "dps-agent"
    assert b"CN7016331K00HQ" not in data
    assert b"4c4c4544" not in data.lower()


def test_a_computer_without_serial_numbers_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "hardware_serials", lambda: None)
    assert run_word("hardware", ["--state", str(tmp_path)]) == 0
    assert "nothing was computed" in capsys.readouterr().out


def test_other_words_go_on_as_the_account_that_owns_the_state(
    tmp_path: Path, acted_as_owner: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run_word("status", ["--state", str(tmp_path)])
    assert acted_as_owner == [str(tmp_path)]
    assert "not enrolled" in capsys.readouterr().out
