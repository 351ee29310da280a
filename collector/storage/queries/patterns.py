"""What disclosure control hides in a year, as it was computed for just these figures."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select

from collector.storage.models import pattern


def pattern_of(connection: Connection, question_sha256: str) -> str | None:
    """None where nobody has asked this yet."""
    wanted = select(pattern.c.hidden).where(pattern.c.question_sha256 == question_sha256)
    return connection.execute(wanted).scalar_one_or_none()


def keep_pattern(connection: Connection, question_sha256: str, year: int, hidden: str, now: int) -> None:
    """The same question has one answer, so what is there already stays."""
    if pattern_of(connection, question_sha256) is None:
        row = {"question_sha256": question_sha256, "year": year, "hidden": hidden, "kept_at": now}
        connection.execute(insert(pattern).values(**row))


def forget_patterns(connection: Connection, but: Collection[str], years: Collection[int] = ()) -> None:
    """All but these, and but those of these years."""
    columns = pattern.c
    connection.execute(delete(pattern).where(columns.question_sha256.not_in(but), columns.year.not_in(years)))
