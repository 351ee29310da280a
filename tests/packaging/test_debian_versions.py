"""The agent's tests on Debian 12's own Python and libraries: those that the Debian package runs on."""

import importlib.util
import sys
from pathlib import Path

import pytest

from tests.rigs.systemd_machine import SystemdMachine, why_not

PROJECT = Path(__file__).parents[2]
DEBIANS = {"jeepney": "0.8", "platformdirs": "2.6", "psutil": "5.9", "requests": "2.28"}
"""The libraries of the agent, and their versions in Debian 12."""
TOOLS = (
    *(
        "_hypothesis_globals",
        "_hypothesis_pytestplugin",
        "_pytest",
        "hypothesis",
        "iniconfig",
        "packaging",
        "pluggy",
        "py",
        "pygments",
        "pytest",
    ),
    *("annotated_types", "pydantic", "pydantic_core", "sortedcontainers", "typing_extensions", "typing_inspection"),
)
"""What the tests themselves want, and Debian 12 has too old or not at all."""
WITH_A_LIBRARY = ("machine", "probes", "sender/test_upload.py", "sender/test_dates.py", "commands/test_enroll.py")
"""Tests of what calls one of these libraries; the rest knows the standard library only."""

reason = why_not() or (
    None if sys.version_info[:2] == (3, 11) else "the tools are compiled for another Python than 3.11"
)
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))


def places() -> dict[Path, str]:
    """Where the tools are here, and where they shall be seen."""
    found = {}
    for name in TOOLS:
        spec = importlib.util.find_spec(name)
        assert spec is not None, name
        assert spec.origin is not None, name
        file = Path(spec.origin)
        place = file.parent if file.name == "__init__.py" else file
        found[place] = f"/srv/tools/{place.name}"
    return found


def test_the_agents_tests_hold_on_debians_versions(capsys: pytest.CaptureFixture[str]) -> None:
    versions = f"import importlib.metadata as m; print(*(n + '=' + m.version(n) for n in {sorted(DEBIANS)}))"
    tests = [f"tests/agent/{name}" for name in WITH_A_LIBRARY]
    words = ["-p", "no:cacheprovider", "-q", *tests]
    environment = {"PYTHONPATH": "/srv/tools", "PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_STORAGE_DIRECTORY": "/tmp"}
    with SystemdMachine(read_only={PROJECT: "/srv/project", **places()}) as machine:
        told = machine.run(["python3", "-c", versions], environment=environment).stdout.split()
        done = machine.run(
            ["sh", "-c", 'cd /srv/project && exec python3 -m pytest "$@"', "sh", *words],
            environment=environment,
            timeout=400,
            check=False,
        )
    with capsys.disabled():
        print(f"\non {' '.join(told)}: {done.stdout.strip().splitlines()[-1:]}")
    assert {
        name: version for name, version in (pair.split("=") for pair in told) if not version.startswith(DEBIANS[name])
    } == {}
    assert done.returncode == 0, done.stdout + done.stderr
