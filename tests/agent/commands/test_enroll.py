"""`enroll`: a token from standard input or a file becomes a secret that only this account can read."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.agent.commands.conftest import Done, run
from tests.agent.sender.fake_collector import PUBLIC_ID, SECRET, TOKEN, FakeCollector
from tests.agent.sender.local_server import Asked, Reply, answer

Call = Callable[..., Done]


@pytest.fixture
def options(state: Path, collector: FakeCollector) -> list[str]:
    return ["--state", str(state), "--server", collector.server.address, "--tag", "PC-1"]


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n")
    return file


def test_the_token_comes_from_standard_input(options: list[str], state: Path, collector: FakeCollector) -> None:
    done = run("enroll", *options, stdin=f"{TOKEN}\n")
    assert done == Done(0, f"enrolled as PC-1 with {collector.server.address}\n", "")
    assert json.loads((state / "identity.json").read_text())["public_id"] == PUBLIC_ID
    if os.name == "posix":
        assert (state / "identity.json").stat().st_mode & 0o777 == 0o600
        assert state.stat().st_mode & 0o777 == 0o700


def enrolments(collector: FakeCollector) -> list[Asked]:
    """A computer that knows its hardware asks for the salt before."""
    return [asked for asked in collector.asked if asked.path == "/api/v1/enroll"]


def test_the_token_comes_from_a_file(
    call: Call, options: list[str], token_file: Path, collector: FakeCollector
) -> None:
    done = call("enroll", *options, "--token-file", str(token_file))
    assert done.code == 0
    assert [asked.json()["tag"] for asked in enrolments(collector)] == ["PC-1"]
    assert SECRET not in done.out + done.err
    assert TOKEN not in done.out + done.err


def test_a_station_that_has_to_wait_is_told_so(
    call: Call, options: list[str], token_file: Path, collector: FakeCollector
) -> None:
    collector.station_status = "waiting"
    done = call("enroll", *options, "--token-file", str(token_file))
    assert done == Done(
        0, f"enrolled as PC-1 with {collector.server.address}; it waits until somebody approves it\n", ""
    )
    assert "once somebody has approved" in call("status", *options).out


def test_a_station_that_has_a_secret_is_left_alone_unless_told_again(
    call: Call, options: list[str], token_file: Path, collector: FakeCollector
) -> None:
    words = ("enroll", *options, "--token-file", str(token_file))
    assert call(*words).code == 0
    done = call(*words)
    told = "dps-agent enroll: this station is enrolled already; give --again to enrol it anew\n"
    assert done == Done(2, "", told)
    assert len(enrolments(collector)) == 1
    assert call(*words, "--again").code == 0
    assert len(enrolments(collector)) == 2


def test_a_token_that_was_used_up_is_said_in_the_collectors_words(
    call: Call, options: list[str], token_file: Path, state: Path, collector: FakeCollector
) -> None:
    collector.token_used = True
    done = call("enroll", *options, "--token-file", str(token_file))
    assert done == Done(1, "", "dps-agent enroll: not enrolled: This token was used up: ask for another\n")
    assert not (state / "identity.json").exists()


@pytest.mark.parametrize("typed", ["", "\n", "hello\n", TOKEN[:-1] + "\n", TOKEN.upper() + "\n"])
def test_what_is_no_token_is_said_without_repeating_it(
    options: list[str], collector: FakeCollector, typed: str
) -> None:
    done = run("enroll", *options, stdin=typed)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "dps-agent enroll: what stands on standard input is not an enrolment token; "
        "it begins with dps1- and has 86 characters\n"
    )
    assert collector.asked == []


def test_the_length_that_the_sentence_names_is_the_length_of_a_token() -> None:
    assert len(TOKEN) == 86


@pytest.mark.parametrize("reply", [Reply(200, b"<html>"), answer({"schema": 1}), Reply(404), Reply(raw=lambda _: None)])
def test_an_answer_that_is_none_enrols_nobody(
    call: Call, options: list[str], token_file: Path, state: Path, collector: FakeCollector, reply: Reply
) -> None:
    collector.instead = lambda _: reply
    done = call("enroll", *options, "--token-file", str(token_file))
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith("dps-agent enroll: not enrolled: ")
    assert not (state / "identity.json").exists()
