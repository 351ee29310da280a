"""Decides ahead of who asks what is hidden in the figures of this year and the last one, and keeps it.

A page, a file or a report then has it at once. Nobody needs to say when it is out of date: it is kept under a checksum
of all that decides it, and who has other figures computes it anew.
"""

from sqlalchemy import Engine

from collector.domain.calendar import local_date
from collector.domain.catalogue import Catalogue
from collector.domain.disclosure import Audience, pattern
from collector.domain.statistics import Rules
from collector.reports.disclosing import checksum_of, hides, is_lifted_in, question_of, written
from collector.reports.gathering import computed, told_until
from collector.storage.engine import reading, writing
from collector.storage.queries.patterns import forget_patterns, keep_pattern, pattern_of
from collector.storage.queries.site_statistics import rules_in_force
from collector.storage.queries.sites import sites_of_region


def keep_patterns(engine: Engine, now: int, rules: Rules, catalogue: Catalogue) -> None:
    """For the readers of the Region and the public, with all sites together; forgets what nobody asks any more."""
    year = local_date(now, rules.zone).year
    used: set[str] = set()
    found: dict[str, tuple[int, str]] = {}
    with reading(engine) as connection:
        sites = sites_of_region(connection)
        in_force = rules_in_force(connection, rules)
        for each in (year, year - 1) if sites else ():
            moment = told_until(now, in_force.zone)
            years = computed(connection, sites, each, moment, in_force, catalogue)
            for audience in (Audience.PUBLIC, Audience.REGION):
                if not hides(audience, lifted=is_lifted_in(connection, each, in_force.zone)):
                    continue
                question = question_of(connection, years, audience, each, in_force)
                sha256 = checksum_of(question)
                used.add(sha256)
                if sha256 not in found and pattern_of(connection, sha256) is None:
                    hidden = pattern(question.truth, question.older, idle_rule_minutes=question.idle_rule_minutes)
                    found[sha256] = each, written(hidden)
    with writing(engine) as connection:
        forget_patterns(connection, used)
        for sha256, (each, hidden_text) in found.items():
            keep_pattern(connection, sha256, each, hidden_text, now)
