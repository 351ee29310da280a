"""user: add, password, list"""

import os
import selectors
import subprocess
import sys
import time
from pathlib import Path

import pytest

from collector.storage.engine import create_engine, reading
from collector.web.accounts import authenticate
from tests.collector.cli.conftest import Run
from tests.collector.cli.refusal import one_sentence

PASSWORD = "vier woorden zijn goed"


def may_enter(data: Path, name: str, password: str) -> bool:
    engine = create_engine(f"sqlite:///{data / 'collector.sqlite'}")
    with reading(engine) as connection:
        account = authenticate(connection, name, password)
    engine.dispose()
    return account is not None


def test_an_account_is_added_with_a_password_from_standard_input_that_is_never_shown(ready: Run, data: Path) -> None:
    result = ready("user", "add", "anna", "--role", "reader", input=PASSWORD + "\n")
    assert (result.stdout, result.stderr) == ("added anna (reader)\n", "")
    assert ready("user", "list").stdout.split() == ["anna", "reader"]
    assert may_enter(data, "anna", PASSWORD)


def test_a_password_is_changed_and_the_old_one_no_longer_opens(ready: Run, data: Path) -> None:
    ready("user", "add", "anna", input=PASSWORD + "\n")
    result = ready("user", "password", "anna", input="een ander wachtwoord\n")
    assert (result.stdout, result.stderr) == ("changed the password of anna\n", "")
    assert not may_enter(data, "anna", PASSWORD)
    assert may_enter(data, "anna", "een ander wachtwoord")


def test_roles_are_given_and_taken_away_in_a_site_a_municipality_and_the_region(ready: Run) -> None:
    result = ready("user", "add", "anna", "--role", "facilitator", "--site", "EVERE", input=PASSWORD + "\n")
    assert result.stdout == "added anna (facilitator)\n"
    assert ready("user", "grant", "anna", "--role", "technician", "--municipality", "Evere").exit_code == 0
    assert ready("user", "grant", "anna", "--role", "reader").exit_code == 0
    assert ready("user", "list").stdout.split(None, 1)[1] == "facilitator at EVERE, technician in Evere, reader\n"
    assert ready("user", "withdraw", "anna", "--role", "technician", "--municipality", "Evere").exit_code == 0
    assert ready("user", "list").stdout.split(None, 1)[1] == "facilitator at EVERE, reader\n"
    sentence = one_sentence(ready("user", "withdraw", "anna", "--role", "technician"))
    assert sentence == "anna does not have that role there; see `dps-collector user list`"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--role", "facilitator"), "is had in a municipality or site, not in a region"),
        (("--role", "administrator", "--site", "EVERE"), "is had in a region, not in a site"),
        (("--role", "reader", "--site", "NOWHERE"), "there is no site"),
    ],
)
def test_a_role_is_had_where_it_makes_sense(ready: Run, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in one_sentence(ready("user", "add", "anna", *words, input=PASSWORD + "\n"))
    assert ready("user", "list").stdout == ""


def test_a_disabled_account_needs_a_new_password_when_it_is_enabled_and_no_backup_brings_the_old_one(
    ready: Run, data: Path
) -> None:
    ready("user", "add", "anna", input=PASSWORD + "\n")
    ready("user", "add", "bram", input=PASSWORD + "\n")
    assert ready("user", "disable", "anna").stdout == "disabled anna\n"
    assert not may_enter(data, "anna", PASSWORD)
    assert '"kind": "password"' in (data / "revocations.jsonl").read_text("utf-8")
    assert ready("user", "enable", "anna").exit_code == 0
    assert not may_enter(data, "anna", PASSWORD)
    ready("user", "password", "anna", input=PASSWORD + "\n")
    assert may_enter(data, "anna", PASSWORD)


def test_the_last_administrator_stays_one(ready: Run, data: Path) -> None:
    ready("user", "add", "anna", input=PASSWORD + "\n")
    ready("user", "add", "bram", "--role", "reader", input=PASSWORD + "\n")
    for words in (("disable", "anna"), ("withdraw", "anna")):
        assert "the last administrator" in one_sentence(ready("user", *words))
    assert may_enter(data, "anna", PASSWORD)
    ready("user", "grant", "bram")
    assert ready("user", "withdraw", "anna").exit_code == 0


@pytest.mark.parametrize("given", ["", "\n", "short\n", "x" * 1001 + "\n"])
def test_a_weak_or_monstrous_password_is_refused_and_not_repeated(given: str, ready: Run) -> None:
    sentence = one_sentence(ready("user", "add", "anna", input=given))
    assert sentence == "the password must have 12 to 1000 characters; several words are easiest."
    assert ready("user", "list").stdout == ""


def test_a_name_is_given_once(ready: Run) -> None:
    ready("user", "add", "anna", input=PASSWORD + "\n")
    assert "there is already an account named “anna”" in one_sentence(
        ready("user", "add", "anna", input=PASSWORD + "\n")
    )


def test_nobodys_password_cannot_be_changed(ready: Run) -> None:
    sentence = one_sentence(ready("user", "password", "nobody", input=PASSWORD + "\n"))
    assert sentence == "there is no account named “nobody”; see `dps-collector user list`."


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 121])
def test_a_name_that_no_page_could_show_is_refused(name: str, ready: Run) -> None:
    assert "1 to 120 printable characters" in one_sentence(ready("user", "add", name, input=PASSWORD + "\n"))


def test_a_password_that_is_no_text_is_refused(ready: Run) -> None:
    sentence = one_sentence(ready("user", "add", "anna", input=b"\xff\xfe\xfd twelve bytes\n"))
    assert sentence == "the password on standard input is not text in UTF-8; write it anew"


def test_at_a_terminal_the_password_is_asked_twice_and_not_echoed(ready: Run, data: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("real Windows: a terminal is made otherwise there")
    import pty  # noqa: PLC0415 there is none on Windows

    assert ready("site", "list").exit_code == 0
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "collector", "--data", str(data), "user", "add", "anna"]
    with subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as process:
        os.close(theirs)
        seen = answer(ours, "Password: ", PASSWORD)
        seen += answer(ours, "confirmation: ", PASSWORD)
        seen += until(ours, "added anna")
        assert process.wait(30) == 0
    os.close(ours)
    assert PASSWORD not in seen
    assert may_enter(data, "anna", PASSWORD)


def answer(terminal: int, question: str, words: str) -> str:
    seen = until(terminal, question)
    os.write(terminal, words.encode() + b"\n")
    return seen


def until(terminal: int, expected: str) -> str:
    """What the terminal shows up to and with the expected words."""
    seen, deadline = "", time.monotonic() + 180
    with selectors.DefaultSelector() as selector:  # select takes no file beyond the 1024th
        selector.register(terminal, selectors.EVENT_READ)
        while expected not in seen:
            assert time.monotonic() < deadline, seen
            if selector.select(0.2):
                seen += os.read(terminal, 1000).decode()
    return seen
