"""A command that is wrong is answered with one sentence, its usage and exit code 2."""

import pytest
from click.testing import CliRunner

from collector.cli import main
from tests.collector.cli.conftest import Run
from tests.collector.cli.refusal import one_sentence

WRONG = {
    "an unknown word": (["sites"], "No such command 'sites'"),
    "an unknown option": (["--colour"], "No such option"),
    "an unknown word of a noun": (["site", "remove"], "No such command 'remove'"),
    "an unknown option of a word": (["serve", "--daemon"], "No such option"),
    "too few arguments": (["site", "add", "EVERE"], "Missing argument 'NAME'"),
    "too many arguments": (["migrate", "now"], "unexpected extra argument"),
    "a code that no site can have": (["site", "add", "a b", "Name"], "take 1 to 32 letters, digits and hyphens"),
    "a code that is too long": (["site", "add", "a" * 33, "Name"], "take 1 to 32 letters, digits and hyphens"),
    "a name of nothing": (["site", "add", "A", "   "], "name: A word is missing here"),
    "a name that is too long": (["site", "add", "A", "x" * 121], "120 characters fit"),
    "a name that plays with the terminal": (["site", "add", "A", "\x1b[31mred"], "cannot be printed"),
    "a token for no station": (["token", "issue", "--stations", "0"], "not in the range 1<=x<=10000"),
    "a token for ever": (["token", "issue", "--days", "4000"], "not in the range 1<=x<=366"),
    "a token for a word of days": (["token", "issue", "--days", "many"], "not a valid integer"),
    "a role that does not exist": (
        ["user", "add", "anna", "--role", "king"],
        "not one of 'administrator', 'regional_coordinator'",
    ),
    "an export without its months": (["export", "statistics", "--site", "EVERE"], "Missing option '--from'"),
    "a port that is no number": (["serve", "--port", "http"], "not a valid integer"),
    "a port of the demonstration beyond all ports": (["demo", "--port", "65536"], "not in the range 0<=x<=65535"),
}


@pytest.mark.parametrize("what", WRONG)
def test_it_answers_a_wrong_command_with_one_sentence_and_exit_code_2(what: str, run: Run) -> None:
    words, expected = WRONG[what]
    assert expected in one_sentence(run(*words), exit_code=2)


@pytest.mark.parametrize("words", [["site"], ["token"], ["user"], ["export"]])
def test_without_a_word_it_lists_its_words(words: list[str], run: Run) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "Commands:" in result.stderr


def test_without_any_word_it_lists_its_words() -> None:
    assert "Commands:" in CliRunner().invoke(main, []).stderr


def test_it_tells_its_version(run: Run) -> None:
    result = run("--version")
    assert (result.exit_code, result.stdout.split()[:2]) == (0, ["dps-collector,", "version"])


@pytest.mark.parametrize(
    "words", [["migrate"], ["check"], ["serve"], ["demo"], ["site", "approve"], ["token", "issue"], ["user", "add"]]
)
def test_every_word_explains_itself(words: list[str], run: Run) -> None:
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")
