"""Decides ahead of who asks what is hidden in the figures of this year and two before, and keeps what is told then.

A page or a file then has it at once. Nobody needs to say when it is out of date. What is hidden is kept under a
checksum of all that decides it, and who has other figures computes it anew; for what is told, see
`collector.reports.told`.
"""

from sqlalchemy import Connection, Engine

from collector.domain.calendar import local_date
from collector.domain.catalogue import Catalogue
from collector.domain.disclosure import Audience, pattern, seen_by
from collector.domain.disclosure.years import seen_year
from collector.domain.statistics import Rules
from collector.domain.year import YearFigures
from collector.reports.disclosing import Question, Years, checksum_of, hides, question_of, read_hidden, written
from collector.reports.gathering import beside_region, computed, told_until
from collector.reports.told import rules_of_telling, state_of, written_region, written_year
from collector.storage.engine import reading, writing
from collector.storage.queries.patterns import forget_patterns, keep_pattern, pattern_of
from collector.storage.queries.site_statistics import rules_in_force
from collector.storage.queries.sites import sites_of_region
from collector.storage.queries.told_years import Kept, forget_years_before, keep_years, kept_years
from collector.storage.queries.vintages import REGION_ID

Hidden = dict[str, str]
"""What is hidden, as text, by the checksum of what decides it."""
OUTSIDE = (Audience.PUBLIC, Audience.REGION)
YEARS = 3


def keep_told(engine: Engine, now: int, rules: Rules, catalogue: Catalogue) -> None:
    """For the readers of the Region and the public, with all sites together; forgets what nobody asks any more.

    In this year people prepare the report of the last one, which has the year before beside it. Both mostly stand as
    they were kept.
    """
    year = local_date(now, rules.zone).year
    used: set[str] = set()
    standing = []
    for each in range(year, year - YEARS, -1):
        new: Hidden = {}
        with reading(engine) as connection:
            if each != year and _stands(connection, each, now, rules, catalogue):
                standing.append(each)
                continue
            told = _told(connection, each, now, rules, catalogue, used, new)
        with writing(engine) as connection:
            for sha256, hidden in new.items():
                keep_pattern(connection, sha256, each, hidden, now)
            for audience, kept in told.items():
                keep_years(connection, each, audience.value, kept)
    with writing(engine) as connection:
        forget_patterns(connection, used, standing)
        forget_years_before(connection, year - YEARS + 1)


def _stands(connection: Connection, year: int, now: int, rules: Rules, catalogue: Catalogue) -> bool:
    """Whether nothing has changed since a year was kept."""
    sites, rules = sites_of_region(connection), rules_in_force(connection, rules)
    state = state_of(connection, year, told_until(now, rules.zone))
    wanted = {REGION_ID, *(site.site_id for site in sites)}
    for audience in OUTSIDE:
        found = kept_years(connection, year, audience.value)
        if set(found) != wanted or {each.state_sha256 for each in found.values()} != {state}:
            return False
        sha256 = rules_of_telling(connection, sites, audience, rules, catalogue)
        if {each.rules_sha256 for each in found.values()} != {sha256}:
            return False
    return True


def _told(
    connection: Connection, year: int, now: int, rules: Rules, catalogue: Catalogue, used: set[str], new: Hidden
) -> dict[Audience, dict[int, Kept]]:
    """What is kept, by reader and site; the checksums that it took go to `used`, what was not kept yet to `new`."""
    sites = sites_of_region(connection)
    if not sites:
        return {audience: {} for audience in OUTSIDE}
    rules = rules_in_force(connection, rules)
    moment = told_until(now, rules.zone)
    # Before the figures: what changes while they are computed must not pass for known.
    state = state_of(connection, year, moment)
    by_audience = {audience: rules_of_telling(connection, sites, audience, rules, catalogue) for audience in OUTSIDE}
    years = computed(connection, sites, year, moment, rules, catalogue)
    found = {}
    for audience, sha256 in by_audience.items():
        question = question_of(connection, years, audience, year, rules)
        seen = _seen(connection, years, question, used, new)
        assert seen.region is not None
        everything = not hides(audience, lifted=question.lifted)
        beside = beside_region(connection, seen.region, seen.sites, year, now, rules, everything=everything)
        contents = {REGION_ID: written_region(beside)}
        contents |= {site_id: written_year(figures) for site_id, figures in seen.sites.items()}
        found[audience] = {site_id: Kept(sha256, state, now, content) for site_id, content in contents.items()}
    return found


def _seen(connection: Connection, years: Years, question: Question, used: set[str], new: Hidden) -> Years:
    audience, truth, lifted, older, minutes = question
    hidden = None
    if hides(audience, lifted=lifted):
        sha256 = checksum_of(question)
        used.add(sha256)
        text = new.get(sha256) or pattern_of(connection, sha256)
        if text is None:
            text = new[sha256] = written(pattern(truth, older, idle_rule_minutes=minutes))
        hidden = read_hidden(text)
    tables = seen_by(audience, truth, lifted=lifted, older=older, idle_rule_minutes=minutes, hidden=hidden)

    def seen(figures: YearFigures) -> YearFigures:
        return seen_year(figures, tables)

    region = None if years.region is None else seen(years.region)
    return Years(region, {site_id: seen(figures) for site_id, figures in years.sites.items()})
