"""A register with everything in it, for the site CANAL of the seeded region."""

from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from collector.storage.changes.base import Change
from collector.storage.files.entered import ENTRIES
from collector.storage.files.reading import FateWord, Intake, take_in
from collector.storage.files.register import REGISTER
from tests.collector.web.seeded_region import NOW

FILES = {
    "opening_hours.csv": """site,valid_from,weekday,from,until,kind
CANAL,2024-01-01,monday,09:30,12:30,free_access
CANAL,2024-01-01,monday,13:30,17:00,accompanied
CANAL,2024-01-01,wednesday,13:30,17:00,training
CANAL,2026-09-01,tuesday,13:30,20:00,free_access
CANAL,2026-10-01,,,,
""",
    "closures.csv": "site,first_day,last_day,reason\nCANAL,2026-07-01,2026-07-31,Vacances\n",
    "extra_openings.csv": "site,day,from,until,kind\nCANAL,2026-11-11,10:00,12:00,training\n",
    "equipment.csv": """site,label,kind,supplied_on,retired_on
CANAL,Laser,printer,2021-09-01,
CANAL,Beamer,projector,2024-02-29,
CANAL,Tablette,station,,2026-06-30
""",
    "outages.csv": """site,equipment,from,until,reason
CANAL,Laser,2026-11-19 09:30,,papier
CANAL,Beamer,2026-10-02 14:00,2026-10-09 10:00,lampe
""",
    "attendance.csv": """site,first_day,last_day,visits,how_counted
CANAL,2026-01-01,2026-01-31,812,door_counter
CANAL,2026-03-02,2026-03-08,1,sample_week
""",
    "activities.csv": """site,kind,first_day,last_day,title,number,hours,attendances,recurrent
CANAL,workshop,2026-01-14,,Itsme,1,2.5,8,3
CANAL,support_walk_in,2026-01-01,2026-01-31,,55,,,
""",
    "years.csv": "site,year,facilitators,services,narrative\nCANAL,2026,3,wifi printing,Bien.\n",
    "monthly.csv": """site,month,figure,value,source,method
CANAL,2026-01,sessions,1234,outil,connexions
CANAL,2026-02,wifi_sessions,310,routeur,journal
""",
}


def seed_register(connection: Connection) -> None:
    change = Change(connection, "administrator", NOW, ZoneInfo("Europe/Brussels"), lambda: 1)
    files = [(name, text.encode()) for name, text in FILES.items()]
    fates = take_in(Intake(change), [*REGISTER, *ENTRIES], files, dry=False)
    assert {fate.word for fate in fates} == {FateWord.NEW}, fates
