"""What the facilitators of the invented region entered: month by month, with a gap here and there."""

import datetime as dt
from random import Random

from sqlalchemy import Connection, Table, insert

from collector.demo.region import Place
from collector.demo.visits import SEASON
from collector.domain.calendar import Month
from collector.domain.entered import ActivityKind, HowCounted, MonthlyKind, Service
from collector.domain.register import OpeningKind
from collector.storage.models import activity, activity_public, attendance, monthly_figure, site_year

FORGOTTEN_CHANCE = 0.06
VISITS_PER_HOUR = 6.5
WEEKS_PER_MONTH = 4.3
SOURCE = "RéservaPC"
NARRATIVE = (
    "L’année a commencé calmement ; les ateliers du mercredi ont trouvé leur public au printemps."
    " Les demandes d’aide aux démarches administratives en ligne restent les plus nombreuses."
)
TITLES = (
    "Premiers pas à l’ordinateur",
    "Itsme et les démarches en ligne",
    "Smartphone voor beginners",
    "Chercher un emploi en ligne",
    "Veilig op het internet",
)


def enter(connection: Connection, site_id: int, place: Place, random: Random, months: list[Month]) -> None:
    """Write the entries of a place for the months, in order, that are over."""
    hours = sum(each.until_minute - each.from_minute for each in place.week) / 60 * WEEKS_PER_MONTH
    door = HowCounted.DOOR_COUNTER if place.stations > 9 else HowCounted.TALLY  # noqa: PLR2004 large sites have one
    rows: dict[Table, list[dict[str, object]]] = {attendance: [], activity: [], activity_public: [], monthly_figure: []}
    for month in months:
        first, last = month.first_day(), month.next().first_day() - dt.timedelta(days=1)
        season = SEASON[month.month - 1]
        visits = round(hours * VISITS_PER_HOUR * max(place.demand, 0.02) * season * random.uniform(0.85, 1.15))
        if random.random() >= FORGOTTEN_CHANCE:
            rows[attendance].append(
                {"site_id": site_id, "first_day": first, "last_day": last, "visits": visits, "how": door}
            )
        for kind, number in _activities(place, random, season):
            _add_activity(rows, site_id, kind, number, first, last, random)
        rows[monthly_figure].append(_monthly(site_id, month, MonthlyKind.WIFI_SESSIONS, visits // 3, "routeur"))
        if _was_silent(place, months, month):
            sessions = round(hours * place.stations * place.demand * season * 60 / (place.minutes * 1.4))
            rows[monthly_figure].append(_monthly(site_id, month, MonthlyKind.SESSIONS, sessions, SOURCE))
    for table, found in rows.items():
        if found:
            connection.execute(insert(table), found)
    for year in sorted({month.year for month in months}):
        over = year < months[-1].year
        connection.execute(
            insert(site_year).values(
                site_id=site_id,
                year=year,
                facilitators=1 + place.stations // 5,
                facilitators_fte=75 + 12 * place.stations,
                services=" ".join(sorted([Service.WIFI, Service.PRINTING, Service.ADMINISTRATIVE_HELP])),
                narrative=NARRATIVE if over else "",
            )
        )


def _activities(place: Place, random: Random, season: float) -> list[tuple[ActivityKind, int]]:
    trains = any(each.kind is OpeningKind.TRAINING for each in place.week)
    found = [
        (ActivityKind.WORKSHOP, random.randint(1, 3) if place.operator != "Commune" else random.randint(0, 1)),
        (ActivityKind.TRAINING, random.randint(2, 4) if trains else 0),
        (ActivityKind.SUPPORT_APPOINTMENT, round(random.uniform(4, 15) * season)),
        (ActivityKind.SUPPORT_WALK_IN, round(random.uniform(10, 50) * season)),
    ]
    return [(kind, number) for kind, number in found if number]


def _add_activity(
    rows: dict[Table, list[dict[str, object]]],
    site_id: int,
    kind: ActivityKind,
    number: int,
    first: dt.date,
    last: dt.date,
    random: Random,
) -> None:
    together = kind in {ActivityKind.WORKSHOP, ActivityKind.TRAINING}
    came = sum(random.randint(3, 9) for _ in range(number)) if together else number
    again = round(came * random.uniform(0.2, 0.5)) if together else None
    activity_id = len(rows[activity]) + 1
    rows[activity].append(
        {
            "site_id": site_id,
            "activity_id": activity_id,
            "kind": kind,
            "first_day": first,
            "last_day": last,
            "title": random.choice(TITLES) if together else "",
            "number": number,
            "seconds": number * (7200 if together else 1800),
            "attendances": came,
            "recurrent": again,
        }
    )
    if together:
        women = round(came * random.uniform(0.4, 0.7))
        rows[activity_public] += [
            {"site_id": site_id, "activity_id": activity_id, "trait": "gender", "value": value, "persons": persons}
            for value, persons in (("women", women), ("men", came - women))
        ]


def _monthly(site_id: int, month: Month, kind: MonthlyKind, value: int, source: str) -> dict[str, object]:
    return {
        "site_id": site_id,
        "month": month.year * 100 + month.month,
        "figure": kind,
        "value": value,
        "source": source,
        "method": "compteur de l’outil",
    }


def _was_silent(place: Place, months: list[Month], month: Month) -> bool:
    """Whether another tool's figures stand for this month: nothing was heard of the stations in it."""
    end = months[-1].next().first_day()
    return any(
        month.first_day() <= end - dt.timedelta(days=gap.from_days - 15) < month.next().first_day()
        for gap in place.gaps
    )
