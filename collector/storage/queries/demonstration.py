"""Whether what this database holds is invented: then every page and document says so."""

from sqlalchemy import Connection, insert, select

from collector.storage.models import setting

NAME = "demonstration"


def is_demonstration(connection: Connection) -> bool:
    return connection.execute(select(setting.c.value).where(setting.c.name == NAME)).scalar() is not None


def call_demonstration(connection: Connection) -> None:
    """Let everything that comes of this database say that it is a demonstration, for ever."""
    if not is_demonstration(connection):
        connection.execute(insert(setting).values(name=NAME, valid_from=0, value="1", changed_by="dps-collector"))
