"""The real program, started as a person or a service manager starts it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.collector.cli.conftest import Run
from tests.collector.cli.refusal import one_sentence

Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def program(data: Path) -> Program:
    def ran(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "collector", "--data", str(data), *words],
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
            env={**os.environ, **environment},
        )

    return ran


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("words", [["serve"], ["demo"]])
def test_a_port_in_use_is_said_with_the_way_out(words: list[str], ready: Run, taken_port: int) -> None:
    assert one_sentence(ready(*words, "--port", str(taken_port))) == (
        f"port {taken_port} of 127.0.0.1 cannot be used (Address already in use); "
        "stop what uses it, or choose another with --port"
    )


def test_an_address_of_another_computer_cannot_be_served(ready: Run) -> None:
    assert "of 192.0.2.1 cannot be used" in one_sentence(ready("serve", "--host", "192.0.2.1"))


def test_half_an_encryption_is_refused_before_anything_is_served(ready: Run, tmp_path: Path) -> None:
    config = tmp_path / "collector.toml"
    config.write_text(f'tls_certificate_file = "{tmp_path / "no.pem"}"\ntls_key_file = "{tmp_path / "no.key"}"')
    assert "no.pem (tls_certificate_file) cannot be read" in one_sentence(
        ready("serve", DPS_COLLECTOR_CONFIG_FILE=str(config))
    )


def test_a_mistake_in_the_real_program_is_one_sentence_and_no_traceback(program: Program) -> None:
    done = program("site", "list")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: the tables of the database in ")
    assert done.stderr.count("\n") == 1
    assert program("nonsense").returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written_is_an_error_in_one_sentence(ready: Run, data: Path) -> None:
    words = [sys.executable, "-m", "collector", "--data", str(data), "token", "issue"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, check=False, text=True, timeout=60)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_where_it_listens_and_stops_well_when_asked(number: int, ready: Run, data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "collector", "--data", str(data), "serve", "--port", str(port)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == f"listening on http://127.0.0.1:{port}\n"
        process.send_signal(number)
        out, said = process.communicate(timeout=30)
    assert (process.returncode, out, said) == (0, "", "")
