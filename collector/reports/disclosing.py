"""What the readers of an edition see of the years of sites, and what they have seen before.

Pages, files and API all take it from `seen`. Drafts are read inside; before a report is frozen, which means published,
`freeze` attacks what it tells (`Told.gaps`) and refuses where something can be computed that is hidden.
"""

import datetime as dt
import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from collector import __version__
from collector.domain import calendar
from collector.domain.calendar import Month
from collector.domain.cells import Cell
from collector.domain.disclosure import Audience, Failure, Tables, audit, is_lifted, seen_by
from collector.domain.disclosure.rules import FEWEST_SESSIONS, FEWEST_SESSIONS_FOR_HOURS
from collector.domain.disclosure.tables import Key
from collector.domain.disclosure.years import seen_year, tables_of
from collector.domain.regional import Regional
from collector.domain.statistics import Rules, idle_rule_of
from collector.domain.year import YearFigures
from collector.reports.inputs import REGION, Edition, Inputs, exact, read_inputs
from collector.storage.queries.patterns import pattern_of
from collector.storage.queries.regional import decisions_of
from collector.storage.queries.sites import Site
from collector.storage.queries.vintages import REGION_ID, inputs_of_year

THRESHOLDS = {"count": FEWEST_SESSIONS, "hours": FEWEST_SESSIONS_FOR_HOURS}
BESIDE = ("C", "D", "E")
"""Letters of the catalogue of which no figure decides whether another one is hidden."""

ANSWERS: deque[tuple["Question", Tables]] = deque(maxlen=2)
"""Some ten megabytes each for 60 sites: a year, and the one before it, which stands beside it in reports."""


class Years(NamedTuple):
    """The years of sites, by site, and of the Region where it was computed."""

    region: YearFigures | None
    sites: Mapping[int, YearFigures]


class Told(NamedTuple):
    """What readers are told of a year, of all sites together, and what they have of it in hands already."""

    tables: Tables
    older: Sequence[Tables] = ()
    idle_rule_minutes: int = 0

    def gaps(self) -> list[Failure]:
        """What they could compute although it is hidden."""
        return audit(self.tables, self.older, idle_rule_minutes=self.idle_rule_minutes)


class Seen(NamedTuple):
    years: Years
    told: Told | None
    """None where nothing is hidden for being small."""


def audience_of(site: Site | None, edition: Edition) -> Audience:
    if edition is Edition.PUBLIC:
        return Audience.PUBLIC
    return Audience.REGION if site is None else Audience.SITE


def hides(audience: Audience, *, lifted: bool) -> bool:
    """Whether anything is hidden for being small."""
    return audience is Audience.PUBLIC or (audience is Audience.REGION and not lifted)


def is_lifted_in(connection: Connection, year: int, zone: ZoneInfo) -> bool:
    """Whether regional coordinators see small figures of a year too."""
    decided = decisions_of(connection, zone).get(Regional.LIFTED, ())
    return is_lifted({each.valid_from: bool(each.value) for each in decided}, dt.date(year, 1, 1))


def seen(connection: Connection, years: Years, site: Site | None, audience: Audience, year: int, rules: Rules) -> Seen:
    """The same years, as these readers may see them."""
    if audience is Audience.SITE:
        assert site is not None
        own = years.sites[site.site_id]
        if site.demonstration:
            # Its one station is the computer of whoever looks at it.
            return Seen(Years(None, {site.site_id: own}), None)
        tables = seen_by(audience, tables_of([own], {}), site=site.code)
        return Seen(Years(None, {site.site_id: seen_year(own, tables)}), None)
    question = question_of(connection, years, audience, year, rules)
    tables = _seen_by(connection, question)
    told = {site_id: seen_year(figures, tables) for site_id, figures in years.sites.items()}
    region = None if years.region is None else seen_year(years.region, tables)
    attacked = Told(tables, question.older, question.idle_rule_minutes)
    return Seen(Years(region, told), attacked if hides(audience, lifted=question.lifted) else None)


class Question(NamedTuple):
    """All that decides what readers see of a year of all sites."""

    audience: Audience
    truth: Tables
    lifted: bool
    older: Sequence[Tables]
    idle_rule_minutes: int


def question_of(connection: Connection, years: Years, audience: Audience, year: int, rules: Rules) -> Question:
    """What is to be decided for the years of these sites, and of the Region where it was computed."""
    whole = [] if years.region is None else [years.region]
    codes = tuple(figures.site for figures in years.sites.values())
    return Question(
        audience,
        tables_of([*years.sites.values(), *whole], {REGION: codes} if whole else {}),
        is_lifted_in(connection, year, rules.zone),
        older(connection, list(years.sites), audience, year),
        idle_rule_of(calendar.month(Month(year, 12), rules.zone), rules),
    )


