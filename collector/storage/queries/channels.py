"""How the ways out for alerts do."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from collector.storage.models import channel


@dataclass(frozen=True, slots=True)
class Outcome:
    sent_at: int | None
    """When a message was taken last."""
    failed_at: int | None
    reason: str
    """Of the last failure."""

    @property
    def is_failing(self) -> bool:
        return self.failed_at is not None and (self.sent_at is None or self.failed_at >= self.sent_at)


def outcomes(connection: Connection) -> dict[str, Outcome]:
    """By the key of the channel; those that were never used are missing."""
    rows = connection.execute(select(channel))
    return {row.name: Outcome(row.sent_at, row.failed_at, row.reason) for row in rows}
