"""Freezes a report: numbered, with a checksum, with its inputs and its files, for good."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from collector.domain.catalogue import Catalogue
from collector.domain.statistics import Rules
from collector.i18n import Speech
from collector.reports.composing import compose
from collector.reports.editions import EDITIONS
from collector.reports.formats import FORMATS
from collector.reports.gathering import Gathered, gather
from collector.reports.inputs import Inputs, canonical_json, checksum
from collector.storage.engine import reading, writing
from collector.storage.queries.sites import Site
from collector.storage.queries.vintages import File, Vintage, add_vintage, last_number


class ReportError(ValueError):
    """Its text is one sentence for the reader: what, where, and how to mend it."""


class GatesOpen(ReportError):
    """Nobody has mended or accepted what was noticed."""


class FrozenMeanwhile(ReportError):
    """Somebody else was faster."""


class TellsTooMuch(ReportError):
    """Disclosure control failed; nobody can mend it but who maintains this program."""


def files_of(inputs: Inputs, languages: Mapping[str, Speech]) -> Iterator[File]:
    """Every format in every language; the same inputs give the same bytes on the same versions of the libraries."""
    for language, speech in languages.items():
        document = compose(inputs, speech)
        for form, how in FORMATS.items():
            content = how.render(document, speech)
            yield File(language, form, hashlib.sha256(content).hexdigest(), content)


STEPS = ("figures", "checks", *map(str, EDITIONS), "stored")
"""Of freezing a report."""


def freeze(
    engine: Engine,
    site: Site | None,
    year: int,
    now: int,
    by: str,
    rules: Rules,
    catalogue: Catalogue,
    languages: Mapping[str, Speech],
    step_is_over: Callable[[], None] = lambda: None,
) -> int:
    """The number of the new vintage, in every edition; raises ReportError.

    `step_is_over` is called after each of STEPS, for those who wait.
    """
    with reading(engine) as connection:
        drafts = [gather(connection, site, year, edition, now, rules, catalogue, anew=True) for edition in EDITIONS]
        site_id = drafts[0].site_id
        number = last_number(connection, site_id, year) + 1
    step_is_over()
    waiting = len(drafts[0].open_gates)
    if waiting:
        raise GatesOpen(
            f"{waiting} checks are open, so the report cannot be frozen; mend what they name, or accept each with a"
            " reason on the page of the report."
        )
    for draft in drafts:
        refuse_gaps(draft)
    step_is_over()
    made = []
    for draft in drafts:
        inputs = replace(draft.inputs, vintage=number)
        made.append((inputs, canonical_json(inputs), list(files_of(inputs, languages))))
        step_is_over()
    try:
        with writing(engine) as connection:
            for inputs, text, files in made:
                kept = Vintage(number, str(inputs.edition), checksum(text), now, by)
                add_vintage(connection, site_id, year, kept, text, files)
    except IntegrityError as error:
        raise FrozenMeanwhile("somebody else froze this report just now; look at that vintage first.") from error
    return number


def refuse_gaps(draft: Gathered) -> None:
    """Raises TellsTooMuch where a reader of this draft, and of all that was frozen before, could compute what it hides.

    The sentence does not say what he would learn.
    """
    found = [gap for told in draft.told for gap in told.gaps()]
    if found:
        first = found[0]
        raise TellsTooMuch(
            f"the report cannot be frozen: its {draft.inputs.edition} edition would tell {first.figure} of"
            f" {first.unit or 'the Region'} in {first.period}, which it must hide, and {len(found) - 1} figures more;"
            " this is a defect of the program, so please report this sentence."
        )
