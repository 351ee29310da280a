"""An installer around hollow programs, for what stands in its tables: wixl does not look into what it packs."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WINDOWS = Path(__file__).parents[2] / "packaging/windows"
TOOLS = {"wixl": "wixl", "msibuild": "msitools", "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64-win32"}
lacking = [package for tool, package in TOOLS.items() if shutil.which(tool) is None]
needs_wixl = pytest.mark.skipif(bool(lacking), reason=f"not installed: {' '.join(lacking)}")


def hollow_bundle(folder: Path) -> Path:
    (folder / "_internal").mkdir()
    for name in ("dps-agent.exe", "dps-presence.exe", "_internal/python311.dll"):
        (folder / name).write_text(name)
    return folder


def built(folder: Path, bundle: Path, *words: str) -> Path:
    command = [sys.executable, str(WINDOWS / "build_msi.py"), str(folder), "--bundle", str(bundle), *words]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())
