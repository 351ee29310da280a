"""What the actions of the own account are given, and what they show."""

from dataclasses import dataclass
from typing import NamedTuple

from collector.i18n import Speech
from collector.storage.changes.base import Change
from collector.storage.changes.second_factors import NewKey
from collector.storage.queries.accounts import Account
from collector.web.editing import Typed
from collector.web.surroundings import Surroundings, WebRequest


class Letter(NamedTuple):
    """A mail that goes out when what asked for it is stored."""

    to: str
    subject: str
    text: str
    speech: Speech


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown this once, or done after it was stored."""

    codes: tuple[str, ...] = ()
    token: str = ""
    letters: tuple[Letter, ...] = ()
    problem: str = ""
    """A sentence about what was typed, where even that attempt is stored."""


@dataclass(frozen=True, slots=True)
class Own:
    """What an action is given."""

    request: WebRequest
    around: Surroundings
    account: Account
    typed: Typed
    change: Change
    new_hash: str
    """Of a new password; empty where none was typed."""
    new_key: NewKey | None
    """A security key that was touched; None where none was."""

    def key(self) -> str:
        """Of the browser that asks."""
        return str(self.request.auth)
