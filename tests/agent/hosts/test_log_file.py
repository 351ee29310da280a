"""The log beside the state."""

import os
import re
from pathlib import Path

import pytest

from agent.hosts.log_file import LARGEST_BYTES, LogFile


def test_each_sentence_is_a_line_with_its_time_in_utc(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path / "agent.log"))
    log.say("run 12 counts in état")
    log.say("stopped")
    lines = (tmp_path / "agent.log").read_bytes().decode().split("\r\n")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ run 12 counts in état", lines[0])
    assert lines[1].endswith("Z stopped")
    assert lines[2:] == [""]


def test_two_files_bound_what_it_takes(tmp_path: Path) -> None:
    path = tmp_path / "agent.log"
    log = LogFile(str(path))
    for number in range(700):
        log.say(f"{number} " + "x" * 1000)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["agent.log", "agent.log.1"]
    assert LARGEST_BYTES < (tmp_path / "agent.log.1").stat().st_size < LARGEST_BYTES + 2000
    assert path.stat().st_size < LARGEST_BYTES + 2000
    assert path.read_text(encoding="utf-8").rstrip().splitlines()[-1].split(" ")[2] == "699"


def test_a_place_where_nothing_can_be_written_does_not_stop_the_counting(tmp_path: Path) -> None:
    LogFile(str(tmp_path / "nowhere" / "agent.log")).say("lost")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.skipif(os.name == "nt", reason="only Linux: modes of files")
def test_the_log_is_for_our_own_account_only(tmp_path: Path) -> None:
    LogFile(str(tmp_path / "agent.log")).say("private")
    assert (tmp_path / "agent.log").stat().st_mode & 0o777 == 0o600
