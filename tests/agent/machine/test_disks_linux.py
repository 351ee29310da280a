"""Where root leaves what it read of the disks."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Linux runs this file

import os
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("only Linux: its folders", allow_module_level=True)
assert sys.platform == "linux"

from agent.errors import Unusable
from agent.machine.disks_linux import forget, leave


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "disks").mkdir(mode=0o750)
    (tmp_path / "disks").chmod(0o750)
    return tmp_path / "disks"


def test_the_file_takes_the_place_of_the_one_before_and_its_group_may_read_it(folder: Path) -> None:
    leave(b"first", str(folder))
    leave(b"second", str(folder))
    assert [path.name for path in folder.iterdir()] == ["disks.json"]
    assert (folder / "disks.json").read_bytes() == b"second"
    assert (folder / "disks.json").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("name", ["disks.json", "disks.json.new"])
def test_a_link_where_it_writes_leads_nowhere(folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "shadow").write_text("secret")
    (folder / name).symlink_to(tmp_path / "shadow")
    leave(b"told", str(folder))
    assert (tmp_path / "shadow").read_text() == "secret"
    assert not (folder / "disks.json").is_symlink()
    assert (folder / "disks.json").read_bytes() == b"told"


def test_a_folder_that_others_may_write_or_that_points_elsewhere_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    for wrong in (tmp_path / "link", tmp_path / "none", tmp_path):
        tmp_path.chmod(0o775)
        with pytest.raises(Unusable):
            leave(b"told", str(wrong))
    if os.geteuid() == 0:
        os.chown(folder, 12345, -1)
        with pytest.raises(Unusable, match="belongs to another account"):
            leave(b"told", str(folder))
    assert list(folder.iterdir()) == []


def test_an_image_is_taken_without_it(folder: Path) -> None:
    leave(b"of the model", str(folder))
    forget(str(folder))
    assert list(folder.iterdir()) == []
    forget(str(folder))
    forget(str(folder / "none"))
