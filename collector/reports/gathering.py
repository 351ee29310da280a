"""Computes the inputs of a report from the database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection

from collector.domain.catalogue import Catalogue
from collector.domain.cells import Status
from collector.domain.gates import Finding
from collector.domain.marks import Mark
from collector.domain.statistics import Rules
from collector.domain.week import Week
from collector.domain.year import YearFigures, region_figures
from collector.reports.checking import checked
from collector.reports.correcting import corrections
from collector.reports.inputs import (
    REGION,
    Definition,
    Edition,
    Figures,
    Inputs,
    Method,
    Part,
    Subject,
    Year,
    read_inputs,
)
from collector.reports.register import agent_versions, entered_of, imported_of, subjects_of, with_entered
from collector.storage.queries.calendars import calendar_of
from collector.storage.queries.entered import entered_of_sites
from collector.storage.queries.sites import Site, all_sites
from collector.storage.queries.vintages import REGION_ID, inputs_of
from collector.storage.queries.year_statistics import figures_of_years

THE_REGION = Subject(REGION, {"fr": "Région", "nl": "Gewest", "en": "Region"})


class Gathered(NamedTuple):
    inputs: Inputs
    open_gates: tuple[Finding, ...]
    site_id: int


class Computed(NamedTuple):
    """A year of some sites, and of the Region where it is asked for."""

    region: YearFigures | None
    sites: Mapping[int, YearFigures]


def gather(
    connection: Connection,
    site: Site | None,
    year: int,
    edition: Edition,
    now: int,
    rules: Rules,
    catalogue: Catalogue,
) -> Gathered:
    """A draft of the report of one site, or of the Region where there is none."""
    sites = all_sites(connection) if site is None else [site]
    this = computed(connection, site, sites, year, now, rules, catalogue)
    before = computed(connection, site, sites, year - 1, now, rules, catalogue)
    gates = checked(connection, sites, this.sites, before.sites, now, rules)
    subjects = subjects_of(connection, [each.site_id for each in sites])
    site_id = REGION_ID if site is None else site.site_id
    whole, old = ((each.region if each.region is not None else each.sites[site_id]) for each in (this, before))
    inputs = Inputs(
        subject=THE_REGION if site is None else subjects[site_id],
        year=year,
        edition=edition,
        cut_off=now,
        catalogue_version=catalogue.version,
        definitions=definitions_of(catalogue),
        figures=year_of(whole),
        before=the_year_before(connection, site_id, edition, old),
        method=method_of(connection, whole, sites, rules),
        parts=parts_of(subjects, this.sites) if site is None else (),
        accepted=gates.accepted,
        open_gates=len(gates.open),
        demonstration=any(each.demonstration for each in sites),
    )
    if site is not None:
        people = entered_of_sites(connection, [site_id], year, year)[site_id]
        entered = entered_of(calendar_of(connection, site_id, year, year), people, year)
        inputs = replace(inputs, entered=entered, imported=imported_of(people, year))
    last = inputs_of(connection, site_id, year, edition)
    if last is not None:
        inputs = replace(inputs, has_earlier=True, corrections=corrections(read_inputs(last), inputs))
    return Gathered(inputs, gates.open, site_id)


def computed(
    connection: Connection,
    site: Site | None,
    sites: Sequence[Site],
    year: int,
    now: int,
    rules: Rules,
    catalogue: Catalogue,
) -> Computed:
    found = figures_of_years(connection, sites, year, now, rules, catalogue)
    people = entered_of_sites(connection, list(found), year, year)
    complete = {site_id: with_entered(figures, people[site_id]) for site_id, figures in found.items()}
    if site is not None:
        return Computed(None, complete)
    return Computed(region_figures(year, list(complete.values()), catalogue, rules.coverage_limit), complete)


def definitions_of(catalogue: Catalogue) -> tuple[Definition, ...]:
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
        for figure in catalogue.figures.values()
    )


def year_of(figures: YearFigures) -> Year:
    return Year(tuple(month.cells for month in figures.months), figures.whole.cells, week_of(figures.week))


def week_of(week: Week) -> Mapping[str, Figures]:
    """Without the hours in which the site is closed."""
    return {
        f"{day}-{hour}": cells
        for (day, hour), cells in week.items()
        if any(cell.status is not Status.CLOSED for cell in cells.values())
    }


def the_year_before(connection: Connection, site_id: int, edition: Edition, computed: YearFigures) -> Year | None:
    """As its last vintage said, which people hold in hands; else as it is computed; None where there was nothing."""
    kept = inputs_of(connection, site_id, computed.year, edition)
    if kept is not None:
        return read_inputs(kept).figures
    anything = any(
        cell.value for month in computed.months for name, cell in month.cells.items() if name in {"A5", "B1", "C1"}
    )
    return year_of(computed) if anything else None


def parts_of(subjects: Mapping[int, Subject], years: Mapping[int, YearFigures]) -> tuple[Part, ...]:
    return tuple(
        Part(subjects[site_id], tuple(month.cells for month in figures.months), figures.whole.cells)
        for site_id, figures in sorted(years.items(), key=lambda pair: subjects[pair[0]].code)
    )


def method_of(connection: Connection, whole: YearFigures, sites: Sequence[Site], rules: Rules) -> Method:
    minutes = dict.fromkeys(minutes for month in whole.months for minutes in sorted(month.idle_rules))
    return Method(
        modes=tuple(sorted(whole.whole.methods, reverse=True)),
        idle_rules_minutes=tuple(minutes),
        upper_bound=Mark.UPPER_BOUND in whole.whole.marks,
        agent_versions=agent_versions(connection, [site.site_id for site in sites]),
        coverage_limit=rules.coverage_limit,
        time_zone=rules.zone.key,
    )
