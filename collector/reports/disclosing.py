"""What the readers of an edition see of the years of sites, and what they have seen before.

Pages, files and API all take it from `seen`. Drafts are read inside; before a report is frozen, which means published,
`freeze` attacks what it tells (`Told.gaps`) and refuses where something can be computed that is hidden.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection

from collector.domain.cells import Cell
from collector.domain.disclosure import Audience, Failure, Tables, audit, seen_by
from collector.domain.disclosure.rules import FEWEST_SESSIONS, FEWEST_SESSIONS_FOR_HOURS
from collector.domain.disclosure.tables import Key
from collector.domain.disclosure.years import seen_year, tables_of
from collector.domain.year import YearFigures
from collector.reports.inputs import REGION, Edition, Inputs, read_inputs
from collector.storage.queries.sites import Site
from collector.storage.queries.vintages import REGION_ID, inputs_of_year

THRESHOLDS = {"count": FEWEST_SESSIONS, "hours": FEWEST_SESSIONS_FOR_HOURS}


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


def thresholds_of(site: Site | None, edition: Edition) -> Mapping[str, int]:
    """Empty where nothing is hidden for being small."""
    return {} if audience_of(site, edition) is Audience.SITE else THRESHOLDS


def seen(
    connection: Connection, years: Years, site: Site | None, edition: Edition, year: int, idle_rule_minutes: int
) -> Seen:
    """The same years, as the readers of this edition may see them."""
    audience = audience_of(site, edition)
    if audience is Audience.SITE:
        assert site is not None
        own = years.sites[site.site_id]
        tables = seen_by(audience, tables_of([own], {}), site=site.code)
        return Seen(Years(None, {site.site_id: seen_year(own, tables)}), None)
    whole = [] if years.region is None else [years.region]
    codes = tuple(figures.site for figures in years.sites.values())
    truth = tables_of([*years.sites.values(), *whole], {REGION: codes} if whole else {})
    before = older(connection, list(years.sites), edition, year)
    tables = seen_by(audience, truth, older=before, idle_rule_minutes=idle_rule_minutes)
    told = {site_id: seen_year(figures, tables) for site_id, figures in years.sites.items()}
    region = None if years.region is None else seen_year(years.region, tables)
    return Seen(Years(region, told), Told(tables, before, idle_rule_minutes))


def older(connection: Connection, site_ids: Sequence[int], edition: Edition, year: int) -> list[Tables]:
    """What these readers hold in hands of this year: every frozen report, and those of the year after it.

    Regional coordinators hold the Region's and what is public; a site's internal report is its own.
    """
    found = []
    for each in (year, year + 1):
        texts = inputs_of_year(connection, [*site_ids, REGION_ID], Edition.PUBLIC, each)
        if edition is not Edition.PUBLIC:
            texts += inputs_of_year(connection, [REGION_ID], edition, each)
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
