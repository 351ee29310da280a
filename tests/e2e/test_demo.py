"""The demonstration: the first thing that anybody starts."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from tests.e2e.pages import browser_after_log_in, size, stations_of, text_of
from tests.e2e.waiting import until

FIRST_PAGE_SECONDS = 60


class Demo(NamedTuple):
    """What somebody reads who started it."""

    process: subprocess.Popen[bytes]
    said: Path
    address: str
    password: str


@contextmanager
def demonstration(data: Path, said: Path, *options: str) -> Iterator[Demo]:
    """Start it and read its introduction; it is killed at the end if a test left it running."""
    words = [sys.executable, "-m", "collector", "demo", "--data", str(data), "--port", "0", *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DPS_")}
    with (
        said.open("wb") as out,
        subprocess.Popen(words, stdout=out, stderr=out, env={**environment, "PYTHONUNBUFFERED": "1"}) as process,
    ):
        try:
            introduction = re.compile(r"Open +(http://127\.0\.0\.1:\d+)\n +Account +admin\n +Password +(\S+)\n")
            told = until(
                lambda: process.poll() is not None or introduction.search(said.read_text()),
                "it tells address and password",
            )
            assert isinstance(told, re.Match), said.read_text()
            yield Demo(process, said, told[1], told[2])
        finally:
            alive = process.poll() is None
            family = [*children(process.pid), psutil.Process(process.pid)] if alive else []
            for each in family:
                with suppress(psutil.NoSuchProcess):
                    each.kill()


def children(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def words_of(process: psutil.Process) -> list[str]:
    """Its command line; nothing of one that has just ended."""
    with suppress(psutil.NoSuchProcess):
        return process.cmdline()
    return []


def still_there(data: Path) -> list[str]:
    """Processes of agent or sender that name this data folder, or that were started by one of them."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = " ".join(process.info["cmdline"] or [])
        if str(data) in words and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(words)
    return found


def test_it_shows_this_computer_within_a_minute_stops_on_control_c_and_goes_on(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    begun = time.monotonic()
    with demonstration(data, tmp_path / "first", "--no-region") as first:
        assert "which the product never does elsewhere" in first.said.read_text()
        browser = browser_after_log_in(first.address, "admin", first.password)
        page = until(
            lambda: (
                found
                if "● online" in (found := stations_of(browser.get(f"{first.address}/sites/DEMO/stations")))
                else None
            ),
            "the station is online on the page",
            FIRST_PAGE_SECONDS,
        )
        assert time.monotonic() - begun < FIRST_PAGE_SECONDS
        assert f"of {size(psutil.virtual_memory().total)}" in page
        assert "this is a demonstration on your own computer" in page
        assert "Demonstration" in text_of(browser.get(first.address))
        family = children(first.process.pid)
        assert "resident" in [word for process in family for word in words_of(process)]
        first.process.send_signal(signal.SIGINT)
        assert first.process.wait(30) == 0
        until(lambda: not any(process.is_running() for process in family), "no process is left")
    assert first.said.read_text().endswith("stopping\n")
    until(lambda: not still_there(data), "no process of agent or sender is left")

    with demonstration(data, tmp_path / "second", "--no-region") as second:
        assert second.password == first.password
        browser = browser_after_log_in(second.address, "admin", second.password)
        page = until(
            lambda: (
                found
                if "● online" in (found := stations_of(browser.get(f"{second.address}/sites/DEMO/stations")))
                else None
            ),
            "the same station is online again",
            FIRST_PAGE_SECONDS,
        )
        assert page.count("Agent version") == 1  # one station, not a second one
        second.process.terminate()
        assert second.process.wait(30) == 0
    until(lambda: not still_there(data), "no process of agent or sender is left")


def test_a_password_file_that_was_lost_is_made_anew_and_opens(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    with demonstration(data, tmp_path / "first", "--no-region") as first:
        first.process.send_signal(signal.SIGINT)
        assert first.process.wait(30) == 0
    assert (data / "demo-password").stat().st_mode & 0o077 == 0
    (data / "demo-password").unlink()
    with demonstration(data, tmp_path / "second", "--no-region") as second:
        assert second.password != first.password
        browser_after_log_in(second.address, "admin", second.password)
        second.process.send_signal(signal.SIGINT)
        assert second.process.wait(30) == 0


def test_control_c_at_a_terminal_reaches_the_whole_group_and_still_ends_well(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("real Windows: terminals end their programs otherwise there")
    data, said = tmp_path / "demo", tmp_path / "said"
    words = [sys.executable, "-m", "collector", "demo", "--data", str(data), "--port", "0"]
    with said.open("wb") as out, subprocess.Popen(words, stdout=out, stderr=out, start_new_session=True) as process:
        until((data / "agent" / "run.json").exists, "the agent counts")
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 0
    assert "Traceback" not in said.read_text()
    until(lambda: not still_there(data), "no process of agent or sender is left")


def test_the_pages_show_the_invented_region_while_it_is_being_filled_and_control_c_ends_that_too(
    tmp_path: Path,
) -> None:
    data = tmp_path / "demo"
    with demonstration(data, tmp_path / "said") as demo:
        browser = browser_after_log_in(demo.address, "admin", demo.password)
        page = text_of(browser.get(demo.address))
        assert "Demonstration: all sites and visitors are invented" in page
        assert [name for name in ("La Fabrique", "EPN du Bassin", "Cet ordinateur") if name not in page] == []
        until(
            lambda: re.search(r"[1-9] h", text_of(browser.get(f"{demo.address}/sites/ALLEE"))), "hours of use are there"
        )
        family = children(demo.process.pid)
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(30) == 0
        until(lambda: not any(each.is_running() for each in family), "no process is left")
    assert "Traceback" not in (tmp_path / "said").read_text()
