"""Where nothing may be skipped, a test that skips itself fails.

`.ci/run` installs all that the tests want and sets DPS_NOTHING_SKIPPED=1: a tool that is missing there would
otherwise turn tests off in silence. Three kinds may still be skipped: what is about another system (those of Windows
run under Wine, see rigs/test_windows_python.py), what needs a real Windows, which the marker `real_windows` says, and
what compares with recorded or simulated devices that stand beside a developer's tree only ("only beside ...:").
"""

import ctypes
import gc
import os
import subprocess
import sys
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A slow or busy machine is no defect.
settings.register_profile("unhurried", parent=settings(), deadline=None)
settings.load_profile("unhurried")

pytest_plugins = ["pytester"]

RIGS = {
    "tests.rigs.debian_root": {
        *("test_deb.py", "test_debian_versions.py", "test_tarball.py"),
        *("test_real_sessions.py", "test_systemd_machine.py"),
    },
    "tests.rigs.windows_agent": {"test_msi.py", "test_signing.py"},
}
"""What takes minutes to make on a new computer, by the files of tests that use it."""
MAKING = pytest.StashKey[list[subprocess.Popen[bytes]]]()

ALLOWED_REASONS = ("real Windows:", "only beside", "only Linux:" if sys.platform == "win32" else "only Windows:")

Report = pytest.TestReport | pytest.CollectReport


def is_real_windows() -> bool:
    """Whether this is Windows, and not Wine, which says its version."""
    return sys.platform == "win32" and not hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("real_windows") and not is_real_windows():
        pytest.skip("real Windows: Wine cannot show it")


def rigs_of(files: Iterable[str]) -> list[str]:
    """The modules that make what tests in these files use."""
    names = {Path(file).name for file in files}
    return [module for module, users in RIGS.items() if users & names]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make the rigs beside the tests that run before theirs; who needs one waits for it, and tells what is wrong."""
    if session.config.option.collectonly or sys.platform != "linux":
        return
    session.stash[MAKING] = [
        subprocess.Popen(
            ["nice", sys.executable, "-m", module],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for module in rigs_of(str(item.path) for item in session.items)
    ]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Wait for them: what is half made would be made once more."""
    for process in session.stash.get(MAKING, []):
        process.wait()


def failed_if_skipped(report: Report) -> None:
    if os.environ.get("DPS_NOTHING_SKIPPED") != "1" or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    place_and_reason = report.longrepr
    reason = place_and_reason[2] if isinstance(place_and_reason, tuple) else str(place_and_reason)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith(ALLOWED_REASONS):
        report.outcome = "failed"
        report.longrepr = f"skipped although DPS_NOTHING_SKIPPED=1: {reason}"


@pytest.fixture
def untouched_process() -> Iterator[None]:
    """The intake tunes the process that it runs in; the next test gets it back as it was."""
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*thresholds)
    gc.unfreeze()


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
