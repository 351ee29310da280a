"""What a person reads when a word refuses."""

from click.testing import Result


def one_sentence(result: Result, exit_code: int = 1) -> str:
    """The sentence with which a word refused; nothing else was printed and nothing broke.

    The exit code is 2 for a wrong command, else 1.
    """
    assert result.exit_code == exit_code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.stdout == ""
    usage, _, sentence = result.stderr.partition("Error: ")
    assert usage.startswith("Usage: ") if exit_code == 2 else usage == ""
    sentence = sentence.removesuffix("\n")
    assert sentence
    assert "\n" not in sentence
    return sentence