def _seen_by(connection: Connection, question: Question) -> Tables:
    """As computed for the last equal question: a page of each site and a report in each format ask the same again.

    The question holds every figure, so that nothing else has to say when an answer is out of date. What was decided
    ahead (`collector.reports.keeping`) is taken from the database.
    """
    for asked, answer in tuple(ANSWERS):
        if asked == question:
            return answer
    audience, truth, lifted, before, minutes = question
    kept = pattern_of(connection, checksum_of(question)) if hides(audience, lifted=lifted) else None
    hidden = None if kept is None else read_hidden(kept)
    answer = seen_by(audience, truth, lifted=lifted, older=before, idle_rule_minutes=minutes, hidden=hidden)
    ANSWERS.append((question, answer))
    return answer


def checksum_of(question: Question) -> str:
    """Over all that decides what is hidden: this version's way, the rule, the figures, and what readers have in hands.

    What people enter and what stands there decides nothing (`BESIDE`). The audience decides only what it has in hands.
    """
    lines = [__version__, str(question.idle_rule_minutes)]
    for tables in (question.truth, *question.older):
        lines.append("tables")
        lines += [f"{group}: {' '.join(members)}" for group, members in sorted(tables.members.items())]
        lines += [f"{unit} {period} {_line(cells)}" for (unit, period), cells in sorted(tables.figures.items())]
        for (unit, period), week in sorted(tables.weeks.items()):
            lines += [f"{unit} {period} {hour} {_line(cells)}" for hour, cells in sorted(week.items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _line(cells: Mapping[str, Cell]) -> str:
    return " ".join([f"{figure}={exact(cell)}" for figure, cell in cells.items() if not figure.startswith(BESIDE)])


def written(hidden: Mapping[str, frozenset[Key]]) -> str:
    return json.dumps({figure: sorted(keys) for figure, keys in sorted(hidden.items()) if keys})


def read_hidden(text: str) -> dict[str, frozenset[Key]]:
    """What `written` wrote; a figure that is hidden nowhere has no keys."""
    found: dict[str, frozenset[Key]] = defaultdict(frozenset)
    return found | {figure: frozenset(map(tuple, keys)) for figure, keys in json.loads(text).items()}


def older(connection: Connection, site_ids: Sequence[int], audience: Audience, year: int) -> list[Tables]:
    """What these readers hold in hands of this year: every frozen report, and those of the year after it.

    Regional coordinators hold the Region's and what is public; a site's internal report is its own.
    """
    found = []
    for each in (year, year + 1):
        texts = inputs_of_year(connection, [*site_ids, REGION_ID], Edition.PUBLIC, each)
        if audience is not Audience.PUBLIC:
            texts += inputs_of_year(connection, [REGION_ID], Edition.INTERNAL, each)
        found += [tables_of_inputs(read_inputs(text), year) for text in texts]
    return [tables for tables in found if tables.figures]


def tables_of_inputs(inputs: Inputs, year: int) -> Tables:
    """What a report says of its own year, or of the one before it."""
    figures: dict[Key, Mapping[str, Cell]] = {}
    whole, parts = (inputs.figures, inputs.parts) if inputs.year == year else (inputs.before, ())
    if whole is None:
        return Tables({})
    columns = [(inputs.subject.code, whole.months, whole.year)]
    columns += [(part.subject.code, part.months, part.year) for part in parts]
    for code, months, total in columns:
        for number, cells in enumerate(months, 1):
            figures[code, f"{year}-{number:02d}"] = cells
        figures[code, str(year)] = total
    codes = tuple(part.subject.code for part in parts)
    week = {_hour(name): cells for name, cells in whole.week.items()}
    return Tables(figures, {REGION: codes} if codes else {}, {(inputs.subject.code, str(year)): week} if week else {})


def _hour(name: str) -> tuple[int, int]:
    weekday, _, hour = name.partition("-")
    return int(weekday), int(hour)


def for_publication(inputs: Inputs) -> Inputs:
    """Without what stands beside the figures and would tell what they hide."""
    months = inputs.figures.months
    imported = tuple(
        replace(each, cell=months[int(each.month[-2:]) - 1][each.figure])
        for each in inputs.imported
        if each.figure.endswith(".imported")
    )
    accepted = tuple(replace(each, facts={}) for each in inputs.accepted)
    return replace(inputs, imported=imported, accepted=accepted)
