"""SNMP: recorded answers of printers, and pysnmp against a simulator where both are installed."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from agent.commands.equipment import answer_of
from agent.equipment.named import Named
from agent.equipment.snmp_printer import COLOURS, DESCRIPTION, ERRORS, PAGES, STATUS, SUPPLIES, NoAnswer, told
from agent.wire.health import Printer, Supply

NOW = 1_760_090_000
CARTRIDGE, WASTE, DRUM = 21, 4, 9


def supply(row: str, kind: int, colour: int, most: int, level: int) -> dict[str, int | bytes]:
    return {
        f"{SUPPLIES}.3.{row}": colour,
        f"{SUPPLIES}.5.{row}": kind,
        f"{SUPPLIES}.8.{row}": most,
        f"{SUPPLIES}.9.{row}": level,
    }


ANSWERS: dict[str, int | bytes] = {
    f"{STATUS}.1": 3,
    f"{ERRORS}.1": b"\x20\x00",
    f"{DESCRIPTION}.1": b"Kyocera ECOSYS P6230cdn",
    f"{PAGES}.1.1": 91_234,
    # The colours in another order than the supplies: an index would name the wrong one.
    f"{COLOURS}.1.1": b"cyan",
    f"{COLOURS}.1.2": b"black",
    **supply("1.1", CARTRIDGE, 2, 8000, 640),
    **supply("1.2", CARTRIDGE, 1, 6000, -3),
    **supply("1.3", WASTE, 0, -2, -2),
    **supply("1.4", DRUM, 0, 100, -1),
    **supply("1.5", CARTRIDGE, 9, 0, 5),
}


def test_levels_are_numbers_only_where_the_printer_tells_numbers() -> None:
    assert told("Hall", ANSWERS, NOW) == Printer(
        name="Hall",
        protocol="snmp",
        asked_at_seconds=NOW,
        reached=True,
        model="Kyocera ECOSYS P6230cdn",
        state="idle",
        errors=("low_toner",),
        pages=91_234,
        supplies=(
            Supply(kind="toner", colour="black", level_percent=8),
            Supply(kind="toner", colour="cyan", level="some_left"),
            Supply(kind="waste", colour="", level="unknown"),
            Supply(kind="drum", colour="", level="unlimited"),
            Supply(kind="toner", colour="", level="unknown"),
        ),
    )


def test_a_printer_that_says_other_and_complains_is_stopped() -> None:
    found = told("Hall", {f"{STATUS}.1": 1, f"{ERRORS}.1": b"\x44"}, NOW)
    assert (found.state, found.errors) == ("stopped", ("no_paper", "jammed"))
    assert told("Hall", {f"{STATUS}.1": 1, f"{ERRORS}.1": b"\x20"}, NOW).state == "unknown"


def test_a_switch_that_answers_is_no_printer() -> None:
    with pytest.raises(NoAnswer, match="no printer"):
        told("Hall", {"1.3.6.1.2.1.1.1.0": b"a switch"}, NOW)


def test_tables_of_a_strange_shape_make_no_figure() -> None:
    strange: dict[str, int | bytes] = {f"{STATUS}.7": b"idle", f"{SUPPLIES}.9.1.1": b"full", f"{PAGES}.1.1": -2}
    found = told("Hall", strange | {f"{ERRORS}.7": 5, f"{DESCRIPTION}.7": 9}, NOW)
    assert (found.state, found.errors, found.pages, found.model, found.supplies) == ("unknown", (), None, "", ())


def printer_at(port: int, protocol: str = "snmp2c", **secrets: str) -> Named:
    return Named(kind="printer", name="Hall", host="127.0.0.1", port=port, path="", protocol=protocol, **secrets)  # type: ignore[arg-type]


def test_without_the_extra_it_is_said_that_snmp_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "agent.equipment.snmp", None)
    found = answer_of(printer_at(1), NOW)
    assert (found.reached, found.reason) == (False, "this agent was installed without SNMP (the extra `equipment`)")


def recording() -> str:
    """For snmpsim: identifier, tag, value; strings in hexadecimal digits."""
    ordered = sorted(ANSWERS.items(), key=lambda item: [int(part) for part in item[0].split(".")])
    lines = [f"{name}|2|{one}" if isinstance(one, int) else f"{name}|4x|{one.hex()}" for name, one in ordered]
    return "\n".join(lines) + "\n"


def interpreter() -> str:
    """One whose dbm the simulator can use: on Debian the system's own."""
    for program in (sys.executable, "/usr/bin/python3"):
        if Path(program).exists():
            done = subprocess.run([program, "-c", "import dbm.ndbm"], check=False, capture_output=True)
            if done.returncode == 0:
                return program
    pytest.skip("only beside an interpreter with the dbm that snmpsim needs")


@pytest.fixture
def simulator() -> Iterator[int]:
    package = find_spec("snmpsim")
    if find_spec("pysnmp") is None or package is None or package.origin is None:
        pytest.skip("only beside a simulator: pip install pysnmp snmpsim pysmi")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)  # it gives up the rights of root
        (folder / "data").mkdir()
        (folder / "data" / "hall.snmprec").write_text(recording())
        words = [interpreter(), "-m", "snmpsim.commands.responder", f"--data-dir={folder}/data"]
        words += [f"--cache-dir={folder}/cache", f"--agent-udpv4-endpoint=127.0.0.1:{port}"]
        words.append(f"--variation-modules-dir={Path(package.origin).parent}/variation")
        if sys.platform != "win32" and os.geteuid() == 0:
            words += ["--process-user=nobody", "--process-group=nogroup"]
        with (folder / "log").open("wb") as log:
            environment = {**os.environ, "PYTHONPATH": str(Path(package.origin).parents[1])}
            process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)
        try:
            while b"Listening" not in (folder / "log").read_bytes():
                assert process.poll() is None, (folder / "log").read_text()[-500:]
                time.sleep(0.05)
            yield port
        finally:
            process.kill()
            process.wait()


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("protocol", ["snmp1", "snmp2c"])
def test_a_simulated_printer_is_read_by_each_version(simulator: int, protocol: str) -> None:
    found = answer_of(printer_at(simulator, protocol, community="hall"), NOW)
    assert found == told("Hall", ANSWERS, NOW), json.dumps(str(found))


@pytest.mark.filterwarnings("default")
def test_a_community_that_it_does_not_know_is_said(simulator: int, monkeypatch: Any) -> None:
    monkeypatch.setattr("agent.equipment.snmp_printer.PATIENCE_SECONDS", 0.3)
    found = answer_of(printer_at(simulator, community="other"), NOW)
    assert (found.reached, found.reason) == (False, "it did not answer, or does not know the community")
