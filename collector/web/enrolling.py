"""What technicians decide of stations that enrol. The intake carries it out; `collector.app` brings them together."""

from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection


class Enrolling(Protocol):
    """Each raises Mistake where it cannot be done."""

    def approve(
        self,
        connection: Connection,
        public_id: str,
        site_id: int,
        now: int,
        mark: Callable[[], int],
        same_as: str | None,
    ) -> int:
        """Makes a waiting computer a station of the site, a new one or the one of that label; returns its number."""

    def release(self, connection: Connection, public_id: str) -> None:
        """Ends a quarantine."""

    def issue_token(
        self, connection: Connection, site_id: int | None, stations: int, days: int, now: int, made_by: str
    ) -> str:
        """A new enrolment token, shown this once; without a site it is for the Region, and its stations wait."""

    def revoke_token(self, connection: Connection, public_id: str, now: int) -> None:
        """Ends an enrolment token; the stations that it enrolled stay."""
