"""Somebody else says who it is: what the pages ask of a provider. `collector.web.openid` is the real one."""

from typing import NamedTuple, Protocol

RETURN_PATH = "/login/provider/return"


class ProviderError(Exception):
    """The provider did not say who it is; the text is for the log, and holds nothing that is secret."""


class Refusal(Exception):
    """The provider says that this person does not come in, or did not want to."""


class Started(NamedTuple):
    """What the browser keeps until it comes back."""

    state: str
    nonce: str
    verifier: str


class Provider(Protocol):
    @property
    def issuer(self) -> str: ...

    @property
    def label(self) -> str:
        """What people call it, such as the name of their organisation."""

    def start(self) -> tuple[str, Started]:
        """Where the browser goes now, and what it keeps; raises ProviderError."""

    def subject(self, query: str, started: Started, now: int) -> str:
        """Who came back with this query, at `now` (seconds since 1970); raises ProviderError and Refusal."""
