"""The agent frozen for Windows under Wine, once for each state of its sources, in the cache of `debian_root`.

What is made here is for tests and labelled so: what ships is frozen by an official CPython on a real Windows
(.github/workflows/release.yml). `python -m tests.rigs.windows_agent` makes it and prints where it is.
"""

import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.rigs.debian_root import cache_folder
from tests.rigs.windows_python import PROJECT, RECIPE, WindowsNotMade, windows_python

LONGEST_BUILD_SECONDS = 600
KEPT_SECONDS = 86_400
"""Bundles of sources that nobody used for a day are taken away."""


def sources() -> Iterator[Path]:
    """What the bundle is made of."""
    for folder in ("agent", "packaging/frozen"):
        for file in sorted((PROJECT / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file
    yield PROJECT / "requirements-dev.lock"


def frozen_agent() -> Path:
    """The folder with dps-agent.exe and dps-presence.exe, made first if the cache does not hold it (two minutes)."""
    if sys.platform != "linux":
        raise WindowsNotMade("Wine is used on Linux only")
    content = hashlib.sha256(RECIPE.encode())
    for file in sources():
        content.update(f"{file.relative_to(PROJECT)}\0".encode() + file.read_bytes())
    cache = cache_folder(os.environ)
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"frozen-{content.hexdigest()[:12]}"
    with (cache / "frozen.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once make one
        if not folder.is_dir():
            freeze(folder)
        os.utime(folder)
        for other in cache.glob("frozen-*"):
            if other.stat().st_mtime < time.time() - KEPT_SECONDS:
                shutil.rmtree(other)
    return folder / "dps-agent"


def freeze(folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="dps-freeze-") as place:
        windows = windows_python().copy(Path(place) / "prefix")
        words = ["-m", "PyInstaller", "--noconfirm", "--distpath", f"{place}/dist", "--workpath", f"{place}/work"]
        try:
            windows.run(
                [windows.python / "python.exe", *words, PROJECT / "packaging/frozen/dps-agent.spec"],
                timeout=LONGEST_BUILD_SECONDS,
                environment={"PYTHONPYCACHEPREFIX": "C:\\compiled"},
            )
        finally:
            windows.end()
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(f"{place}/dist", unfinished)
        unfinished.rename(folder)


if __name__ == "__main__":
    print(frozen_agent())
