"""Where nothing may be skipped, a test that skips itself fails.

`.ci/run` installs all that the tests want and sets DPS_NOTHING_SKIPPED=1: a tool that is missing there would
otherwise turn tests off in silence. Two kinds may still be skipped: what is about another system (those of Windows run
under Wine, see rigs/test_windows_python.py), and what needs a real Windows, which the marker `real_windows` says.
"""

import ctypes
import os
import sys
from collections.abc import Generator

import pytest
from hypothesis import settings

# A slow or busy machine is no defect.
settings.register_profile("unhurried", parent=settings(), deadline=None)
settings.load_profile("unhurried")

pytest_plugins = ["pytester"]

ALLOWED_REASONS = ("real Windows:", "only Linux:" if sys.platform == "win32" else "only Windows:")

Report = pytest.TestReport | pytest.CollectReport


def is_real_windows() -> bool:
    """Whether this is Windows, and not Wine, which says its version."""
    return sys.platform == "win32" and not hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("real_windows") and not is_real_windows():
        pytest.skip("real Windows: Wine cannot show it")


def failed_if_skipped(report: Report) -> None:
    if os.environ.get("DPS_NOTHING_SKIPPED") != "1" or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    place_and_reason = report.longrepr
    reason = place_and_reason[2] if isinstance(place_and_reason, tuple) else str(place_and_reason)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith(ALLOWED_REASONS):
        report.outcome = "failed"
        report.longrepr = f"skipped although DPS_NOTHING_SKIPPED=1: {reason}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    failed_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    failed_if_skipped(report)
    return report
