"""The command line: every wrong call is one sentence with the right exit code."""

import gc
import os
from collections.abc import Iterator

import pytest

from agent import __version__
from agent.__main__ import WORDS, main
from tests.agent.commands.conftest import run


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """The program takes its process for its own; here it is that of all tests."""
    before = os.umask(0o022)
    yield
    os.umask(before)
    gc.enable()


def called(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    told = capsys.readouterr()
    return code, told.out, told.err


def test_without_a_word_it_prints_the_usage_as_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = called(capsys)
    assert (code, out) == (2, "")
    assert err.startswith("usage: dps-agent WORD")


def test_help_names_every_word(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = called(capsys, "--help")
    assert (code, err) == (0, "")
    for word in WORDS:
        assert f"\n  {word} " in out


def test_the_version_is_the_one_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert called(capsys, "--version") == (0, f"dps-agent {__version__}\n", "")


def test_a_word_that_there_is_not_is_named_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = called(capsys, "collect")
    assert (code, out) == (2, "")
    assert err == "dps-agent: there is no word 'collect'; choose one of " + ", ".join((*WORDS, "presence")) + "\n"


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("--colour",), "unrecognized arguments: --colour"),
        (("--server",), "argument --server: expected one argument"),
        (("--contact-seconds", "soon"), "argument --contact-seconds: invalid int value: 'soon'"),
        (("surplus",), "unrecognized arguments: surplus"),
    ],
)
def test_a_wrong_option_is_one_sentence(
    capsys: pytest.CaptureFixture[str], word: str, wrong: tuple[str, ...], told: str
) -> None:
    code, out, err = called(capsys, word, *wrong)
    assert (code, out) == (2, "")
    assert err == f"dps-agent {word}: {told}; see dps-agent {word} --help\n"


@pytest.mark.parametrize("word", WORDS)
def test_every_word_explains_itself_and_its_options(capsys: pytest.CaptureFixture[str], word: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([word, "--help"])
    out = capsys.readouterr().out
    assert ended.value.code == 0
    assert "--state" in out
    assert "--token-file" in out
    assert "--token " not in out, "a token on a command line can be read by every account"


@pytest.mark.parametrize(
    "arguments", [("--config", "/nowhere/agent.toml"), ("--server", "nonsense"), ("--contact-seconds", "1")]
)
def test_a_wrong_setting_is_one_sentence_and_exit_code_two_for_every_word(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    for word in WORDS:
        code, out, err = called(capsys, word, *arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert err.startswith(f"dps-agent {word}: ")


@pytest.mark.parametrize(("words", "code"), [(("--version",), 0), (("nonsense",), 2), (("config", "--nonsense"), 2)])
def test_the_real_program_ends_with_the_exit_code_and_without_a_traceback(words: tuple[str, ...], code: int) -> None:
    done = run(*words)
    assert done.code == code
    assert "Traceback" not in done.err


def test_what_is_written_is_for_our_own_account_only() -> None:
    os.umask(0o022)
    main(["--version"])
    assert os.umask(0o022) == 0o077
