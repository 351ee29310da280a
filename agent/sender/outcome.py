"""What one attempt to send can come to; the sender decides by it and nothing is raised."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answered:
    """A collector answered and accepted."""

    answer: dict[str, Any]
    collector_version: str
    received_elapsed_seconds: float


@dataclass(frozen=True, slots=True)
class Refused:
    """Our own collector refused this very content with 400, 413 or 422: sending it again unchanged cannot help."""

    sentence: str
    collector_version: str


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """Our own collector does not (or no longer) know this station or token."""

    sentence: str
    forgotten: bool = False
    """Whether it has never heard of this secret: then it has lost what it acknowledged under it, too."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """Anything else: no network, a portal, a proxy, a busy collector. Nothing is lost by waiting."""

    sentence: str
    after_seconds: int | None = None
    dates_alone: bool = False
    """Whether the server was refused for the dates of its certificates and for nothing else."""


Outcome = Answered | Refused | NotAdmitted | TryLater
