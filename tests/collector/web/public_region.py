"""The seeded region, with a certified site that welcomes visitors: CANAL, open when the clock says now."""

from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert

from collector.storage.changes.base import Change
from collector.storage.files.entered import ENTRIES
from collector.storage.files.reading import FateWord, Intake, take_in
from collector.storage.files.register import REGISTER
from collector.storage.models import site_slot
from tests.collector.web.seeded_region import NOW, slot_row

FILES = {
    "sites.csv": """site,name_fr,name_nl,municipality,operator,contact,label,label_since,address_fr,address_nl,\
postal_code,phone,website,quiet_shown
CANAL,Espace du Canal,Ruimte aan het Kanaal,Molenbeek-Saint-Jean \u2013 Sint-Jans-Molenbeek,CPAS,chef@example.org,\
certified,2024-01-01,Quai des Charbonnages 1,Koolmijnenkaai 1,1080,02 000 00 00,https://canal.example.org/,yes
FOREST,Bibliothèque de Forest,,Forest \u2013 Vorst,Commune,,requested,2026-01-01,Rue du Dries 2,,1190,,,no
HELMET,Maison Helmet,,Schaerbeek \u2013 Schaarbeek,Commune,,certified,2025-01-01,,,,,,yes
""",
    "opening_hours.csv": """site,valid_from,weekday,from,until,kind
CANAL,2024-01-01,sunday,12:00,17:00,free_access
CANAL,2024-01-01,monday,09:30,12:30,training
""",
    "years.csv": "site,year,facilitators,services\nCANAL,2025,2,repair\nCANAL,2026,2,wifi printing\n",
}


def seed_public(connection: Connection) -> None:
    take(connection, FILES)
    set_use(connection, stations=6, in_use=5 * 900)


def take(connection: Connection, files: dict[str, str]) -> None:
    change = Change(connection, "administrator", NOW, ZoneInfo("Europe/Brussels"), lambda: 1)
    fates = take_in(
        Intake(change), [*REGISTER, *ENTRIES], [(name, text.encode()) for name, text in files.items()], dry=False
    )
    assert all(fate.word is not FateWord.WRONG for fate in fates), fates


def set_use(connection: Connection, *, stations: int, in_use: int) -> None:
    """The same use in every quarter of the last hours, for site 1."""
    last = range(NOW // 900 - 12, NOW // 900)
    connection.execute(delete(site_slot).where(site_slot.c.site_id == 1, site_slot.c.slot >= last.start))
    connection.execute(insert(site_slot), [slot_row(1, number, stations, 0, in_use) for number in last])
