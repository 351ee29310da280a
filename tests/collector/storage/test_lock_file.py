"""One holder at a time, and none once it has ended."""

import subprocess
import sys
from pathlib import Path

import pytest

from collector.storage.lock_file import Busy, held

HOLDER = """
import sys
from pathlib import Path
from collector.storage.lock_file import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_holder_is_refused_until_the_first_has_let_go(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with held(file), pytest.raises(Busy), held(file):
        pass
    with held(file):
        pass


def test_the_system_lets_go_for_a_process_that_was_killed(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    words = [sys.executable, "-c", HOLDER, str(file)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(Busy), held(file):
            pass
        process.kill()
        process.wait()
        with held(file):
            pass
