"""Where nothing may be skipped, a test that skips itself fails.

`.ci/run` installs all that the tests want and sets DPS_NOTHING_SKIPPED=1: a tool that is missing there would
otherwise turn tests off in silence. Only what needs a real Windows may still be skipped.
"""

import os
from collections.abc import Generator

import pytest

pytest_plugins = ["pytester"]

ALLOWED_REASON = "real Windows:"

Report = pytest.TestReport | pytest.CollectReport


def failed_if_skipped(report: Report) -> None:
    if os.environ.get("DPS_NOTHING_SKIPPED") != "1" or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    place_and_reason = report.longrepr
    reason = place_and_reason[2] if isinstance(place_and_reason, tuple) else str(place_and_reason)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith(ALLOWED_REASON):
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
