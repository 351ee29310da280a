"""What stands in a report, and what is left out of it."""

from dataclasses import replace

from collector.domain.cells import CONFIDENTIAL, Cell
from collector.i18n import load_languages
from collector.reports.composing import compose
from collector.reports.document import Picture, Table
from collector.reports.inputs import Figures, Inputs
from tests.collector.reports import cast

SPEECH = load_languages()["en"]


def hidden(cells: Figures) -> dict[str, Cell]:
    return {figure: CONFIDENTIAL if figure.startswith(("B1", "B2", "B3")) else cell for figure, cell in cells.items()}


def blocks(inputs: Inputs) -> tuple[set[str], set[str]]:
    """The titles of pictures and of tables."""
    found = [block for section in compose(inputs, SPEECH).sections for block in section.blocks]
    pictures = {block.chart.title for block in found if isinstance(block, Picture)}
    return pictures, {block.title for block in found if isinstance(block, Table)}


def test_what_is_hidden_everywhere_stands_in_tables_and_in_no_picture() -> None:
    inputs = cast.site()
    year = replace(
        inputs.figures,
        months=tuple(map(hidden, inputs.figures.months)),
        week={hour: hidden(cells) for hour, cells in inputs.figures.week.items()},
    )
    shown_pictures, shown_tables = blocks(replace(inputs, before=None))
    pictures, tables = blocks(replace(inputs, before=None, figures=year))
    assert tables == shown_tables
    assert shown_pictures - pictures == {
        "Sessions by month",
        "Hours of use by month",
        "Occupancy rate by month",
        "Sessions by weekday and hour",
        "Occupancy by weekday and hour, in per cent",
    }
