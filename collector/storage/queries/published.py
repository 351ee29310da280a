"""What was published: the public editions of frozen reports."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from collector.storage.models import site, vintage
from collector.storage.queries.vintages import REGION_ID

PUBLIC = "public"


class Published(NamedTuple):
    """One vintage; `code` and the names are empty for the Region."""

    site_id: int
    code: str
    name: str
    name_nl: str
    year: int
    number: int
    frozen_at: int
    inputs_sha256: str

    def name_in(self, language: str) -> str:
        return self.name_nl if language == "nl" and self.name_nl else self.name


def published(connection: Connection) -> list[Published]:
    """The last vintage of each year and site, the newest year first, the Region before its sites."""
    columns = vintage.c
    rows = connection.execute(
        select(columns.site_id, columns.year, columns.number, columns.frozen_at, columns.inputs_sha256)
        .where(columns.edition == PUBLIC)
        .order_by(columns.number)
    ).all()
    last = {(row.site_id, row.year): row for row in rows}
    names = {
        row.site_id: row
        for row in connection.execute(
            select(site.c.site_id, site.c.code, site.c.name, site.c.name_nl).where(
                site.c.site_id.in_([row.site_id for row in last.values()])
            )
        )
    }
    found = []
    for row in last.values():
        named = names.get(row.site_id)
        if row.site_id == REGION_ID or named is not None:
            code, name, name_nl = ("", "", "") if named is None else (named.code, named.name, named.name_nl)
            found.append(
                Published(row.site_id, code, name, name_nl, row.year, row.number, row.frozen_at, row.inputs_sha256)
            )
    return sorted(found, key=lambda each: (-each.year, each.code))
