"""What somebody asks for: a draft or a vintage, in a language and a format. For the command, the pages and the API."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from collector.domain.calendar import EARLIEST_YEAR, LATEST_YEAR
from collector.domain.catalogue import Catalogue
from collector.domain.statistics import Rules
from collector.i18n import LOCALES, Speech
from collector.reports.composing import compose
from collector.reports.document import Document
from collector.reports.editions import EDITIONS
from collector.reports.formats import FORMATS
from collector.reports.gathering import gather
from collector.reports.inputs import Edition, canonical_json
from collector.reports.vintages import ReportError
from collector.storage.queries.sites import Site, site_of_code
from collector.storage.queries.vintages import REGION_ID, file_of, inputs_of

INPUTS = "json"
"""Beside the formats for people: the computed figures themselves, of which a report prints the checksum."""
MEDIA_TYPES = {**{form: how.media_type for form, how in FORMATS.items()}, INPUTS: "application/json"}
REGION_WORD = "region"
"""Stands for all sites together where a code is asked for."""
SITE_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}", re.ASCII)


class NoSuchReport(ReportError):
    """There is no such site, year or vintage."""


class Asked(NamedTuple):
    """Checked; `vintage` is None for a draft."""

    site: Site | None
    year: int
    language: str
    form: str
    edition: Edition
    vintage: int | None

    def site_id(self) -> int:
        return REGION_ID if self.site is None else self.site.site_id

    def scope(self) -> str:
        return REGION_WORD if self.site is None else self.site.code

    def file_name(self) -> str:
        state = "draft" if self.vintage is None else f"v{self.vintage}"
        return f"report-{self.scope()}-{self.year}-{self.edition}-{state}-{self.language}.{self.form}"


def site_asked(connection: Connection, scope: str) -> Site | None:
    """The site of a code; None for the Region. Raises NoSuchReport."""
    if scope.lower() == REGION_WORD:
        return None
    site = site_of_code(connection, scope) if SITE_CODE.fullmatch(scope) else None
    if site is None:
        raise NoSuchReport(f"there is no site with the code “{scope[:32]}”; check its spelling.")
    return site


def asked(
    connection: Connection, scope: str, year: int, language: str, form: str, edition: str, vintage: int | None = None
) -> Asked:
    """Raises ReportError: what is wrong, and what may be written."""
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise NoSuchReport(f"there is no report of the year {year}; write one from {EARLIEST_YEAR} to {LATEST_YEAR}.")
    for word, known, name in (
        (language, list(LOCALES), "language"),
        (form, list(MEDIA_TYPES), "format"),
        (edition, [str(each) for each in EDITIONS], "edition"),
    ):
        if word not in known:
            raise ReportError(f"“{word[:32]}” is not a known {name}; write one of {', '.join(known)}.")
    return Asked(site_asked(connection, scope), year, language, form, Edition(edition), vintage)


def draft(
    connection: Connection, wanted: Asked, now: int, rules: Rules, catalogue: Catalogue, speech: Speech
) -> Document:
    """The report as it would be frozen now."""
    gathered = gather(connection, wanted.site, wanted.year, wanted.edition, now, rules, catalogue)
    return compose(gathered.inputs, speech)


def inputs_text(connection: Connection, wanted: Asked, now: int, rules: Rules, catalogue: Catalogue) -> str:
    """The canonical JSON of all that was computed. Raises NoSuchReport."""
    if wanted.vintage is None:
        gathered = gather(connection, wanted.site, wanted.year, wanted.edition, now, rules, catalogue)
        return canonical_json(gathered.inputs)
    kept = inputs_of(connection, wanted.site_id(), wanted.year, str(wanted.edition), wanted.vintage)
    if kept is None:
        raise NoSuchReport(f"the report {wanted.scope()} {wanted.year} has no vintage {wanted.vintage}.")
    return kept


def content(
    connection: Connection,
    wanted: Asked,
    now: int,
    rules: Rules,
    catalogue: Catalogue,
    languages: Mapping[str, Speech],
) -> bytes:
    """The file: of a vintage as it was kept, else a draft. Raises NoSuchReport."""
    if wanted.form == INPUTS:
        return inputs_text(connection, wanted, now, rules, catalogue).encode()
    speech = languages[wanted.language]
    if wanted.vintage is None:
        return FORMATS[wanted.form].render(draft(connection, wanted, now, rules, catalogue, speech), speech)
    kept = file_of(
        connection,
        wanted.site_id(),
        wanted.year,
        wanted.vintage,
        str(wanted.edition),
        wanted.language,
        wanted.form,
    )
    if kept is None:
        raise NoSuchReport(f"the report {wanted.scope()} {wanted.year} has no vintage {wanted.vintage}.")
    return kept.content
