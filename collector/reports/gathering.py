"""Computes the inputs of a report from the database."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from collector.domain import calendar
from collector.domain.calendar import local_date
from collector.domain.catalogue import Catalogue
from collector.domain.cells import Status
from collector.domain.disclosure import Audience
from collector.domain.gates import Finding
from collector.domain.marks import Mark
from collector.domain.statistics import Rules
from collector.domain.week import Week
from collector.domain.year import YearFigures, region_figures
from collector.reports.checking import checked
from collector.reports.correcting import corrections
from collector.reports.disclosing import (
    THRESHOLDS,
    Told,
    Years,
    audience_of,
    for_publication,
    hides,
    is_lifted_in,
    seen,
)
from collector.reports.inputs import (
    REGION,
    Definition,
    Edition,
    Entered,
    Figures,
    Inputs,
    Method,
    Part,
    Subject,
    Year,
    read_inputs,
)
from collector.reports.register import (
    agent_versions,
    ages_of,
    criteria_of,
    entered_of,
    imported_of,
    public,
    subjects_of,
)
from collector.reports.told import RegionTold, label_figures, told_of_region, told_of_sites
from collector.storage.queries.calendars import calendar_of
from collector.storage.queries.demonstration import is_demonstration
from collector.storage.queries.entered import entered_of_sites
from collector.storage.queries.site_statistics import rules_in_force
from collector.storage.queries.sites import Site, sites_of_region
from collector.storage.queries.vintages import REGION_ID, inputs_of
from collector.storage.queries.year_statistics import figures_of_years

ANYTHING = ("A5", "B1", "C1")
"""A year in which all of these are nothing is no year to compare with."""
THE_REGION = Subject(REGION, {"fr": "Région", "nl": "Gewest", "en": "Region"})


class Gathered(NamedTuple):
    inputs: Inputs
    open_gates: tuple[Finding, ...]
    site_id: int
    told: tuple[Told, ...]
    """What the readers get under disclosure control, by year."""


def gather(
    connection: Connection,
    site: Site | None,
    year: int,
    edition: Edition,
    now: int,
    rules: Rules,
    catalogue: Catalogue,
    *,
    anew: bool = False,
) -> Gathered:
    """A draft of the report of one site, or of the Region where there is none; with the figures that pages show.

    With `anew` it takes nothing that was kept, and holds what an attack on it needs.
    """
    rules = rules_in_force(connection, rules)
    audience = audience_of(site, edition)
    asked = sites_of_region(connection) if site is None else [site]
    drawn = drawn_year(connection, site, audience, year, now, rules, catalogue, anew=anew)
    whole = site is None
    this = drawn.truth or computed(connection, asked, year, drawn.until, rules, catalogue, whole=whole)
    before = computed(connection, asked, year - 1, drawn.until, rules, catalogue, whole=whole)
    gates = checked(connection, asked, this.sites, before.sites, drawn.until, rules)
    subjects = subjects_of(connection, [each.site_id for each in asked])
    site_id = REGION_ID if site is None else site.site_id
    last_day = min(dt.date(year, 12, 31), local_date(drawn.until, rules.zone))
    last_year = the_year_before(
        connection,
        site,
        edition,
        one_of(before, site),
        lambda: drawn_year(
            *(connection, site, audience, year - 1, now, rules, catalogue),
            anew=anew,
            truth=before if whole or audience is Audience.SITE else None,
        ),
    )
    controlled = hides(audience, lifted=is_lifted_in(connection, year, rules.zone))
    mine = one_of(drawn.years, site)
    inputs = Inputs(
        subject=THE_REGION if site is None else subjects[site_id],
        year=year,
        edition=edition,
        cut_off=drawn.until,
        catalogue_version=catalogue.version,
        definitions=definitions_of(catalogue),
        figures=year_of(mine),
        before=last_year.figures,
        method=method_of(connection, mine, asked, rules, THRESHOLDS if controlled else {}),
        parts=parts_of(subjects, drawn.years.sites) if site is None else (),
        accepted=gates.accepted,
        open_gates=len(gates.open),
        ages=ages_of(connection, [each.site_id for each in asked], last_day, rules.zone),
        criteria=criteria_of(connection, last_day, rules.zone),
        demonstration=is_demonstration(connection),
    )
    people = entered_of_sites(connection, [each.site_id for each in asked], year, year)
    persons = public(people.values(), year, everything=not controlled)
    if site is None:
        beside = drawn.beside
        inputs = replace(inputs, entered=Entered(public=beside.public if beside else persons))
        inputs = replace(inputs, ages=beside.ages if beside else inputs.ages)
    else:
        entered = entered_of(calendar_of(connection, site_id, year, year), people[site_id], year)
        inputs = replace(inputs, entered=replace(entered, public=persons), imported=imported_of(people[site_id], year))
    if edition is Edition.PUBLIC or controlled:
        inputs = for_publication(inputs)
    last = inputs_of(connection, site_id, year, edition)
    if last is not None:
        inputs = replace(inputs, has_earlier=True, corrections=corrections(read_inputs(last), inputs))
    return Gathered(inputs, gates.open, site_id, tuple(each for each in (drawn.told, last_year.told) if each))


class Drawn(NamedTuple):
    """A year as these readers see it everywhere."""

    years: Years
    until: int
    """Up to when it tells."""
    computed_at: int
    truth: Years | None
    """Before disclosure control; None where what was kept is told."""
    told: Told | None
    """None where nothing is hidden for being small, or what was kept is told."""
    beside: RegionTold | None = None
    """What was kept of the Region."""


def drawn_year(
    connection: Connection,
    site: Site | None,
    audience: Audience,
    year: int,
    now: int,
    rules: Rules,
    catalogue: Catalogue,
    *,
    anew: bool = False,
    truth: Years | None = None,
) -> Drawn:
    """Of one site, or of the Region and all sites; `rules` are those in force, `truth` what is computed already.

    What hides one cell is decided with those of all sites; a site's own coordinators see its own anyhow.
    """
    inside = is_inside(site, audience)
    moment = now if inside else told_until(now, rules.zone)
    sites = [site] if inside and site is not None else sites_of_region(connection)
    if not inside and not anew:
        kept = told_of_sites(connection, sites, site, audience, year, moment, now, rules, catalogue)
        if kept is not None:
            region = None if kept.region is None else kept.region.region
            return Drawn(Years(region, kept.sites), kept.until, kept.kept_at, None, None, kept.region)
    if truth is None:
        whole = audience is not Audience.SITE
        truth = computed(connection, sites, year, moment, rules, catalogue, whole=whole)
    found = seen(connection, truth, site, audience, year, rules)
    return Drawn(found.years, moment, now, truth, found.told)


def computed(
    connection: Connection,
    sites: Sequence[Site],
    year: int,
    now: int,
    rules: Rules,
    catalogue: Catalogue,
    *,
    whole: bool = True,
) -> Years:
    """Before disclosure control; where it is the `whole` Region, with the sums of all sites."""
    found = figures_of_years(connection, sites, year, now, rules, catalogue)
    region = region_figures(year, list(found.values()), catalogue, rules.coverage_limit) if whole else None
    return Years(region, found)


def told_until(now: int, zone: ZoneInfo) -> int:
    """The last midnight: figures that leave the sites change once a day, so what is hidden can be decided ahead."""
    return calendar.today(now, zone).start()


def is_inside(site: Site | None, audience: Audience) -> bool:
    """Whether these readers are told up to now: people of a site, and of a computer that shows the product."""
    return audience is Audience.SITE or (site is not None and site.demonstration)


def moment_of(site: Site | None, audience: Audience, now: int, zone: ZoneInfo) -> int:
    """Up to when these readers are told."""
    return now if is_inside(site, audience) else told_until(now, zone)


def years_seen(
    connection: Connection,
    site: Site | None,
    audience: Audience,
    year: int,
    now: int,
    rules: Rules,
    catalogue: Catalogue,
) -> Years:
    """A year of one site, or of the Region and all sites, as these readers may see it on pages and in files."""
    rules = rules_in_force(connection, rules)
    if audience is Audience.SITE:
        assert site is not None
        own = Years(None, figures_of_years(connection, [site], year, now, rules, catalogue))
        return seen(connection, own, site, audience, year, rules).years
    return drawn_year(connection, site, audience, year, now, rules, catalogue).years


def region_seen(
    connection: Connection, audience: Audience, year: int, now: int, rules: Rules, catalogue: Catalogue
) -> RegionTold:
    """A year of the Region with what stands beside it, as these readers may see it."""
    in_force = rules_in_force(connection, rules)
    moment, sites = told_until(now, in_force.zone), sites_of_region(connection)
    kept = told_of_region(connection, sites, audience, year, moment, now, in_force, catalogue)
    if kept is not None:
        return kept
    years = years_seen(connection, None, audience, year, now, rules, catalogue)
    everything = not hides(audience, lifted=is_lifted_in(connection, year, in_force.zone))
    return beside_region(connection, one_of(years, None), years.sites, year, now, rules, everything=everything)


def beside_region(
    connection: Connection,
    region: YearFigures,
    sites: Mapping[int, YearFigures],
    year: int,
    now: int,
    rules: Rules,
    *,
    everything: bool = False,
) -> RegionTold:
    """The Region's year with what its sites have in words or in other tables; `sites` as readers see them.

    `everything` is for readers from whom nothing small is hidden.
    """
    people = entered_of_sites(connection, list(sites), year, year)
    last_day = min(dt.date(year, 12, 31), local_date(now, rules.zone))
    return RegionTold(
        region,
        label_figures(sites.values()),
        public(people.values(), year, everything=everything),
        ages_of(connection, list(sites), last_day, rules.zone),
    )


def one_of(years: Years, site: Site | None) -> YearFigures:
    """The year that the report is about."""
    if site is not None:
        return years.sites[site.site_id]
    assert years.region is not None
    return years.region


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


class LastYear(NamedTuple):
    figures: Year | None
    told: Told | None


def the_year_before(
    connection: Connection, site: Site | None, edition: Edition, truth: YearFigures, as_seen: Callable[[], Drawn]
) -> LastYear:
    """As its last vintage said, which people hold in hands; else as it is computed; None where there was nothing.

    `truth` is before disclosure control; `as_seen` draws it for the readers, which can take long.
    """
    kept = inputs_of(connection, REGION_ID if site is None else site.site_id, truth.year, edition)
    if kept is not None:
        return LastYear(read_inputs(kept).figures, None)
    if not any(month.cells[name].value for month in truth.months for name in ANYTHING):
        return LastYear(None, None)
    found = as_seen()
    return LastYear(year_of(one_of(found.years, site)), found.told)


def parts_of(subjects: Mapping[int, Subject], years: Mapping[int, YearFigures]) -> tuple[Part, ...]:
    return tuple(
        Part(subjects[site_id], tuple(month.cells for month in figures.months), figures.whole.cells)
        for site_id, figures in sorted(years.items(), key=lambda pair: subjects[pair[0]].code)
    )


def method_of(
    connection: Connection, whole: YearFigures, sites: Sequence[Site], rules: Rules, thresholds: Mapping[str, int]
) -> Method:
    minutes = dict.fromkeys(minutes for month in whole.months for minutes in sorted(month.idle_rules))
    return Method(
        modes=tuple(sorted(whole.whole.methods, reverse=True)),
        idle_rules_minutes=tuple(minutes),
        upper_bound=Mark.UPPER_BOUND in whole.whole.marks,
        agent_versions=agent_versions(connection, [site.site_id for site in sites]),
        coverage_limit=rules.coverage_limit,
        time_zone=rules.zone.key,
        disclosure=dict(thresholds),
        capped=Mark.CAPPED in whole.whole.marks,
        seconds_repaired=whole.whole.seconds_repaired,
    )
