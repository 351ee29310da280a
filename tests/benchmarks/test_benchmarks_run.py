"""The benchmarks still run and print their figures; what the figures are is not judged here."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.counting_proxy import HEADER_BYTES, Traffic
from tests.benchmarks.processes import why_no_service_here
from tests.benchmarks.yardsticks import YARDSTICKS, why_not

HERE = Path(__file__).parent


def printed_by(name: str, *options: str) -> str:
    """What the benchmark prints; its exit code tells whether targets are met, which depends on the machine."""
    words = [sys.executable, str(HERE / name), *options]
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    assert not done.stderr, done.stderr
    return done.stdout


def test_memory_of_the_service_is_printed_beside_its_budget() -> None:
    if reason := why_no_service_here():
        pytest.skip(reason)
    printed = printed_by("agent_memory.py", "--where", "here", "--minutes", "0.01", "0.02", "--step-seconds", "0.2")
    row = re.search(r"^dps-agent \(this Python\) +1 +(\d+\.\d) +(\d+\.\d) +1$", printed, re.MULTILINE)
    assert row, printed
    assert 5 < float(row[1]) < 50
    assert re.search(r"budget 15360 kB: (met|MISSED)", printed), printed
    assert int(re.findall(r"(\d+) sessions counted", printed)[0]) > 0, printed


def test_cost_of_a_contact_is_printed_beside_its_targets() -> None:
    if sys.platform != "linux" or not shutil.which("openssl"):
        pytest.skip("openssl is not installed, or this is not Linux")
    printed = printed_by("agent_contact.py", "--contacts", "1", "--minutes", "0", "--leaf", "ECDSA P-256")
    rows = re.findall(
        r"^ECDSA P-256: (?:usual|full) contact +(\d+\.\d+).* (\d+) +\d+ +\d+ +\d+ +CPU", printed, re.MULTILINE
    )
    assert len(rows) == 2, printed
    for seconds, wire_bytes in rows:
        assert float(seconds) > 0
        assert 2_000 < int(wire_bytes) < 20_000


def test_memory_of_the_yardsticks_is_printed() -> None:
    missing = [reason for yardstick in YARDSTICKS if (reason := why_not(yardstick))]
    if missing:
        pytest.skip("; ".join(missing))
    printed = printed_by("yardsticks.py", "--seconds", "0.1")
    for yardstick in YARDSTICKS:
        assert re.search(rf"^{yardstick.package} +0 +\d+\.\d +\d+\.\d +\d+$", printed, re.MULTILINE), printed


def test_headers_are_estimated_for_each_segment_and_each_connection() -> None:
    traffic = Traffic(up=[500], down=[3_000], connections=1)
    # One segment up with its acknowledgement, three down with two, seven to open and close.
    assert traffic.payload_bytes == 3_500
    assert traffic.header_bytes == HEADER_BYTES * (1 + 1 + 3 + 2 + 7)


def test_speed_of_the_counter_is_printed_beside_a_yardstick() -> None:
    printed = printed_by("counter_speed.py", "--events", "2000")
    assert len(re.findall(r"counter alone +\d+ events/s +\(target 100000: (?:met|MISSED)\)", printed)) == 2, printed
    assert len(re.findall(r"yardstick: csv +\d+ rows/s, [\d.]+ times as many", printed)) == 2, printed


def test_cost_of_disclosure_control_is_printed_beside_its_target() -> None:
    printed = printed_by("disclosure_control.py", "--sites", "6", "--municipalities", "2", "--seeds", "1")
    rows = re.findall(r"attack +\d+\.\d+ CPU s, (\d+) found; .* hidden +(\d+\.\d)%; naive", printed)
    assert len(rows) == 2, printed
    assert all(found == "0" for found, _ in rows)
    assert re.search(r"target 5: (met|MISSED)", printed), printed


def test_seconds_for_a_report_are_printed_beside_a_yardstick() -> None:
    printed = printed_by("report_formats.py", "--sites", "3")
    assert re.search(r"^yardstick: typst, one page +\d+\.\d+ s$", printed, re.MULTILINE), printed
    rows = re.findall(
        r"^(?:site|Region) +(?:pdf|xlsx|ods|csv|html) +\d+\.\d+ s +[1-9]\d+ bytes$", printed, re.MULTILINE
    )
    assert len(rows) == 10, printed
    assert len(re.findall(r"target [25] s: (?:met|MISSED)", printed)) == 2, printed


def test_every_page_of_a_large_region_is_printed_beside_its_target() -> None:
    printed = printed_by("large_region.py", "--sites", "2", "--stations", "2", "--years", "1", "--pages", "1")
    assert re.search(r"^/sites/{code} +\d+\.\d +\d+\.\d", printed, re.MULTILINE), printed
    assert re.search(r"^\d+ of \d+ pages within 50 ms and 150 kB$", printed, re.MULTILINE), printed


def test_a_page_of_a_year_is_printed_beside_its_target() -> None:
    printed = printed_by("year_of_statistics.py", "--sites", "1", "--days", "40", "--pages", "2")
    assert re.search(
        r"^page of a site and year, median +\d+\.\d ms CPU \(target 50: (met|MISSED)\)$", printed, re.MULTILINE
    )
    assert re.search(r"^all months added up again \(rebuild\) +\d+\.\d s CPU$", printed, re.MULTILINE), printed
