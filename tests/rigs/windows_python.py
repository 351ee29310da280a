"""A real Windows CPython 3.11 under Wine, made once and kept in a cache outside the tree.

Python's own signed files come from a wheel of Panda3D, the C runtime from a wheel of its own; the standard library is
that of a Linux CPython of the same minor version; `python.exe` is a few lines of C. Nothing of it is ever shipped.
The cache is the one of `debian_root`. `python -m tests.rigs.windows_python` makes it and prints where it is.
"""

import fcntl
import hashlib
import os
import select
import shutil
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.rigs.debian_root import cache_folder

MINOR = (3, 11)
PROJECT = Path(__file__).parents[2]
WHEELS = ("panda3d==1.10.16", "msvc-runtime==14.44.35112")
PACKAGES = ("platformdirs", "psutil", "pydantic", "requests", "pytest", "hypothesis", "pyinstaller", "time-machine")
"""What the agent, its tests and its freezing need; versions are those of the lock file."""
TOOLS = {
    "wine": "wine64",
    "wineserver": "wine64",
    "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64-win32",
    "gendef": "mingw-w64-tools",
}
NOT_OF_WINDOWS = ("lib-dynload", "site-packages", "dist-packages", "_sysconfigdata*", "sitecustomize.py", "config-3*")
QUIET = {"WINEARCH": "win64", "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml="}

MAIN = """
#include <wchar.h>
int Py_Main(int, wchar_t **);
int wmain(int argc, wchar_t **argv) { return Py_Main(argc, argv); }
"""
# Without it Windows says that it is version 6.2.
MANIFEST = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
<compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1"><application>
<supportedOS Id="{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"/>
</application></compatibility></assembly>
"""
# Wine 8 lacks this library; pydantic-core and cryptography ask it for random bytes. For tests alone.
RANDOM = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(void *, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *bytes, SIZE_T count)
{ return SystemFunction036(bytes, (ULONG)count); }
"""
RECIPE = hashlib.sha256(repr((WHEELS, PACKAGES, MAIN, MANIFEST, RANDOM)).encode()).hexdigest()[:12]


class WindowsNotMade(Exception):
    """A step of making it failed; the text says which."""


