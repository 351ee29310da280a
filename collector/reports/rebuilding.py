"""Makes a frozen report again from the inputs that were kept with it, and compares it with what was frozen.

Nothing else is read: facts may be purged and timetables mended since. The same versions of this program and of its
libraries give the same bytes; other versions must give the same figures.
"""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection

from collector.i18n import Speech
from collector.reports.asking import Asked, NoSuchReport
from collector.reports.inputs import NotInputs, canonical_json, checksum, read_inputs
from collector.reports.vintages import files_of
from collector.storage.queries.vintages import file_of, inputs_of, vintages_of


class Found(StrEnum):
    SAME = "same"
    DIFFERS = "differs"
    DAMAGED = "damaged"
    """What is kept has not the checksum with which it was frozen."""
    MISSING = "missing"


class Rebuilt(NamedTuple):
    """One edition of a vintage; files are named like nl.pdf."""

    edition: str
    figures: Found
    files: Mapping[str, Found]

    def is_whole(self) -> bool:
        """Whether the figures are those that were frozen and no kept file was changed or lost."""
        return self.figures is Found.SAME and not {Found.DAMAGED, Found.MISSING} & set(self.files.values())


def rebuilt(connection: Connection, wanted: Asked, languages: Mapping[str, Speech]) -> list[Rebuilt]:
    """Every edition of the vintage that is wanted. Raises NoSuchReport."""
    site_id, year = wanted.site_id(), wanted.year
    kept = [each for each in vintages_of(connection, site_id, year) if each.number == wanted.vintage]
    if not kept:
        raise NoSuchReport(f"the report {wanted.scope()} {year} has no vintage {wanted.vintage}.")
    found = []
    for each in kept:
        text = inputs_of(connection, site_id, year, each.edition, each.number) or ""
        if checksum(text) != each.inputs_sha256:
            found.append(Rebuilt(each.edition, Found.DAMAGED, {}))
            continue
        try:
            inputs = read_inputs(text)
        except NotInputs:
            found.append(Rebuilt(each.edition, Found.DIFFERS, {}))
            continue
        files = {}
        for made in files_of(inputs, languages):
            stored = file_of(connection, site_id, year, each.number, each.edition, made.language, made.form)
            state = Found.SAME
            if stored is None:
                state = Found.MISSING
            elif hashlib.sha256(stored.content).hexdigest() != stored.sha256:
                state = Found.DAMAGED
            elif stored.sha256 != made.sha256:
                state = Found.DIFFERS
            files[f"{made.language}.{made.form}"] = state
        same = holds(json.loads(text), json.loads(canonical_json(inputs)))
        found.append(Rebuilt(each.edition, Found.SAME if same else Found.DIFFERS, files))
    return found


def holds(kept: object, made: object) -> bool:
    """Whether all that was kept is in what was made; a later version may write words that an earlier one had not."""
    if isinstance(kept, dict) and isinstance(made, dict):
        return all(name in made and holds(each, made[name]) for name, each in kept.items())
    if isinstance(kept, list) and isinstance(made, list):
        return len(kept) == len(made) and all(map(holds, kept, made))
    return kept == made


def sentences(each: Rebuilt) -> list[str]:
    """What an administrator is told of an edition."""
    figures = {
        Found.SAME: "the figures are those that were frozen",
        Found.DIFFERS: "this version reads other figures from what was kept; use the version that froze it, and report"
        " this as a defect",
        Found.DAMAGED: "what was kept of its figures was changed after it was frozen; restore it from a backup",
    }[each.figures]
    told = [f"{each.edition}: {figures}"]
    for state, words in (
        (Found.SAME, "are the same to the byte"),
        (Found.DIFFERS, "differ in their bytes: another version of this program or of a library froze them"),
        (Found.DAMAGED, "were changed after they were frozen; restore them from a backup"),
        (Found.MISSING, "are missing; restore them from a backup"),
    ):
        names = [name for name, found in each.files.items() if found is state]
        if names:
            listed = "" if state is Found.SAME else f" ({', '.join(names)})"
            told.append(f"{each.edition}: {len(names)} of {len(each.files)} files {words}{listed}")
    return told
