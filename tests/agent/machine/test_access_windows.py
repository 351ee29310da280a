"""The security descriptors of this computer."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Windows runs this file

import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("only Windows: access lists", allow_module_level=True)
assert sys.platform == "win32"

from agent.errors import Unusable
from agent.machine.access_windows import belongs_to, descriptor_of, own_account
from agent.machine.sddl import OUR_SERVICE, is_open_to_others, strangers_in
from agent.machine.windows import demand_own_folder


def test_a_folder_has_an_owner_and_a_list(tmp_path: Path) -> None:
    descriptor = descriptor_of(str(tmp_path))
    assert descriptor.startswith("O:")
    assert "D:" in descriptor


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"."):
        descriptor_of(str(tmp_path / "nowhere"))


def test_this_account_has_an_identifier() -> None:
    assert own_account().startswith("S-1-5-")


def test_this_process_belongs_to_everybody_and_is_no_service() -> None:
    assert belongs_to("S-1-1-0")
    assert not belongs_to(OUR_SERVICE)
    assert not belongs_to("no identifier")


def test_a_state_folder_is_made_where_there_is_none_and_is_then_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "DPS agent"
    demand_own_folder(str(folder))
    demand_own_folder(str(folder))
    (folder / "x").write_text("we may write there")


def test_what_is_no_folder_is_no_state_folder(tmp_path: Path) -> None:
    (tmp_path / "DPS agent").write_text("x")
    with pytest.raises(Unusable, match="is a link or no folder"):
        demand_own_folder(str(tmp_path / "DPS agent"))


@pytest.mark.real_windows
def test_a_folder_that_everybody_may_enter_or_that_points_elsewhere_is_refused(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    subprocess.run(["icacls", str(theirs), "/grant", "*S-1-5-32-545:(OI)(CI)RX"], check=True, capture_output=True)
    with pytest.raises(Unusable, match="others may enter it"):
        demand_own_folder(str(theirs))
    closed = tmp_path / "closed"
    demand_own_folder(str(closed))
    assert not is_open_to_others(descriptor_of(str(closed)), own_account())
    junction = tmp_path / "junction"
    subprocess.run(["cmd", "/c", "mklink", "/J", str(junction), str(closed)], check=True, capture_output=True)
    with pytest.raises(Unusable, match="is a link"):
        demand_own_folder(str(junction))


@pytest.mark.real_windows
def test_a_folder_is_open_until_it_is_closed(tmp_path: Path) -> None:
    def icacls(*words: str) -> None:
        subprocess.run(["icacls", str(tmp_path), *words], check=True, capture_output=True)

    icacls("/grant", "*S-1-5-32-545:(OI)(CI)RX")
    assert "BU" in strangers_in(descriptor_of(str(tmp_path)))
    assert is_open_to_others(descriptor_of(str(tmp_path)), own_account())
    icacls("/inheritance:r", "/grant:r", f"*{own_account()}:(OI)(CI)F", "*S-1-5-18:(OI)(CI)F")
    icacls("/remove", "*S-1-5-32-545")
    assert not is_open_to_others(descriptor_of(str(tmp_path)), own_account())
