"""The agent's own tests once more, in a Windows CPython under Wine."""

import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.agent.sender.certificates import USUAL, Certificates
from tests.rigs.windows_python import PROJECT, Windows, why_not, windows_python

if sys.platform != "linux":
    pytest.skip("only Linux: Wine", allow_module_level=True)

LONGEST_SECONDS = 580
"""It takes a minute and a half on a computer that does nothing else."""
OF_A_REAL_WINDOWS = "real Windows:"
NO_SYSTEM_CALL = (
    *("test_activity", "test_habit", "test_modes", "test_session_rules", "test_sessions", "test_timekeeping"),
    "sender/test_interrupted",
)
"""Tests that ask no system for anything: they take long here and can show nothing more."""

reason = why_not()
under_wine = pytest.mark.skipif(reason is not None, reason=str(reason))


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    made = windows_python().copy(tmp_path_factory.mktemp("windows") / "prefix")
    yield made
    made.end()


@under_wine
def test_the_agents_tests_hold_on_windows(
    windows: Windows, tmp_path: Path, subtests: pytest.Subtests, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "told.xml"
    certificates = Certificates(tmp_path)
    for name, subject in USUAL.items():
        certificates.make(name, subject)
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", "C:\\tests", "--junitxml", str(told)]
    words += [f"--ignore=tests/agent/{name}.py" for name in NO_SYSTEM_CALL]
    done = windows.run(
        [windows.python / "python.exe", *words, "tests/agent", "tests/test_imports.py"],
        check=False,
        timeout=LONGEST_SECONDS,
        cwd=PROJECT,
        environment={
            "PYTHONPYCACHEPREFIX": "C:\\compiled",
            "DPS_NOTHING_SKIPPED": "1",
            "DPS_TEST_CERTIFICATES": f"Z:{tmp_path}",
        },
    )
    with capsys.disabled():
        print(f"\nunder Wine: {done.stdout.strip().splitlines()[-1].strip('= ')}")
    assert done.returncode == 0, done.stdout
    for name in skipped_for(told, OF_A_REAL_WINDOWS):
        with subtests.test(name):
            pytest.skip(f"{OF_A_REAL_WINDOWS} Wine cannot show that {name}")


def skipped_for(told: Path, wanted: str) -> list[str]:
    """Names of the tests that were skipped for such a reason, as sentences."""
    found = []
    for case in ET.parse(told).getroot().iter("testcase"):
        skipped = case.find("skipped")
        if skipped is not None and skipped.get("message", "").startswith(wanted):
            found.append(case.get("name", "").removeprefix("test_").replace("_", " "))
    return found
