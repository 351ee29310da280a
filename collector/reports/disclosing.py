"""What the readers of an edition see of the years of sites, and what they have seen before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection

from collector.domain.cells import Cell
from collector.domain.disclosure import Audience, Tables, seen_by
from collector.domain.disclosure.rules import FEWEST_SESSIONS, FEWEST_SESSIONS_FOR_HOURS
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


def audience_of(site: Site | None, edition: Edition) -> Audience:
    if edition is Edition.PUBLIC:
        return Audience.PUBLIC
    return Audience.REGION if site is None else Audience.SITE


def thresholds_of(site: Site | None, edition: Edition) -> Mapping[str, int]:
    """Empty where nothing is hidden for being small."""
    return {} if audience_of(site, edition) is Audience.SITE else THRESHOLDS


def seen(
    connection: Connection, years: Years, site: Site | None, edition: Edition, year: int, idle_rule_minutes: int
) -> Years:
    """The same years, as the readers of this edition may see them."""
    audience = audience_of(site, edition)
    codes = tuple(figures.site for figures in years.sites.values())
    region = None if audience is Audience.SITE else years.region
    whole = [] if region is None else [region]
    truth = tables_of([*years.sites.values(), *whole], {REGION: codes} if whole else {})
    told = seen_by(
        audience,
        truth,
        site=site.code if site is not None else "",
        older=() if audience is Audience.SITE else older(connection, [*years.sites, REGION_ID], edition, year),
        idle_rule_minutes=idle_rule_minutes,
    )
    wanted = {
        site_id: seen_year(figures, told)
        for site_id, figures in years.sites.items()
        if audience is not Audience.SITE or (site is not None and site_id == site.site_id)
    }
    return Years(None if region is None else seen_year(region, told), wanted)


def older(connection: Connection, site_ids: Sequence[int], edition: Edition, year: int) -> list[Tables]:
    """What these readers hold in hands of this year: every frozen report, of sites and of the Region."""
    return [tables_of_inputs(read_inputs(text)) for text in inputs_of_year(connection, site_ids, edition, year)]


def tables_of_inputs(inputs: Inputs) -> Tables:
    figures: dict[tuple[str, str], Mapping[str, Cell]] = dict(_cells(inputs))
    codes = tuple(part.subject.code for part in inputs.parts)
    return Tables(figures, {REGION: codes} if inputs.is_region() else {})


def _cells(inputs: Inputs) -> Iterator[tuple[tuple[str, str], Mapping[str, Cell]]]:
    whole = [(inputs.subject.code, inputs.figures.months, inputs.figures.year)]
    whole += [(part.subject.code, part.months, part.year) for part in inputs.parts]
    for code, months, year in whole:
        for number, cells in enumerate(months, 1):
            yield (code, f"{inputs.year}-{number:02d}"), cells
        yield (code, str(inputs.year)), year


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
