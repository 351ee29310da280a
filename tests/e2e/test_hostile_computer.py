"""A public PC that misbehaves: full disks, damaged files, half-written settings. One sentence, nothing lost."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.running_agent import RunningAgent
from tests.e2e.running_collector import RunningCollector, free_port
from tests.e2e.waiting import until

MakeAgent = Callable[..., RunningAgent]
DISK_BYTES = 256 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB, mounted for the test."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("mounting a small disk needs root on Linux")
    folder = tmp_path / "small"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0700", "tmpfs", str(folder)]
    done = subprocess.run(words, capture_output=True, check=False, text=True)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Write until nothing more goes on the disk; the file to remove for room."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


def at(agent: RunningAgent, state: Path) -> RunningAgent:
    """The same station with its state elsewhere."""
    agent.options[agent.options.index(str(agent.state))] = str(state)
    agent.state = state
    return agent


def one_sentence(done: subprocess.CompletedProcess[str], exit_code: int = 1) -> str:
    assert (done.returncode, done.stdout) == (exit_code, ""), done
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_disk_that_fills_up_is_said_once_and_nothing_is_lost_when_there_is_room_again(
    collector: RunningCollector, agent: MakeAgent, small_disk: Path
) -> None:
    station = at(agent("EVERE-01", collector.token("--site", "EVERE")), small_disk / "state")
    station.start()
    until(lambda: station.memory().get("last_success_seconds"), "the first contact")
    assert station.stop() == 0
    station.send()
    before = {name: (station.state / name).read_bytes() for name in ("identity.json", "run.json")}
    seconds = seconds_on(collector)

    filler = fill(small_disk)
    said = one_sentence(station.words("run"))
    assert f"the state folder {station.state} cannot be written (No space left on device)" in said
    assert "No space left on device" in one_sentence(station.words("send"))
    assert station.words("status").returncode == 1
    assert {name: (station.state / name).read_bytes() for name in before} == before

    filler.unlink()
    station.start()
    station.count_for(2)
    filler = fill(small_disk)
    assert station.stop() == 0  # its last checkpoint finds no room
    assert station.log().count("cannot be written") == 1
    assert "Traceback" not in station.log()
    filler.unlink()
    station.start()
    station.count_for(2)
    assert station.stop() == 0
    station.send()
    station.send()
    assert station.records("pending") == []
    assert seconds_on(collector) > seconds
    assert len(collector.words("site", "stations", "EVERE").splitlines()) == 1


def seconds_on(collector: RunningCollector) -> int:
    [(seconds,)] = collector.rows("SELECT coalesce(sum(seconds_on), 0) FROM slot_record")
    return int(seconds)


def test_damaged_records_are_set_aside_and_their_neighbours_arrive(
    collector: RunningCollector, agent: MakeAgent
) -> None:
    station = agent("EVERE-01", collector.token("--site", "EVERE"))
    station.start()
    until(lambda: station.memory().get("last_success_seconds"), "the first contact")
    station.kill()
    station.start()
    station.count_for(2)
    collector.kill()
    assert station.stop() == 0
    pending = station.state / "spool" / "pending"
    good = {path.name for path in pending.iterdir()}
    assert good
    damaged = {
        "slot-0123456789abcdef-01987654-0000001.json": b"\x00\x00\x00\x00",
        "slot-0123456789abcdef-01987655-0000001.json": b"",
        "slot-0123456789abcdef-01987656-0000001.json": b'{"run_id":"0123456789abcdef"}',
        "slot-0123456789abcdef-01987657-0000001.json": b"[1,2",
        "run-0123456789abcdef-0000001.json": b"\xff\xfe",
    }
    for name, content in damaged.items():
        (pending / name).write_bytes(content)
    (pending / "notes.txt").write_text("somebody's")
    collector.start()
    station.send()
    station.send()
    assert {path.name for path in pending.iterdir()} == {"notes.txt"}
    assert {path.name for path in (station.state / "spool" / "refused").glob("*.json")} == set(damaged)
    assert seconds_on(collector) >= 2
    status = station.words("status")
    assert status.returncode == 1
    assert "5 records" in status.stdout


@pytest.fixture
def lonely(tmp_path: Path) -> Iterator[RunningAgent]:
    """A station whose collector nobody runs."""
    with RunningAgent(tmp_path / "EVERE-01", f"http://127.0.0.1:{free_port()}", "EVERE-01") as station:
        yield station


@pytest.mark.parametrize("content", [b"", b"{", b'{"run_id":', b"\x00" * 200, b"\xff"])
def test_a_damaged_checkpoint_is_said_and_counting_starts_anew(content: bytes, lonely: RunningAgent) -> None:
    lonely.state.mkdir(mode=0o700)
    (lonely.state / "run.json").write_bytes(content)
    assert lonely.words("status").returncode == 1
    lonely.start()
    assert lonely.stop() == 0
    assert f"{lonely.state}/run.json is damaged and left out; counting starts anew" in lonely.log()
    assert "Traceback" not in lonely.log()
    assert lonely.run()["stopped"] == "service_stop"


def test_what_can_be_learnt_again_may_be_damaged(collector: RunningCollector, agent: MakeAgent) -> None:
    station = agent("EVERE-01", collector.token("--site", "EVERE"))
    station.send()
    for name, content in (
        ("sender.json", b"{"),
        ("sender.json", b'{"unknown": 1}'),
        ("prepared.json", b'{"envelope_id": "x"'),
        ("trust.json", b"\x00\x00"),
    ):
        (station.state / name).write_bytes(content)
        assert station.words("status").returncode in (0, 1)
        station.send()
    (station.state / "trust.json").write_bytes(b"\x00\x00")
    station.start()
    assert station.stop() == 0
    assert "Traceback" not in station.log()
    assert collector.rows("SELECT count(*) FROM station") == [(1,)]


def test_a_damaged_secret_is_said_and_the_way_out_works(collector: RunningCollector, agent: MakeAgent) -> None:
    station = agent("EVERE-01", collector.token("--site", "EVERE"))
    station.send()
    (station.state / "identity.json").write_bytes(b'{"public_id": "0123')
    for word in ("send", "status", "enroll"):
        done = station.words(word)
        assert done.returncode == 1
        assert "identity.json is damaged; remove it and enrol this station again" in done.stderr
    (station.state / "identity.json").unlink()
    station.send()


CONFIGS = {
    "half a line": b'server = "https://collector.exam',
    "an unknown setting": b'sever = "https://collector.example.org"',
    "bytes that are no text": b'tag = "\xff\xfe"',
    "zeros after a power cut": b"\x00" * 64,
    "a number for a text": b"tag = 5",
    "plain http to elsewhere": b'server = "http://collector.example.org"',
}


@pytest.mark.parametrize("what", CONFIGS)
@pytest.mark.parametrize("word", ["run", "send", "status"])
def test_a_config_file_that_is_damaged_is_named_in_one_sentence(what: str, word: str, tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_bytes(CONFIGS[what])
    words = [sys.executable, "-m", "agent", word, "--config", str(file), "--state", str(tmp_path / "state")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DPS_")}
    done = subprocess.run(words, env=environment, capture_output=True, check=False, text=True, timeout=60)
    said = one_sentence(done, exit_code=2)
    assert str(file) in said
    assert not (tmp_path / "state").exists()


def test_a_state_folder_that_is_a_file_is_named(lonely: RunningAgent) -> None:
    lonely.state.write_text("in the way")
    for word in ("run", "send", "enroll"):
        assert str(lonely.state) in one_sentence(lonely.words(word))
