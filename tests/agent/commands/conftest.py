"""The command line as people use it, with a collector on 127.0.0.1."""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from agent.__main__ import main
from agent.disk import RealDisk
from agent.sender.memory import Identity, Store
from agent.spool import PENDING
from tests.agent.sender.fake_collector import PUBLIC_ID, SECRET, FakeCollector
from tests.agent.sender.station import SLOT, slot_record

LONGEST_SECONDS = 60


class Done(NamedTuple):
    code: int
    out: str
    err: str


def run(*words: str, stdin: str = "", environment: dict[str, str] | None = None) -> Done:
    """The real program, as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "agent", *words],
        input=stdin, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS,
        env={**clean_environment(), **(environment or {})},
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("DPS_AGENT_")}


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Done]]:
    """The program inside this process, which is quicker."""
    for name in [name for name in os.environ if name.startswith("DPS_AGENT_")]:
        monkeypatch.delenv(name)
    before = os.umask(0o077)

    def called(*words: str) -> Done:
        capsys.readouterr()
        code = main(list(words))
        told = capsys.readouterr()
        return Done(code, told.out, told.err)

    yield called
    os.umask(before)
    gc.enable()  # a word turns it off, because its process ends soon


@pytest.fixture
def collector() -> Iterator[FakeCollector]:
    fake = FakeCollector()
    with fake.server:
        yield fake


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def enrolled(state: Path, collector: FakeCollector) -> list[str]:
    """The options of a station with a secret and two records that wait."""
    store = Store(str(state), RealDisk())
    state.mkdir(mode=0o700)
    store.spool.prepare()
    store.keep_identity(Identity(PUBLIC_ID, SECRET, collector.server.address))
    for slot in (SLOT, SLOT + 1):
        store.spool.put(PENDING, "slot", slot_record(slot))
    (state / "run.json").write_text(json.dumps({"run_id": "aa" * 8, "trusted": True}))
    return ["--state", str(state), "--server", collector.server.address]