class Windows(NamedTuple):
    """A Wine prefix, in which the drive Z: is this computer's root folder."""

    prefix: Path
    python: Path
    """The folder of python.exe; empty files of a prefix without Python are fine."""

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**kept, **QUIET, "WINEPREFIX": str(self.prefix)}

    def run(
        self,
        words: Sequence[str | Path],
        *,
        check: bool = True,
        timeout: float = 300,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a Windows program and wait for it (seconds); its output is one text."""
        if sys.platform == "win32":
            raise WindowsNotMade("Wine is used on Linux only")
        # A pipe: else Python says that its handle is invalid. It is not read to its end, which Wine's own services,
        # started by the first program, put off for ever; what has arrived when the program ends is all.
        process = subprocess.Popen(
            ["wine", *map(str, words)],
            env={**self.environment(), **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            umask=0o077,  # Wine makes access lists of modes; a folder of an account is closed to others on Windows
        )
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        told = b""
        deadline = time.monotonic() + timeout
        with process.stdout as output:
            while True:
                ended = process.poll() is not None
                told += output.read() or b""
                if ended:
                    break
                if time.monotonic() > deadline:
                    process.kill()
                    raise WindowsNotMade(f"{words[0]} took longer than {timeout} s: {told[-2000:]!r}")
                select.select([output], [], [], 0.05)
        text = told.decode(errors="replace")
        if check and process.returncode:
            raise WindowsNotMade(f"{words[0]} ended with {process.returncode}: {text[-2000:]}")
        return subprocess.CompletedProcess(words, process.returncode, text, "")

    def copy(self, prefix: Path) -> "Windows":
        """Another Windows like this one, which has to be at rest; what is large and never written is linked."""

        def link_or_copy(source: str, target: str) -> None:
            if "/drive_c/windows/" in source:
                with suppress(OSError):  # another disk
                    os.link(source, target)
                    return
            shutil.copy2(source, target)

        shutil.copytree(self.prefix, prefix, symlinks=True, copy_function=link_or_copy)
        return Windows(prefix, self.python)

    def with_agent(self, python: Path) -> "Windows":
        """The same Windows with a Python of its own in which the agent is installed."""
        shutil.copytree(self.python, python, copy_function=os.link)
        shutil.copytree(PROJECT / "agent", python / "Lib/site-packages/agent")
        return Windows(self.prefix, python)

    def end(self) -> None:
        """End every program of the prefix, as a power cut does."""
        subprocess.run(["wineserver", "-k"], env=self.environment(), check=False)
        subprocess.run(["wineserver", "-w"], env=self.environment(), check=False, timeout=60)


def why_not(environment: Mapping[str, str] | None = None) -> str | None:
    """Say in one sentence why there is no Windows here, or None when there is."""
    if sys.platform != "linux":
        return "Wine is used on Linux only"
    if sys.version_info[:2] != MINOR:
        return f"the standard library of Python {MINOR[0]}.{MINOR[1]} is needed, and this is another one"
    for tool, package in TOOLS.items():
        if not shutil.which(tool):
            return f"{tool} is not installed (Debian: {package})"
    return None


def windows_python(environment: Mapping[str, str] | None = None) -> Windows:
    """Give the prefix with Python, made first if the cache does not hold it (about a minute)."""
    if sys.platform != "linux":
        raise WindowsNotMade("Wine is used on Linux only")
    cache = cache_folder(os.environ if environment is None else environment)
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"windows-{RECIPE}"
    with (cache / "windows.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once make one
        if not folder.is_dir():
            unfinished = cache / f"windows-{RECIPE}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(folder)
    return Windows(folder / "prefix", folder / "Python311")


def make(folder: Path) -> None:
    folder.mkdir(parents=True)
    python = folder / "Python311"
    wheels = folder / "wheels"
    for_windows = ["-q", "--python-version", "3.11", "--only-binary", ":all:"]
    fetch = [sys.executable, "-m", "pip", "download", "--no-deps", "--platform", "win_amd64"]
    command([*fetch, *for_windows, "--dest", str(wheels), *WHEELS])
    lay_out_python(wheels, python)
    shutil.rmtree(wheels)
    build_python(folder, python)
    # Not with pip: it evaluates markers for the system that it runs on.
    install = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "install",
        "--system-certs",
        "--python-platform",
        "x86_64-pc-windows-msvc",
    ]
    place = ["--target", str(python / "Lib/site-packages"), "-c", str(PROJECT / "requirements-dev.lock")]
    command([*install, *for_windows, *place, *PACKAGES])
    windows = Windows(folder / "prefix", python)
    new_prefix(windows, folder)
    said = windows.run([python / "python.exe", "-c", "import sys, ssl, ctypes, sqlite3, psutil; print(sys.version)"])
    if "MSC" not in said.stdout:
        raise WindowsNotMade(f"python.exe says {said.stdout[-500:]}")
    windows.end()


def lay_out_python(wheels: Path, python: Path) -> None:
    python.mkdir()
    (python / "DLLs").mkdir()
    for wheel in wheels.iterdir():
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                file = Path(name)
                if name.startswith("deploy_libs/") and not file.name.startswith(("api-ms", "tcl", "tk", "_tkinter")):
                    target = python if file.name.startswith(("python", "VCRUNTIME")) else python / "DLLs"
                    (target / file.name.replace("VCRUNTIME", "vcruntime")).write_bytes(archive.read(name))
                elif "/data/vcruntime140" in name and "Scripts" not in name and "threads" not in name:
                    (python / file.name).write_bytes(archive.read(name))
    library = sysconfig.get_path("stdlib")
    shutil.copytree(library, python / "Lib", ignore=shutil.ignore_patterns(*NOT_OF_WINDOWS, "test", "__pycache__"))
    (python / "Lib/site-packages").mkdir()


def build_python(folder: Path, python: Path) -> None:
    """Compile python.exe, pythonw.exe and python3.dll, which passes on what modules for any version ask for."""
    build = folder / "build"
    build.mkdir()
    (build / "main.c").write_text(MAIN)
    (build / "python.manifest").write_text(MANIFEST)
    (build / "python.rc").write_text('1 24 "python.manifest"\n')
    compiler = "x86_64-w64-mingw32-gcc"
    command(["gendef", str(python / "python311.dll")], build)
    command(["x86_64-w64-mingw32-dlltool", "-d", "python311.def", "-l", "libpython311.a", "-D", "python311.dll"], build)
    command(["x86_64-w64-mingw32-windres", "python.rc", "python.o"], build)
    for name, kind in (("python.exe", "-mconsole"), ("pythonw.exe", "-mwindows")):
        words = [compiler, "-municode", kind, "-O2", "-s", "main.c", "python.o", "-L.", "-lpython311"]
        command([*words, "-o", str(python / name)], build)
    lines = (build / "python311.def").read_text().splitlines()
    names = [line.strip() for line in lines[lines.index("EXPORTS") + 1 :] if line.strip()]
    exports = [f"{name.split()[0]}=python311.{name.split()[0]}" + (" DATA" if "DATA" in name else "") for name in names]
    (build / "python3.def").write_text("LIBRARY python3.dll\nEXPORTS\n" + "\n".join(exports) + "\n")
    command([compiler, "-shared", "-nostdlib", "-o", str(python / "python3.dll"), "python3.def"], build)
    (build / "random.c").write_text(RANDOM)
    words = [compiler, "-shared", "-O2", "-s", "random.c", "-ladvapi32"]
    command([*words, "-o", str(folder / "bcryptprimitives.dll")], build)
    shutil.rmtree(build)


def new_prefix(windows: Windows, folder: Path) -> None:
    """Make a Windows 10 without anything installed."""
    windows.run(["wineboot", "--init"], timeout=180)
    windows.run(["winecfg", "-v", "win10"])
    windows.end()
    shutil.copy2(folder / "bcryptprimitives.dll", windows.prefix / "drive_c/windows/system32")


def command(words: Sequence[str], cwd: Path | None = None) -> None:
    done = subprocess.run(words, cwd=cwd, capture_output=True, check=False, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise WindowsNotMade(f"{words[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[-1500:]}")


if __name__ == "__main__":
    print(windows_python().python)
