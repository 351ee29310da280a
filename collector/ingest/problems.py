"""Refusals as RFC 9457 problem+json: {"type", "title", "status", "detail", "field"}.

A station sets aside what is refused here with 400, 413 or 422, and keeps everything else for later: a portal or a
proxy on the way answers 403 and 404 with pages of its own. So these three are used only for what can never succeed.
"""

import json
from typing import NamedTuple

TYPE = "urn:dps:problem:"


class Problem(NamedTuple):
    """One refusal. `field` is the place in the document, such as slots.3.revision; empty when there is none."""

    status: int
    word: str
    title: str
    detail: str
    field: str = ""
    retry_after_seconds: int = 0

    def body(self) -> bytes:
        content: dict[str, str | int] = {
            "type": TYPE + self.word,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.field:
            content["field"] = self.field
        return json.dumps(content, separators=(",", ":")).encode()


class Refused(Exception):
    """Carries a problem to whoever answers."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


NOT_RECOGNISED = Problem(
    401,
    "not_recognised",
    "The station is not recognised",
    "The credential is missing or wrong: enrol the station.",
)
REVOKED = Problem(401, "revoked", "The station is revoked", "This credential was revoked: enrol the station again.")
QUARANTINED = Problem(
    403,
    "quarantined",
    "Two computers use one station's secret",
    "Two computers were copied from each other, and nothing of theirs is counted: enrol each of them again.",
)
QUEUE_FULL = Problem(
    503, "busy", "The collector is busy", "The collector cannot take more now: send this again later.", "", 30
)
TRY_AGAIN = Problem(
    503, "not_stored", "Nothing was stored", "The collector could not store this now: send it again later.", "", 120
)
WAITING_FULL = Problem(
    503,
    "waiting_full",
    "The station waits to be approved",
    "No more is kept for a station that waits: ask the coordination to approve it.",
    "",
    3600,
)
TOO_MANY_ATTEMPTS = Problem(
    429, "too_many_attempts", "Too many attempts", "Too many rejected attempts from here: try again later.", "", 60
)
TOO_SLOW = Problem(408, "too_slow", "The request came too slowly", "The request did not arrive whole in time.")
NOT_FOUND = Problem(404, "not_found", "Nothing is here", "There is no such address: correct it.")
NOT_JSON_TYPE = Problem(415, "media_type", "Wrong content type", "The body must be application/json.")
NOT_GZIP_TYPE = Problem(415, "encoding", "Wrong content encoding", "The body may be plain or gzip, nothing else.")
FAILED = Problem(500, "failed", "The collector failed", "The collector made a mistake: send this again later.", "", 300)


def too_large(limit: int) -> Problem:
    return Problem(413, "too_large", "The document is too large", f"More than {limit} bytes are never accepted.")


def wrong_method(allowed: str) -> Problem:
    return Problem(405, "method", "Wrong method", f"This address only answers {allowed}.")
