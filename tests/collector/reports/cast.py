"""A site and a Region made by hand, with every kind of cell somewhere."""

from collections.abc import Mapping
from fractions import Fraction

from collector.catalogue import catalogue
from collector.domain.cells import CLOSED, CONFIDENTIAL, NOT_APPLICABLE, UNKNOWN, Cell, counted
from collector.reports.inputs import (
    Accepted,
    Closure,
    Correction,
    Definition,
    Edition,
    Entered,
    Imported,
    Inputs,
    Interval,
    Method,
    Part,
    Subject,
    Timetable,
    Year,
)

NOW = 1799137800  # Tuesday 5 January 2027, 09:30 in Brussels
HOUR = 3600
SESSIONS = (212, 240, 251, 198, 230, 221, 96, 0, 260, 274, 249, 170)
BANDS = ("0_1", "1_5", "5_15", "15_30", "30_60", "60_120", "120_more", "unknown")


def definitions() -> tuple[Definition, ...]:
    return tuple(
        Definition(
            figure.id,
            figure.unit,
            figure.over_months,
            figure.coverage,
            {language: words.name for language, words in figure.words.items()},
            {language: words.definition for language, words in figure.words.items()},
            {language: words.formula for language, words in figure.words.items()},
        )
        for figure in catalogue().figures.values()
    )


