"""The secret with which forms are signed: made once, shared by all workers."""

from collections.abc import Callable

from sqlalchemy import Connection, insert, select

from collector.storage.models import setting

NAME = "csrf_secret"


def csrf_secret(connection: Connection, random_hex: Callable[[int], str]) -> str:
    """The stored secret, or a new one."""
    found = connection.execute(select(setting.c.value).where(setting.c.name == NAME)).scalar()
    if found is not None:
        return str(found)
    made = random_hex(32)
    connection.execute(insert(setting).values(name=NAME, valid_from=0, value=made, changed_by="dps-collector"))
    return made
