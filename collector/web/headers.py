"""Headers that every answer carries: nothing but our own files, in no frame, kept by no cache."""

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
WITH_SCRIPT = {"Content-Security-Policy": f"{POLICY}; script-src 'self'"}
"""Of the few pages that bring a script, which is a file of ours, too."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
TLS_ONLY = "max-age=31536000"


def add_headers(*, behind_tls: bool) -> "AddHeaders":
    return AddHeaders(HEADERS | ({"Strict-Transport-Security": TLS_ONLY} if behind_tls else {}))


class AddHeaders:
    """A hook that Litestar calls before each message goes out, errors included."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers

    async def __call__(self, message: Message, _scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        found = MutableScopeHeaders.from_message(message)
        given = found.get("Content-Security-Policy")
        for name, value in self.headers.items():
            found[name] = value
        if given == WITH_SCRIPT["Content-Security-Policy"]:
            found["Content-Security-Policy"] = given
        found.setdefault("Cache-Control", "no-store")
