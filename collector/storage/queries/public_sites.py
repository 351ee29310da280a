"""What everybody may read of certified sites; the only question that the public pages ask of the register."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from collector.domain.entered import Service
from collector.domain.register import LabelStatus
from collector.storage.models import site, site_year


@dataclass(frozen=True, slots=True)
class PublicSite:
    """Without contact, operator's notes and former names."""

    site_id: int
    code: str
    name: str
    name_nl: str
    municipality: str
    operator: str
    address: str
    address_nl: str
    postal_code: str
    phone: str
    website: str
    quiet_shown: bool
    services: tuple[Service, ...] = ()
    """As entered for the latest year for which they were."""

    def name_in(self, language: str) -> str:
        return self.name_nl if language == "nl" and self.name_nl else self.name

    def address_in(self, language: str) -> str:
        """Street and number; the Dutch ones alone where there are no others."""
        first, second = (self.address_nl, self.address) if language == "nl" else (self.address, self.address_nl)
        return first or second


COLUMNS = tuple(site.c[name] for name in PublicSite.__dataclass_fields__ if name != "services")
CERTIFIED = site.c.label_status == LabelStatus.CERTIFIED.value


def municipalities(connection: Connection) -> dict[str, int]:
    """How many certified sites there are in each."""
    found: dict[str, int] = {}
    for name in connection.execute(select(site.c.municipality).where(CERTIFIED)).scalars():
        found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items()))


def certified_sites(connection: Connection, municipality: str | None = None) -> list[PublicSite]:
    """By municipality and name; of one municipality where it is given."""
    wanted = select(*COLUMNS).where(CERTIFIED).order_by(site.c.municipality, site.c.name, site.c.code)
    if municipality is not None:
        wanted = wanted.where(site.c.municipality == municipality)
    rows = connection.execute(wanted).mappings().all()
    services = services_of(connection, [row["site_id"] for row in rows])
    return [PublicSite(**row, services=services.get(row["site_id"], ())) for row in rows]


def certified_site(connection: Connection, code: str) -> PublicSite | None:
    row = connection.execute(select(*COLUMNS).where(CERTIFIED, site.c.code == code)).mappings().one_or_none()
    if row is None:
        return None
    return PublicSite(**row, services=services_of(connection, [row["site_id"]]).get(row["site_id"], ()))


def services_of(connection: Connection, site_ids: Sequence[int]) -> dict[int, tuple[Service, ...]]:
    """Of the latest year in which a site said what it offers."""
    rows = connection.execute(
        select(site_year.c.site_id, site_year.c.services)
        .where(site_year.c.site_id.in_(site_ids), site_year.c.services.is_not(None))
        .order_by(site_year.c.year)
    )
    return {row.site_id: tuple(Service(word) for word in row.services.split()) for row in rows}
