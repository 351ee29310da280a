"""Freezes a report: numbered, with a checksum, with its inputs and its files, for good."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from collector.domain.catalogue import Catalogue
from collector.domain.statistics import Rules
from collector.i18n import Speech
from collector.reports.composing import compose
from collector.reports.editions import EDITIONS
from collector.reports.formats import FORMATS
from collector.reports.gathering import gather
from collector.reports.inputs import Inputs, canonical_json, checksum, read_inputs
from collector.storage.engine import reading, writing
from collector.storage.queries.sites import Site
from collector.storage.queries.vintages import File, Vintage, add_vintage, inputs_of, last_number


class ReportError(ValueError):
    """Its text is one sentence for the reader: what, where, and how to mend it."""


class GatesOpen(ReportError):
    """Nobody has mended or accepted what was noticed."""


def files_of(inputs: Inputs, languages: Mapping[str, Speech]) -> Iterator[File]:
    """Every format in every language; the same inputs give the same bytes on the same versions of the libraries."""
    for language, speech in languages.items():
        document = compose(inputs, speech)
        for form, how in FORMATS.items():
            content = how.render(document, speech)
            yield File(language, form, hashlib.sha256(content).hexdigest(), content)


def freeze(
    engine: Engine,
    site: Site | None,
    year: int,
    now: int,
    by: str,
    rules: Rules,
    catalogue: Catalogue,
    languages: Mapping[str, Speech],
) -> int:
    """The number of the new vintage, in every edition; raises ReportError."""
    with reading(engine) as connection:
        drafts = [gather(connection, site, year, edition, now, rules, catalogue) for edition in EDITIONS]
        site_id = drafts[0].site_id
        number = last_number(connection, site_id, year) + 1
    waiting = len(drafts[0].open_gates)
    if waiting:
        raise GatesOpen(
            f"{waiting} checks are open, so the report cannot be frozen; mend what they name, or accept each with a"
            " reason on the page of the report."
        )
    made = []
    for draft in drafts:
        inputs = replace(draft.inputs, vintage=number)
        made.append((inputs, canonical_json(inputs), list(files_of(inputs, languages))))
    try:
        with writing(engine) as connection:
            for inputs, text, files in made:
                kept = Vintage(number, str(inputs.edition), checksum(text), now, by)
                add_vintage(connection, site_id, year, kept, text, files)
    except IntegrityError as error:
        raise ReportError("somebody else froze this report just now; look at that vintage first.") from error
    return number


def rebuilt(engine: Engine, site_id: int, year: int, edition: str, number: int) -> Inputs:
    """The inputs of a vintage, as they were kept; raises ReportError."""
    with reading(engine) as connection:
        text = inputs_of(connection, site_id, year, edition, number)
    if text is None:
        raise ReportError(f"there is no vintage {number} of {year} in the edition {edition}.")
    return read_inputs(text)
