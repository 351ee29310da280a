#!/usr/bin/env python3
"""Run the README's `## Run it` command as written, in a fresh copy, and be its first visitor: twice.

Fails unless it prints an address that answers, ends with exit code 0 on Ctrl-C, and leaves no process behind. The
second start finds what the first one installed and recorded. Needs nothing but Python and git.
"""

import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTALL_SECONDS = 900
FIRST_PAGE_SECONDS = 60
STOP_SECONDS = 30
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
MARK = "DPS_DEMO_SMOKE"


class Broken(Exception):
    """One sentence on what the demonstration did wrong."""


def say(text: str) -> None:
    sys.stdout.write(f"[demo] {text}\n")
    sys.stdout.flush()


class Demonstration:
    """The command in a session of its own, as a terminal would start it."""

    def __init__(self, command: str, folder: Path, environment: dict[str, str]) -> None:
        self.address = ""
        self.printed = threading.Event()
        self.process = subprocess.Popen(
            ["bash", "-c", command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        """Repeat what it prints and note the first address; at its end, wake whoever waits for that address."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            say(line.rstrip())
            found = ADDRESS.search(line)
            if found and not self.address:
                self.address = found[0]
                self.printed.set()
        self.printed.set()

    def signal(self, number: int) -> None:
        """To every process of the foreground, as a terminal does with Ctrl-C."""
        os.killpg(self.process.pid, number)


def wait_for_page(address: str, demonstration: Demonstration) -> None:
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    last = "no answer"
    while time.monotonic() < deadline:
        if demonstration.process.poll() is not None:
            raise Broken(f"It stopped by itself with exit code {demonstration.process.returncode}.")
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                page = answer.read().decode()
        except (urllib.error.URLError, OSError) as error:
            last = str(error)
            time.sleep(0.2)
            continue
        if "<html" not in page:
            raise Broken(f"{address} answers, but not with a page: {page[:200]!r}.")
        return
    raise Broken(f"{address} did not answer with a page within {FIRST_PAGE_SECONDS} s: {last}.")


def processes_with(mark: str) -> list[str]:
    """Command lines of the processes whose environment carries the mark: children of children too."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it ended meanwhile, or is a thread of the kernel
            continue
    return found


def visit(command: str, folder: Path, environment: dict[str, str]) -> None:
    mark = secrets.token_hex(8)
    demonstration = Demonstration(command, folder, {**environment, MARK: mark})
    try:
        started = time.monotonic()
        if not demonstration.printed.wait(INSTALL_SECONDS) or not demonstration.address:
            raise Broken("It printed no address on 127.0.0.1.")
        say(f"printed its address after {time.monotonic() - started:.1f} s, installation included")
        printed = time.monotonic()
        wait_for_page(demonstration.address, demonstration)
        say(f"answered with a page {time.monotonic() - printed:.1f} s later")
        demonstration.signal(signal.SIGINT)
        try:
            code = demonstration.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise Broken(f"It still ran {STOP_SECONDS} s after Ctrl-C.") from None
        if code != 0:
            raise Broken(f"Exit code {code} after Ctrl-C, where 0 is wanted.")
        if left := processes_with(mark):
            raise Broken(f"Processes left behind: {left}.")
    finally:
        if demonstration.process.poll() is None:
            demonstration.signal(signal.SIGKILL)
            demonstration.process.wait()


def main() -> int:
    # Where this runs as a background job, Ctrl-C is ignored and children would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    taken = subprocess.run(
        [sys.executable, str(ROOT / ".ci" / "readme_command.py"), "Run it"], check=True, capture_output=True, text=True
    )
    command = taken.stdout.strip()
    with tempfile.TemporaryDirectory(prefix="dps-demo-") as scratch:
        copy = Path(scratch) / "copy"
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(copy)], check=True)
        environment = {**os.environ, "XDG_DATA_HOME": f"{scratch}/data", "XDG_STATE_HOME": f"{scratch}/state"}
        try:
            for start in ("first", "second"):
                say(f"{start} start: {command}")
                visit(command, copy, environment)
        except Broken as broken:
            say(f"FAILED: {broken}")
            return 1
    say("the README's command works, stops cleanly and starts again")
    return 0


if __name__ == "__main__":
    sys.exit(main())
