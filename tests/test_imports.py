"""What the resident service may not load, and why.

The import contracts of pyproject.toml read source; these tests look at what a fresh interpreter really loaded,
third parties included. The costs were measured in CPython 3.11 on Linux.
"""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

FORBIDDEN = {
    "argparse": "the launcher reads the words and hands over plain values; 1.6 MB",
    "asyncio": "the loop is one thread and a wait; 10.8 MB",
    "dataclasses": "it loads inspect; named tuples and slots do",
    "hashlib": "loads the OpenSSL library; only the sender and the enrolment need digests",
    "hmac": "the hardware key is computed by a step of its own",
    "http": "only the sender talks to the network; 8.3 MB",
    "inspect": "brings ast, dis and tokenize with it; nothing resident looks at its own source",
    "logging": "a resident that counts writes a line to standard error, which the journal keeps; 2.3 MB",
    "platformdirs": "folders are resolved by the launcher and handed over; 3.7 MB",
    "psutil": "probes run in the sender; 4 MB",
    "pydantic": "validation is the collector's work; 20.4 MB",
    "requests": "only the sender talks to the network; 21.2 MB",
    "secrets": "loads hmac and hashlib; os.urandom is enough for the name of a run",
    "sqlalchemy": "the agent has no database",
    "ssl": "only the sender talks to the network; 6.4 MB",
    "subprocess": "the sender is started with os.posix_spawn or its like",
    "tomllib": "settings are read by a short-lived process and handed over; 2.7 MB",
    "urllib": "only the sender talks to the network",
    "urllib3": "only the sender talks to the network; 14.1 MB",
}


RESIDENT = ["agent.service"]
"""What the service loads; what differs between systems is chosen late, so it is named apart."""
if sys.platform == "linux":
    RESIDENT += ["agent.hosts.console", "agent.machine.logind", "agent.machine.presence_linux", "agent.machine.utmp"]
elif sys.platform == "win32":
    RESIDENT += ["agent.hosts.windows", "agent.machine.wts", "agent.machine.accounts_windows"]
    RESIDENT += ["agent.machine.presence_windows"]


@cache
def modules_loaded_by(*modules: str) -> frozenset[str]:
    """Names in sys.modules of a fresh interpreter after these imports; json comes after the list is taken."""
    code = f"import sys, {', '.join(modules)}; names = list(sys.modules); import json; print(json.dumps(names))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, cwd=ROOT)
    return frozenset(json.loads(done.stdout))


def test_the_measurement_sees_imports() -> None:
    assert "ssl" in modules_loaded_by("ssl")
    assert "logging" in modules_loaded_by("json", "concurrent.futures")


def test_this_interpreter_loads_none_of_them_by_itself() -> None:
    assert not modules_loaded_by("sys") & FORBIDDEN.keys(), "measure in a venv"


@pytest.mark.parametrize("name", FORBIDDEN)
def test_the_resident_service_does_not_load(name: str) -> None:
    assert name not in modules_loaded_by(*RESIDENT), FORBIDDEN[name]
