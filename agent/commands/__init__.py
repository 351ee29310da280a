"""The words of the command line, one file each."""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from agent import machine
from agent.config import BY_NAME, Config, load, option_of
from agent.errors import AgentError, UsageError

OPTIONS = ("server", "tag", "token_file", "state_folder", "ca_file", "proxy", "contact_seconds", "allow_plain_http")

AS_ADMINISTRATOR = ("disks", "enroll", "generalize", "hardware")
"""The words that need the rights of whoever calls them: for a token that only root may read, for what only root may ask
of disks or take away again, and for serial numbers."""


class Call(NamedTuple):
    """What a word was called with."""

    config: Config
    options: argparse.Namespace
    words: list[str]
    """The options that lead to the same configuration, for a child process."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, as every error of ours."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(f"{message}; see {self.prog} --help")


def run_word(word: str, arguments: list[str]) -> int:
    """Run one word; every error that a person can mend comes out as one sentence on standard error."""
    module = import_module(f"agent.commands.{word}")
    run: Callable[[Call], int] = module.run
    parser = Parser(prog=f"dps-agent {word}", description=module.__doc__)
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration file (TOML)")
    for name in OPTIONS:
        setting = BY_NAME[name]
        option = option_of(name)
        if setting.kind == "switch":
            parser.add_argument(option, dest=name, action="store_const", const=True, help=setting.meaning)
        else:
            kind = int if setting.kind == "whole" else str
            parser.add_argument(option, dest=name, type=kind, help=setting.meaning)
    if hasattr(module, "add_options"):
        module.add_options(parser)
    try:
        options = parser.parse_args(arguments)
        given = {name: getattr(options, name) for name in OPTIONS}
        config = load(
            given,
            file=options.config,
            policies=machine.policies(),
            default_state_folder=default_state_folder(),
            computer_name=machine.computer_name(),
        )
        if word not in AS_ADMINISTRATOR:
            machine.act_as_owner_of(str(config.state_folder))
        return run(Call(config, options, words_for_child(options, given, config)))
    except AgentError as error:
        sentence, exit_code = sentence_of(error), error.exit_code
    except PermissionError as error:
        sentence = f"{error.filename} may only be used by the service's account; run this as administrator"
        exit_code = 1
    except OSError as error:
        sentence = f"{error.strerror or error} ({error.filename or 'no file'}); free or mend it and try again"
        exit_code = 1
    except KeyboardInterrupt:
        return 130
    sys.stderr.write(f"dps-agent {word}: {sentence}\n")
    return exit_code


def sentence_of(error: AgentError) -> str:
    """What an error says, to stand after a colon: whoever raised it may have written it as a whole sentence."""
    text = str(error).rstrip(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def default_state_folder() -> Path:
    """The system's place for state where there is one or an administrator runs us, else the person's own."""
    of_system = machine.state_folder()
    if of_system and (machine.is_administrator() or Path(of_system).exists()):
        return Path(of_system)
    from platformdirs import user_state_path  # noqa: PLC0415 it costs the sender time that it mostly need not spend

    return user_state_path("dps-agent", appauthor=False)


def words_for_child(options: argparse.Namespace, given: dict[str, object], config: Config) -> list[str]:
    """The options that a process started elsewhere needs to come to the same configuration."""
    words = ["--state", str(config.state_folder.absolute())]
    if options.config is not None:
        words += ["--config", str(options.config.absolute())]
    for name, value in given.items():
        if value is None or name == "state_folder":
            continue
        words.append(option_of(name))
        if value is not True:
            words.append(str(Path(str(value)).absolute()) if BY_NAME[name].kind == "path" else str(value))
    return words
