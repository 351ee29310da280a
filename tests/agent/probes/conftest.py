"""Stations as folders: what the probes would find under / there."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

STATIONS = Path(__file__).parents[2] / "fixtures" / "stations"


def unpack(station: str, folder: Path) -> Path:
    """Write the files, folders (names that end in /) and links (->) that a .tree file describes."""
    _, *entries = (STATIONS / f"{station}.tree").read_text(encoding="utf-8").split("\n=== ")
    for entry in entries:
        head, _, content = entry.partition("\n")
        place, _, target = head.partition(" -> ")
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if target:
            path.symlink_to(target)
        elif place.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.write_text(content.rstrip("\n") + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def station(tmp_path: Path) -> Callable[[str], Path]:
    if sys.platform == "win32":
        pytest.skip("only Linux: names of its devices hold colons, which folders of Windows cannot")
    return lambda name: unpack(name, tmp_path)
