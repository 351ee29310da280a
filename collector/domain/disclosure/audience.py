"""The one function that every page and file asks which figures its reader may see.

A site's own coordinators see everything about it. Regional coordinators and the public see what `control` lets out; a
dated setting may lift it for regional coordinators. Nobody sees the use of a single station.
"""

from collections.abc import Sequence
from enum import StrEnum

from collector.domain.cells import CONFIDENTIAL
from collector.domain.disclosure.control import as_told, control
from collector.domain.disclosure.ledger import Hidden
from collector.domain.disclosure.rules import of_one_station, value
from collector.domain.disclosure.tables import Figures, NotATable, Tables, within


class Audience(StrEnum):
    SITE = "site"
    REGION = "region"
    PUBLIC = "public"


def seen_by(
    audience: Audience,
    truth: Tables,
    *,
    site: str = "",
    lifted: bool = False,
    older: Sequence[Tables] = (),
    idle_rule_minutes: int = 0,
    hidden: Hidden | None = None,
) -> Tables:
    """The cells as this audience sees them, the same on every page and in every file.

    `truth` holds all sites and groups of a year, also where only one of them is asked for: what hides one cell is
    decided with the others. `site` is the coordinators' own; `lifted` is what `is_lifted` says of the year; `older` are
    frozen vintages as this audience got them; `hidden` is what `pattern` says of just these, where somebody kept it.
    Raises NotATable.
    """
    if audience is Audience.SITE:
        if not truth.is_site(site) or not any(unit == site for unit, _ in truth.figures):
            raise NotATable(f"There are no figures of a site “{site}”.")
        return _without_single_stations(
            Tables(
                {key: figures for key, figures in truth.figures.items() if key[0] == site},
                weeks={key: week for key, week in truth.weeks.items() if key[0] == site},
            )
        )
    if audience is Audience.REGION and lifted:
        return _without_single_stations(truth)
    if hidden is not None:
        return as_told(truth, hidden)
    return control(truth, older, idle_rule_minutes=idle_rule_minutes)


def _without_single_stations(tables: Tables) -> Tables:
    """The tables without the use of single stations, and without the totals that it is a part of."""
    single = {key for key in tables.figures if of_one_station(tables, key) and _tells_use(tables.figures[key])}
    closed = {
        (unit, period)
        for unit, period in tables.figures
        if any(site in tables.sites(unit) and within(part, period) for site, part in single)
    }
    return Tables(
        {key: _hidden(figures) if key in closed else figures for key, figures in tables.figures.items()},
        tables.members,
        {
            key: {hour: _hidden(cells) for hour, cells in week.items()} if key in closed else week
            for key, week in tables.weeks.items()
        },
    )


def _tells_use(figures: Figures) -> bool:
    return any(_is_use(figure) and value(cell) for figure, cell in figures.items())


def _hidden(figures: Figures) -> Figures:
    return {figure: CONFIDENTIAL if _is_use(figure) and value(cell) else cell for figure, cell in figures.items()}


def _is_use(figure: str) -> bool:
    return figure.startswith("B") and figure != "B10"
