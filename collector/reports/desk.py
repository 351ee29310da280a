"""What the report desk asks of a year: which checks are open, and which were let pass. It needs no report for that."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection

from collector.domain.catalogue import Catalogue
from collector.domain.gates import Finding
from collector.domain.statistics import Rules
from collector.reports.checking import Noticed, noticed, told_apart
from collector.reports.disclosing import audience_of, hides, is_lifted_in
from collector.reports.editions import EDITIONS
from collector.reports.gathering import moment_of
from collector.reports.inputs import Accepted
from collector.storage.queries.site_statistics import rules_in_force
from collector.storage.queries.sites import Site, sites_of_region
from collector.storage.queries.year_statistics import figures_of_years


class Checks(NamedTuple):
    open: Sequence[Finding]
    accepted: Sequence[Accepted]
    controlled: bool
    """Whether small figures are hidden from these readers."""


def checks_of(
    connection: Connection, site: Site | None, year: int, now: int, rules: Rules, catalogue: Catalogue
) -> Checks:
    """Of the report of one site, or of the Region where there is none, as freezing it would find them now."""
    found = noticed_of(connection, site, year, now, rules, catalogue)
    return told_of(connection, site, year, found, rules)


def noticed_of(
    connection: Connection, site: Site | None, year: int, now: int, rules: Rules, catalogue: Catalogue
) -> Noticed:
    """This takes some hundredths of a second for each site."""
    rules = rules_in_force(connection, rules)
    until = moment_of(site, audience_of(site, EDITIONS[0]), now, rules.zone)
    sites = sites_of(connection, site)
    this, before = (
        figures_of_years(connection, sites, each, until, rules, catalogue, weeks=False) for each in (year, year - 1)
    )
    return noticed(connection, sites, this, before, until, rules)


def told_of(connection: Connection, site: Site | None, year: int, found: Noticed, rules: Rules) -> Checks:
    """The same, with what was let pass meanwhile."""
    checked = told_apart(connection, [each.site_id for each in sites_of(connection, site)], found, rules)
    controlled = hides(audience_of(site, EDITIONS[0]), lifted=is_lifted_in(connection, year, rules.zone))
    accepted = [replace(each, facts={}) for each in checked.accepted] if controlled else checked.accepted
    return Checks(checked.open, accepted, controlled)


def sites_of(connection: Connection, site: Site | None) -> list[Site]:
    return sites_of_region(connection) if site is None else [site]
