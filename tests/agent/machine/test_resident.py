"""What the machine layer may not load, because the resident service pays for it in memory."""

import json
import subprocess
import sys

import pytest

FORBIDDEN = (
    *("argparse", "asyncio", "dataclasses", "hashlib", "hmac", "http", "inspect", "json", "logging", "pathlib"),
    *("platformdirs", "psutil", "pydantic", "requests", "secrets", "ssl", "subprocess", "tomllib", "urllib"),
)
WAYS_IN = ["agent.machine"]
if sys.platform == "linux":
    WAYS_IN += ["agent.machine.logind", "agent.machine.presence_linux", "agent.machine.utmp"]
elif sys.platform == "win32":
    WAYS_IN += ["agent.machine.wts", "agent.machine.accounts_windows", "agent.machine.presence_windows"]


@pytest.mark.parametrize("module", WAYS_IN)
def test_the_machine_layer_stays_small(module: str) -> None:
    code = f"import sys, {module}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    fresh = subprocess.run(
        [sys.executable, "-c", "import sys; print('\\n'.join(sys.modules))"], capture_output=True, check=True, text=True
    )
    loaded = set(done.stdout.split()) - set(fresh.stdout.split())
    assert module in loaded
    assert loaded.isdisjoint(FORBIDDEN), json.dumps(sorted(loaded.intersection(FORBIDDEN)))
