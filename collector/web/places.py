"""Where somebody has a role, as forms name it and people read it."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from collector.domain.access import Grant, Scope
from collector.domain.mistakes import N_, Mistake
from collector.storage.queries.sites import Site

REGION = "region"


class Where(NamedTuple):
    scope: Scope
    municipality: str = ""
    site_id: int | None = None


class Option(NamedTuple):
    """Of a list to choose from."""

    value: str
    name: str


def chosen_place(value: str, sites: Sequence[Site]) -> Where:
    """Of the value of an option; raises Mistake."""
    kind, _, name = value.partition(":")
    if value == REGION:
        return Where(Scope.REGION)
    if kind == Scope.MUNICIPALITY and name in {site.municipality for site in sites if site.municipality}:
        return Where(Scope.MUNICIPALITY, name)
    found = [site for site in sites if kind == Scope.SITE and site.code == name]
    if not found:
        raise Mistake(N_("There is no such place; choose one from the list."))
    return Where(Scope.SITE, "", found[0].site_id)


def all_places(sites: Sequence[Site], translate: Callable[[str], str]) -> list[Option]:
    """Sites, municipalities, the Region: most roles are had in a site."""
    towns = sorted({site.municipality for site in sites if site.municipality})
    return [
        *(Option(f"{Scope.SITE}:{site.code}", f"{site.name} ({site.code})") for site in sites),
        *(Option(f"{Scope.MUNICIPALITY}:{town}", town) for town in towns),
        Option(REGION, translate(N_("the whole Region"))),
    ]


def places_of(sites: Sequence[Site], translate: Callable[[str], str]) -> list[Option]:
    """For a token: all that the account may read, or one of its sites."""
    region = Option(REGION, translate(N_("all that I may read")))
    return [region, *(Option(f"{Scope.SITE}:{site.code}", f"{site.name} ({site.code})") for site in sites)]


def named_place(grant: Grant, sites: Iterable[Site], translate: Callable[[str], str]) -> str:
    if grant.scope is Scope.REGION:
        return translate(N_("the whole Region"))
    if grant.scope is Scope.MUNICIPALITY:
        return grant.municipality
    return next((f"{site.name} ({site.code})" for site in sites if site.site_id == grant.site_id), "–")
