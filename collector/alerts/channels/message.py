"""What is handed to a channel, and what a channel is."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple


class Kind(StrEnum):
    CRITICAL = "critical"
    DIGEST = "digest"
    TEST = "test"


class Message(NamedTuple):
    message_id: str
    """The same when it is tried again, so that who took it the first time can tell."""
    kind: Kind
    subject: str
    text: str
    alerts: Sequence[Mapping[str, Any]]
    """The most urgent first, as `collector.alerts.rows` writes them."""
    in_all: int
    """So many alerts it is about; `alerts` may have fewer."""


class Refused(OSError):
    """Somebody answered, and did not take the message; its text says how, without an address."""


class Channel(NamedTuple):
    key: str
    """Under which is stored what it was told; it holds nothing secret."""
    label: str
    deliver: Callable[[Message, int], None]
    """At a time in seconds; raises OSError where nobody took it."""


def reason_of(error: OSError) -> str:
    """Why nobody took a message; of other errors only the name, because their text may hold an address."""
    return str(error) if isinstance(error, Refused) else type(error).__name__
