"""The sites of the register."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from collector.domain.access import Place
from collector.domain.register import LabelStatus
from collector.domain.sites import SiteDetails, both_names
from collector.storage.models import site


class Site(NamedTuple):
    site_id: int
    code: str
    name: str
    name_nl: str
    municipality: str
    demonstration: bool

    @property
    def place(self) -> Place:
        """As grants know it."""
        return Place(self.site_id, self.municipality)

    def name_in(self, language: str) -> str:
        return self.name_nl if language == "nl" and self.name_nl else self.name

    def municipality_in(self, language: str) -> str:
        return both_names(self.municipality)[language]


COLUMNS = (site.c.site_id, site.c.code, site.c.name, site.c.name_nl, site.c.municipality, site.c.demonstration)


def all_sites(connection: Connection) -> list[Site]:
    """By name."""
    rows = connection.execute(select(*COLUMNS).order_by(site.c.name, site.c.code))
    return [Site._make(row) for row in rows]


def sites_numbered(connection: Connection, numbers: Sequence[int]) -> list[Site]:
    """Those with these numbers."""
    rows = connection.execute(select(*COLUMNS).where(site.c.site_id.in_(numbers)))
    return [Site._make(row) for row in rows]


def sites_of_region(connection: Connection) -> list[Site]:
    """By name; without the computer that shows the product, which is no Digital Public Space."""
    return [site for site in all_sites(connection) if not site.demonstration]


class Operated(NamedTuple):
    """A site of the Region with who runs it, and how it stands with the label."""

    site_id: int
    code: str
    name: str
    name_nl: str
    municipality: str
    operator: str
    label_status: str


def operated_sites(connection: Connection) -> list[Operated]:
    """Those of the Region, by name; a page of all of them needs no more of each."""
    rows = select(*(site.c[name] for name in Operated._fields)).where(~site.c.demonstration)
    return [Operated._make(row) for row in connection.execute(rows.order_by(site.c.name, site.c.code))]


def site_of_code(connection: Connection, code: str) -> Site | None:
    row = connection.execute(select(*COLUMNS).where(site.c.code == code)).one_or_none()
    return Site._make(row) if row else None


def every_site(connection: Connection) -> list[SiteDetails]:
    """What the register says of each, by code."""
    return [_details(row) for row in connection.execute(select(site).order_by(site.c.code))]


def details_of(connection: Connection, site_id: int) -> SiteDetails:
    return _details(connection.execute(select(site).where(site.c.site_id == site_id)).one())


def municipalities(connection: Connection) -> list[str]:
    """Those of the sites, by name."""
    rows = select(site.c.municipality).where(site.c.municipality != "").distinct().order_by(site.c.municipality)
    return list(connection.execute(rows).scalars())


def site_ids(connection: Connection) -> dict[str, int]:
    """By code."""
    return {row.code: row.site_id for row in connection.execute(select(site.c.code, site.c.site_id))}


def _details(row: Any) -> SiteDetails:
    return SiteDetails(
        row.code,
        row.name,
        row.name_nl,
        row.municipality,
        row.operator,
        row.contact,
        LabelStatus(row.label_status),
        row.label_since,
        tuple(row.other_names.splitlines()),
        row.address,
        row.address_nl,
        row.postal_code,
        row.phone,
        row.website,
        row.quiet_shown,
    )
