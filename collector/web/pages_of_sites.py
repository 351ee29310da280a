"""Long lists of sites: in pages, and searched by what people know of a site."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from collector.storage.queries.sites import Site

LONGEST_SEARCH = 64


@dataclass(frozen=True, slots=True)
class Listed:
    """What the address asks for, and what there is of it."""

    search: str
    page: int
    page_count: int
    wanted: Sequence[Site]
    """All that suit the search."""
    part: Sequence[Site]
    """Those on this page."""

    def link(self, page: int) -> str:
        """The query of another page of the same search."""
        return urlencode({name: value for name, value in (("search", self.search), ("page", page)) if value})


def listed(sites: Sequence[Site], search: str, page: int, per_page: int) -> Listed:
    """Few sites stand on one page, and there is nothing to search."""
    asked = " ".join(search[:LONGEST_SEARCH].split()) if len(sites) > per_page else ""
    wanted = [site for site in sites if suits(site, asked.casefold())] if asked else sites
    count = max(1, -(-len(wanted) // per_page))
    page = min(max(page, 1), count)
    return Listed(asked, page, count, wanted, wanted[(page - 1) * per_page : page * per_page])


def suits(site: Site, asked: str) -> bool:
    return any(asked in name.casefold() for name in (site.code, site.name, site.name_nl, site.municipality))