def month(sessions: int, number: int, stations: int = 6) -> dict[str, Cell]:
    """A month of about 100 open hours, in which each session lasted 40 minutes."""
    if not sessions:
        return {figure.id: CLOSED for figure in catalogue().cells()} | {
            "A1": counted(stations + 2),
            "A1.measured": counted(stations),
            "A2": counted(0),
        }
    open_hours = 96 + number
    offered = open_hours * stations * HOUR
    used = sessions * 2400
    cells = {
        "A1": counted(stations + 2),
        "A1.measured": counted(stations),
        "A1.average": counted(Fraction(stations * 2 - 1, 2)),
        "A2": counted(open_hours * HOUR),
        "A3": counted(45 * HOUR // 2),
        "A3.actual": counted(Fraction(43 * HOUR, 2)),
        "A4.free_access": counted(open_hours * HOUR // 2),
        "A4.accompanied": counted(open_hours * HOUR // 4),
        "A4.training": counted(open_hours * HOUR - open_hours * HOUR // 2 - open_hours * HOUR // 4),
        "A5": counted(offered),
        "A6": counted(offered - 30 * HOUR),
        "A7": counted(Fraction(offered - 30 * HOUR, offered)),
        "A8": counted(Fraction(97, 100)),
        "A8.off": counted(20 * HOUR),
        "A8.unknown": counted(17 * HOUR),
        "B1": counted(sessions),
        "B1x": counted(sessions // 20),
        "B1u": counted(2),
        "B2": counted(used),
        "B2x": counted(used // 25),
        "B2u": counted(2 * HOUR),
        "B2.free": counted(offered - used - 50 * HOUR),
        "B3": counted(Fraction(used, offered - 47 * HOUR)),
        "B4": counted(Fraction(sessions * 100, stations * 97)),
        "B5": counted(Fraction(sessions * 100, open_hours * 97)),
        "B8": counted(stations),
        "C1": counted(sessions * 3 + 17),
        "D1.number": counted(4),
        "D1.hours": counted(9 * HOUR),
        "D1.attendances": counted(31 + number),
        "D1.recurrent": counted(12),
        "D1.persons": counted(19 + number),
        "D2.appointment": counted(14),
        "D2.walk_in": counted(40 + number),
        "E2.incidents": counted(1 if number == 5 else 0),
        "E3.begun": counted(2 if number == 3 else 0),
        "E3.open": counted(1 if number in {3, 4} else 0),
        "E4": counted(Fraction(995, 1000)),
    }
    return {figure.id: NOT_APPLICABLE for figure in catalogue().cells()} | cells


def summed(months: tuple[Mapping[str, Cell], ...]) -> dict[str, Cell]:
    """The year; sums of what is known, and some figures of their own."""
    year = dict(months[-1])
    for figure in catalogue().cells():
        if figure.over_months:
            values = [cells[figure.id].value or 0 for cells in months]
            gaps = any(cells[figure.id].status is UNKNOWN.status for cells in months)
            year[figure.id] = counted(sum(values), at_least=gaps)
    for band, share in zip(BANDS, (3, 9, 16, 24, 27, 14, 6, 1), strict=True):
        year[f"B6.{band}"] = counted(int(year["B1"].value or 0) * share // 100)
    return year | {
        "B3": counted(Fraction(41, 100)),
        "B6.median": counted(3),
        "B7.share": counted(Fraction(3, 1000)),
        "B7.longest": counted(5400),
        "B8": counted(6, at_least=True),
        "B11": counted(2480),
        "D4.heads": counted(3),
        "D4.fte": counted(Fraction(17, 10)),
        "E1.stations": counted(8),
        "E1.printers": counted(2),
        "E1.projectors": counted(1),
        "E1.maintained": counted(6),
        "E1.ending": counted(1),
        "E1.past": counted(4),
        "E2.mean_days": counted(Fraction(11, 2)),
    }


def year_of(sessions: tuple[int, ...] = SESSIONS, stations: int = 6) -> Year:
    months = [month(count, number, stations) for number, count in enumerate(sessions, 1)]
    months[3] |= dict.fromkeys(("B1", "B2", "B3", "B4", "B5"), UNKNOWN) | {"A8": counted(0)}
    months[5] |= {
        "B1": counted(221, at_least=True),
        "A8": counted(Fraction(3, 5)),
        "B2": counted(500_000, at_most=True),
    }
    week = {
        f"{day}-{hour}": {
            "B1": CONFIDENTIAL if (day, hour) == (5, 18) else counted((day + 2) * (hour - 8) * 3),
            "B3": UNKNOWN if (day, hour) == (2, 10) else counted(Fraction(min(95, (day + 1) * (hour - 7)), 100)),
        }
        for day in range(6)
        for hour in range(10, 19)
        if not (day == 3 and hour < 13)
    }
    return Year(tuple(months), summed(tuple(months)), week)


METHOD = Method(
    ("log_on",),
    (10,),
    upper_bound=False,
    agent_versions=("0.1.0",),
    coverage_limit=Fraction(4, 5),
    time_zone="Europe/Brussels",
)
CANAL = Subject(
    "CANAL",
    {"fr": "Espace numérique du Canal", "nl": "Digitaal Punt Kanaal", "en": "Espace numérique du Canal"},
    {"fr": "Molenbeek-Saint-Jean", "nl": "Sint-Jans-Molenbeek", "en": "Molenbeek-Saint-Jean"},
    "Asbl Le Canal Numérique vzw",
    "canal@example.org",
    "2024-03-01",
)
ENTERED = Entered(
    timetables=(
        Timetable(
            "2026-01-01",
            tuple(
                Interval(day, start, end, kind)
                for day in range(6)
                for start, end, kind in ((600, 750, "free_access"), (780, 960, "accompanied"), (960, 1080, "training"))
                if not (day == 3 and start < 780)
            ),
        ),
    ),
    closures=(Closure("2026-08-01", "2026-08-31", "Travaux / werken"),),
    how_counted=("door_counter",),
    services=("wifi", "printing", "scanning", "administrative_help"),
    narrative="Une semaine du numérique avec les écoles du quartier, et un atelier mensuel sur la banque en ligne.",
)


def site(edition: Edition = Edition.INTERNAL, vintage: int | None = None) -> Inputs:
    return Inputs(
        subject=CANAL,
        year=2026,
        edition=edition,
        cut_off=NOW,
        catalogue_version=catalogue().version,
        definitions=definitions(),
        figures=year_of(),
        before=year_of((*(count * 5 // 6 for count in SESSIONS[:-1]), 160)),
        method=METHOD,
        entered=ENTERED,
        imported=(Imported("2026-01", "B1.imported", counted(180), "Pharos 9", "log-on records of the server"),),
        accepted=(
            Accepted(
                "fall",
                "CANAL",
                "2026-07",
                {"before": counted(250), "now": counted(96)},
                "Le boiler est tombé en panne, site ouvert trois jours par semaine.",
                "anna",
                "2027-01-04",
            ),
        ),
        open_gates=0 if vintage else 2,
        corrections=(Correction("CANAL", "2026-03", "B1", counted(249), counted(251)),) if vintage else (),
        has_earlier=vintage is not None,
        vintage=vintage,
    )


def region(sites: int = 9, edition: Edition = Edition.PUBLIC) -> Inputs:
    towns = (("Anderlecht", "Anderlecht"), ("Forest", "Vorst"), ("Schaerbeek", "Schaarbeek"), ("Uccle", "Ukkel"))
    parts = []
    for number in range(sites):
        figures = year_of(tuple(count * (number + 3) // 9 for count in SESSIONS), 2 + number % 9)
        months, year = list(figures.months), dict(figures.year)
        if number % 7 == 1:
            for place in (1, 4):
                months[place] = {**months[place], "B1": CONFIDENTIAL, "B2": CONFIDENTIAL, "B3": CONFIDENTIAL}
        french, dutch = towns[number % len(towns)]
        name = {
            "fr": f"Espace public numérique {number + 1}",
            "nl": f"Openbare computerruimte {number + 1}",
            "en": f"Digital Public Space {number + 1}",
        }
        subject = Subject(f"S{number + 1:02d}", name, {"fr": french, "nl": dutch, "en": french})
        parts.append(Part(subject, tuple(months), year))
    whole = year_of(tuple(count * sites for count in SESSIONS), 6 * sites)
    return Inputs(
        subject=Subject("", {"fr": "Région", "nl": "Gewest", "en": "Region"}),
        year=2026,
        edition=edition,
        cut_off=NOW,
        catalogue_version=catalogue().version,
        definitions=definitions(),
        figures=whole,
        before=None,
        method=Method(
            ("log_on", "activity"),
            (10, 5),
            upper_bound=True,
            agent_versions=("0.1.0", "0.2.0"),
            coverage_limit=Fraction(4, 5),
            time_zone="Europe/Brussels",
            disclosure={"count": 5, "hours": 10},
            seconds_repaired=9000,
        ),
        parts=tuple(parts),
    )
