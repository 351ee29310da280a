"""The sites of the register."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from collector.storage.models import site


@dataclass(frozen=True, slots=True)
class Site:
    site_id: int
    code: str
    name: str
    municipality: str
    demonstration: bool


COLUMNS = (site.c.site_id, site.c.code, site.c.name, site.c.municipality, site.c.demonstration)


def all_sites(connection: Connection) -> list[Site]:
    """By name."""
    rows = connection.execute(select(*COLUMNS).order_by(site.c.name, site.c.code)).mappings()
    return [Site(**row) for row in rows]


def site_of_code(connection: Connection, code: str) -> Site | None:
    row = connection.execute(select(*COLUMNS).where(site.c.code == code)).mappings().one_or_none()
    return Site(**row) if row else None
