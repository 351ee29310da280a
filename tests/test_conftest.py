"""What conftest.py makes of a skipped test."""

import sys
from pathlib import Path

import pytest

from tests.conftest import RIGS, rigs_of

CONFTEST = Path(__file__).with_name("conftest.py")
SKIPS = {
    "inside": "import pytest\ndef test_it(): pytest.skip('{}')",
    "by_mark": "import pytest\n@pytest.mark.skipif(True, reason='{}')\ndef test_it(): pass",
    "a_module": "import pytest\npytest.skip('{}', allow_module_level=True)",
}
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail\ndef test_it(): raise AssertionError"


def outcomes(pytester: pytest.Pytester, reason: str) -> dict[str, int]:
    """What becomes of three tests that skip themselves for that reason, each in its way, and of a good one."""
    pytester.makeconftest(CONFTEST.read_text("utf-8"))
    for name, source in SKIPS.items():
        pytester.makepyfile(**{f"test_{name}": source.format(reason)})
    pytester.makepyfile(test_good="def test_it(): pass", test_expected=EXPECTED_FAILURE)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "--continue-on-collection-errors").parseoutcomes()


def test_it_fails_skipped_tests_where_nothing_may_be_skipped(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DPS_NOTHING_SKIPPED", "1")
    # A mark skips before the test starts and a module before it is collected: pytest calls these two errors.
    assert outcomes(pytester, "no such tool") == {"failed": 1, "errors": 2, "passed": 1, "xfailed": 1}


def test_it_lets_tests_of_a_real_windows_be_skipped(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DPS_NOTHING_SKIPPED", "1")
    assert outcomes(pytester, "real Windows: service manager") == {"skipped": 3, "passed": 1, "xfailed": 1}


def test_it_lets_tests_of_another_system_be_skipped_and_not_those_of_this_one(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DPS_NOTHING_SKIPPED", "1")
    here, other = ("Windows", "Linux") if sys.platform == "win32" else ("Linux", "Windows")
    assert outcomes(pytester, f"only {other}: its clocks") == {"skipped": 3, "passed": 1, "xfailed": 1}
    assert outcomes(pytester, f"only {here}: its clocks") == {"failed": 1, "errors": 2, "passed": 1, "xfailed": 1}


def test_what_is_marked_as_of_a_real_windows_is_skipped_elsewhere_with_a_reason(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST.read_text("utf-8"))
    pytester.makeini("[pytest]\nmarkers = real_windows: a test")
    pytester.makepyfile("import pytest\n@pytest.mark.real_windows\ndef test_it(): raise AssertionError")
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-rs")
    assert done.parseoutcomes() == {"skipped": 1}
    done.stdout.fnmatch_lines(["SKIPPED*: real Windows: Wine cannot show it"])


def test_elsewhere_a_test_may_skip_itself(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DPS_NOTHING_SKIPPED", raising=False)
    assert outcomes(pytester, "no such tool") == {"skipped": 3, "passed": 1, "xfailed": 1}


def test_the_rigs_that_tests_want_are_made_beforehand() -> None:
    assert rigs_of(["/x/tests/agent/test_spool.py"]) == []
    assert rigs_of(["/x/tests/packaging/test_msi.py", "/x/tests/packaging/test_deb.py"]) == list(RIGS)
    there = {path.name for path in CONFTEST.parent.rglob("test_*.py")}
    assert set().union(*RIGS.values()) <= there
