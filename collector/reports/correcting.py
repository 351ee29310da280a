"""What changed since the last vintage."""

from collections.abc import Iterator, Mapping

from collector.domain.catalogue import WITHOUT_CELL
from collector.domain.cells import NOT_APPLICABLE, Cell
from collector.reports.inputs import Correction, Inputs
from collector.reports.shown import same


def corrections(before: Inputs, now: Inputs) -> tuple[Correction, ...]:
    """Each figure of the site, the Region or a part that is shown otherwise than the last vintage showed it."""
    return tuple(_all(before, now))


def _all(before: Inputs, now: Inputs) -> Iterator[Correction]:
    old = dict(_columns(before))
    # A figure that the catalogue did not have then is new, not corrected.
    printed = {each.id for each in before.definitions if each.unit not in WITHOUT_CELL}
    for (site, period), figures in _columns(now):
        known = old.get((site, period))
        if known is None:
            continue
        for definition in now.definitions:
            if definition.unit in WITHOUT_CELL or definition.id not in printed:
                continue
            was = known.get(definition.id, NOT_APPLICABLE)
            new = figures.get(definition.id, NOT_APPLICABLE)
            if not same(was, new, definition.unit):
                yield Correction(site, period, definition.id, was, new)


def _columns(inputs: Inputs) -> Iterator[tuple[tuple[str, str], Mapping[str, Cell]]]:
    """Figures by site and period."""
    whole = [(inputs.subject.code, inputs.figures.months, inputs.figures.year)]
    whole += [(part.subject.code, part.months, part.year) for part in inputs.parts]
    for site, months, year in whole:
        for number, figures in enumerate(months, 1):
            yield (site, f"{inputs.year}-{number:02d}"), figures
        yield (site, str(inputs.year)), year
