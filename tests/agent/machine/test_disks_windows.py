"""Where SYSTEM leaves what it read of the disks."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Windows runs this file

import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("only Windows: its folders", allow_module_level=True)
assert sys.platform == "win32"

from agent.errors import Unusable
from agent.machine import disks_windows
from agent.machine.access_windows import make_closed_folder


def test_windows_tells_where_its_programs_and_the_folder_are() -> None:
    assert disks_windows.disks_folder().endswith("\\ProgramData\\DPS Agent Disks")
    assert disks_windows.smartctl().endswith("\\Program Files\\smartmontools\\bin\\smartctl.exe")
    assert disks_windows.powershell().lower().startswith("c:\\windows\\system32\\windowspowershell")


def test_the_file_is_left_in_a_folder_of_ours(tmp_path: Path) -> None:
    folder = tmp_path / "disks"
    with pytest.raises(Unusable, match="repair the installation"):
        disks_windows.leave(b"told", str(folder))
    make_closed_folder(str(folder))
    disks_windows.leave(b"first", str(folder))
    disks_windows.leave(b"second", str(folder))
    assert [path.name for path in folder.iterdir()] == ["disks.json"]
    assert (folder / "disks.json").read_bytes() == b"second"
    disks_windows.forget(str(folder))
    disks_windows.forget(str(folder))
    assert list(folder.iterdir()) == []


@pytest.mark.real_windows
def test_a_folder_that_everybody_may_enter_is_refused_for_the_disks(tmp_path: Path) -> None:
    (tmp_path / "disks").mkdir()
    subprocess.run(["icacls", str(tmp_path / "disks"), "/grant", "*S-1-1-0:(OI)(CI)M"], check=True, timeout=60)
    with pytest.raises(Unusable, match="closed to others"):
        disks_windows.leave(b"told", str(tmp_path / "disks"))
