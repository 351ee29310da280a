"""`send` and `show`: what is shown is what is sent, one sender at a time, nothing secret in sight."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent import machine
from tests.agent.commands.conftest import Done, clean_environment, run
from tests.agent.sender.fake_collector import SECRET, FakeCollector
from tests.agent.sender.local_server import Asked, LocalServer, Reply, answer, problem
from tests.agent.sender.station import SLOT

Call = Callable[..., Done]

AS_NOBODY = """
import os, sys
import agent.commands.show, agent.commands.status, agent.commands.config, platformdirs.unix
os.setgroups([]); os.setgid(65534); os.setuid(65534)
from agent.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
"""Loads first: another account may not be allowed to read the interpreter's folders."""


def as_stranger(folder: Path, *words: str) -> Done:
    """The program for an account that may not enter `folder`."""
    if not machine.is_administrator():
        folder.chmod(0)
    done = subprocess.run(
        [sys.executable, *(["-c", AS_NOBODY] if machine.is_administrator() else ["-m", "agent"]), *words],
        capture_output=True, text=True, check=False, env=clean_environment(),
    )  # fmt: skip
    folder.chmod(0o700)
    return Done(done.returncode, done.stdout, done.stderr)


def test_show_prints_byte_for_byte_what_send_then_sends(enrolled: list[str], collector: FakeCollector) -> None:
    shown = run("show", *enrolled)
    assert shown.code == 0
    assert collector.asked == [], "showing asks nobody"
    sent = run("send", *enrolled)
    assert (sent.code, sent.out) == (0, "dps-agent send: sent 2 envelopes; 0 records wait\n")
    assert gzip.decompress(collector.bodies[0]) + b"\n" == shown.out.encode()
    assert collector.slots() == [SLOT, SLOT + 1]
    assert SECRET not in shown.out + shown.err + sent.out + sent.err


def test_show_needs_no_collector(call: Call, enrolled: list[str]) -> None:
    done = call("show", *enrolled[:2])
    assert done.code == 0
    assert [record["slot"] for record in json.loads(done.out)["slots"]] == [SLOT, SLOT + 1]


@pytest.mark.skipif(os.name == "nt", reason="only Linux: another account is a number away")
def test_show_prints_the_table_of_fields_to_whoever_may_not_see_this_pcs_use(enrolled: list[str], state: Path) -> None:
    done = as_stranger(state, "show", *enrolled)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("## What is measured")
    assert "`slots[].idle_rules[].starts`" in done.out
    assert str(SLOT) not in done.out


@pytest.mark.skipif(os.name == "nt", reason="only Linux: another account is a number away")
@pytest.mark.parametrize("word", ["status", "send"])
def test_the_state_is_closed_to_other_accounts_and_they_are_told_so(
    enrolled: list[str], state: Path, word: str
) -> None:
    done = as_stranger(state, word, *enrolled)
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err
    assert "run this as administrator" in done.err


def test_a_second_sender_ends_at_once_and_is_no_error(call: Call, enrolled: list[str], state: Path) -> None:
    lock = machine.lock_file(f"{state}/sender.lock")
    done = call("send", *enrolled)
    os.close(lock)
    assert done == Done(0, "dps-agent send: another sender is at work already; it sends what waits\n", "")


@pytest.mark.parametrize("words", [["show"], ["enroll", "--again"]])
def test_what_must_not_run_beside_a_sender_says_so(
    call: Call, enrolled: list[str], state: Path, tmp_path: Path, words: list[str]
) -> None:
    (tmp_path / "token").write_text(f"dps1-{'0' * 16}-{'0' * 64}\n")
    lock = machine.lock_file(f"{state}/sender.lock")
    done = call(*words, *enrolled, "--token-file", str(tmp_path / "token"))
    os.close(lock)
    told = f"dps-agent {words[0]}: another process holds {state}/sender.lock: wait until it ends, or end it\n"
    assert done == Done(1, "", told)


def test_send_without_a_collector_is_a_wrong_call(call: Call, state: Path) -> None:
    done = call("send", "--state", str(state))
    assert done == Done(2, "", 'dps-agent send: no collector is named; set server = "https://..." or give --server\n')


def test_send_without_a_secret_says_what_to_do(call: Call, state: Path, collector: FakeCollector) -> None:
    done = call("send", "--state", str(state), "--server", collector.server.address)
    assert (done.code, done.out) == (1, "")
    assert done.err == "dps-agent send: this station is not enrolled; set token_file, or run `dps-agent enroll`\n"


def test_send_tells_why_it_could_not_and_keeps_the_records(
    call: Call, enrolled: list[str], collector: FakeCollector
) -> None:
    collector.instead = lambda _: Reply(200, b"<html>Please log in</html>")
    done = call("send", *enrolled)
    assert (done.code, done.out) == (1, "")
    assert "something that is not a collector answered with status 200" in done.err
    collector.instead = lambda _: None
    assert call("send", *enrolled).code == 0
    assert collector.slots() == [SLOT, SLOT + 1]


@pytest.mark.parametrize("word", ["send", "show", "enroll"])
def test_a_file_in_the_place_of_the_state_folder_is_named(
    call: Call, state: Path, tmp_path: Path, collector: FakeCollector, word: str
) -> None:
    state.write_text("")
    (tmp_path / "token").write_text(f"dps1-{'0' * 16}-{'0' * 64}\n")
    words = ("--state", str(state), "--server", collector.server.address)
    done = call(word, *words, "--token-file", str(tmp_path / "token"))
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert str(state) in done.err
    assert collector.asked == []


@pytest.mark.parametrize("content", ["", '{"public_id": "01', "[]"])
def test_a_damaged_secret_is_one_sentence(call: Call, enrolled: list[str], state: Path, content: str) -> None:
    (state / "identity.json").write_text(content)
    done = call("send", *enrolled)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"dps-agent send: {state}/identity.json is damaged; remove it and enrol this station again with a token\n"
    )


def test_no_secret_stands_in_a_list_of_processes_while_it_sends(enrolled: list[str], collector: FakeCollector) -> None:
    lists: list[str] = []

    def look(_: Asked) -> Reply:
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                lists.append(place.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
            except OSError:
                continue
        return problem(503)

    collector.instead = look
    run("send", *enrolled)
    assert any(" agent send --state" in words for words in lists), "the sender was seen"
    assert not any(SECRET in words for words in lists)


DRIPPING = """
import sys, time
from agent.commands.send import limited
with limited(0.05):
    time.sleep(30)
"""


def test_a_contact_that_hangs_for_too_long_ends_by_itself() -> None:
    done = subprocess.run([sys.executable, "-c", DRIPPING], capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 1
    assert done.stderr == "dps-agent send: the contact took longer than 0.05 s and was given up\n"


@pytest.fixture
def elsewhere() -> Iterator[LocalServer]:
    with LocalServer(answer({})) as started:
        yield started


def test_a_proxy_of_the_environment_is_not_used(
    enrolled: list[str], collector: FakeCollector, elsewhere: LocalServer
) -> None:
    done = run("send", *enrolled, environment={"HTTP_PROXY": elsewhere.address, "ALL_PROXY": elsewhere.address})
    assert done.code == 0
    assert elsewhere.asked == []
    assert collector.slots() == [SLOT, SLOT + 1]
