"""Which figures belong to a chapter."""

from collector.domain.catalogue import WITHOUT_CELL
from collector.reports.wording import Wording


def figures_of(words: Wording, letter: str) -> list[str]:
    """Those of one letter of the catalogue that have a cell, in its order."""
    return [
        definition.id
        for definition in words.inputs.definitions
        if definition.letter() == letter and definition.unit not in WITHOUT_CELL and words.has(definition.id)
    ]
