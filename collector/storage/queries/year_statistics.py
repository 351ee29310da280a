"""All figures of a year: what the page, the report, the export and the API show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from collector.domain import calendar
from collector.domain.calendar import Month, Period, months_between
from collector.domain.catalogue import Catalogue
from collector.domain.cells import Cell
from collector.domain.entered import figures_of as entered_figures
from collector.domain.entered import imported_figures
from collector.domain.equipment import Equipment, EquipmentOutage
from collector.domain.health.flags import flagged
from collector.domain.inventory import inventory, last_day_of, out_of_order
from collector.domain.marks import Mark
from collector.domain.operation import regular_week, whole_weeks
from collector.domain.rollups import Key, Sums
from collector.domain.statistics import NO_UNDATED, Rules, Undated, idle_rule_of, undated_cells
from collector.domain.use import IDLE_RULES_MINUTES
from collector.domain.week import HourRow, week_of
from collector.domain.year import Material, YearFigures, year_figures
from collector.storage.queries.entered import entered_of_sites
from collector.storage.queries.equipment import equipment_of_sites, equipment_outages_of
from collector.storage.queries.health_flags import watched_sites
from collector.storage.queries.rolled_months import stored_hours
from collector.storage.queries.site_statistics import rules_in_force
from collector.storage.queries.sites import Site
from collector.storage.queries.tallies import Offer, Tallies, tallies_of_sites
from collector.storage.queries.undated import undated_by_month


def figures_of_years(
    connection: Connection,
    sites: Sequence[Site],
    year: int,
    now: int,
    rules: Rules,
    catalogue: Catalogue,
    *,
    weeks: bool = True,
) -> dict[int, YearFigures]:
    """By site, each with its week profile where asked; before disclosure control."""
    rules = rules_in_force(connection, rules)
    site_ids = [site.site_id for site in sites]
    months = months_between(Month(year, 1), Month(year, 12))
    periods = [calendar.month(month, rules.zone) for month in months]
    tallies = tallies_of_sites(connection, sites, periods, now, rules)
    lost = undated_by_month(connection, site_ids, rules.zone)
    devices = equipment_of_sites(connection, site_ids)
    watched = watched_sites(connection, site_ids)
    said = entered_of_sites(connection, site_ids, year, year)
    found = {}
    for site in sites:
        mine = tallies[site.site_id]
        outages = equipment_outages_of(connection, site.site_id)
        entered = entered_figures(said[site.site_id], year)
        materials = [
            material_of(
                period,
                at,
                mine,
                {
                    **_beside(period, mine.offer, devices[site.site_id], outages, now, rules),
                    **flagged(watched[site.site_id], devices[site.site_id], period, now, rules.zone),
                    **(entered.months[at] if period.start() < now else {}),
                    **imported_figures(entered.imported[at]),
                },
                lost.get((site.site_id, month), NO_UNDATED),
                now,
                rules,
            )
            for at, (month, period) in enumerate(zip(months, periods, strict=True))
        ]
        whole = calendar.days(periods[0].first_day, periods[-1].last_day, rules.zone, str(year))
        beside = {
            **_beside(whole, mine.offer, devices[site.site_id], outages, now, rules),
            "E3.open": flagged(watched[site.site_id], devices[site.site_id], whole, now, rules.zone)["E3.open"],
            **entered.year,
        }
        made = year_figures(site.code, year, materials, beside, catalogue, rules.coverage_limit)
        rows = hours_of(connection, site, months, periods, mine, rules) if weeks else ()
        found[site.site_id] = replace(made, week=week_of(rows, demonstration=site.demonstration))
    return found


def material_of(
    period: Period, at: int, mine: Tallies, beside: Mapping[str, Cell], undated: Undated, now: int, rules: Rules
) -> Material:
    """What the figures of the period at a place of `mine` are made from."""
    found = mine.tallies[at]
    minutes = idle_rule_of(period, rules)
    sessions, seconds = undated_cells(undated, minutes, found)
    marks = {
        Mark.RUNNING: period.end() > now,
        Mark.UNDATED: undated != NO_UNDATED,
        Mark.LATE_CORRECTION: mine.late_correction[at],
    }
    return Material(
        found,
        {**beside, "B1u": sessions, "B2u": seconds},
        minutes,
        frozenset(mark for mark, applies in marks.items() if applies),
    )


def _beside(
    period: Period,
    offer: Offer,
    devices: Sequence[Equipment],
    outages: Sequence[EquipmentOutage],
    now: int,
    rules: Rules,
) -> dict[str, Cell]:
    """What does not follow from site slots, of a month or of a year."""
    out = out_of_order(outages, period, now)
    if period.start() >= now:
        return out
    day = last_day_of(period, now, rules.zone)
    made = {**inventory(devices, day, rules.zone), **out}
    begins = offer.begins()
    if begins is None or begins >= period.end_slot:
        return made
    return made | {
        "A3": regular_week(offer.calendar, day),
        "A3.actual": whole_weeks(period, offer.openings, rules.zone, now, offer.timed_from),
    }


def hours_of(
    connection: Connection,
    site: Site,
    months: Sequence[Month],
    periods: Sequence[Period],
    mine: Tallies,
    rules: Rules,
) -> Iterator[HourRow]:
    """The sums of some months by hour of the week; `mine` are those of just these months, in their order."""
    rule_of = [IDLE_RULES_MINUTES.index(idle_rule_of(period, rules)) for period in periods]
    stored = {month: rule_of[at] for at, month in enumerate(months) if mine.stored[at]}
    if stored:
        yield from stored_hours(connection, site.site_id, stored)
    for at, rolls in enumerate(mine.added_now):
        for roll in rolls:
            yield from _rows(roll, rule_of[at])


def _rows(roll: Mapping[Key, Sums], rule: int) -> Iterator[HourRow]:
    for key, sums in roll.items():
        yield HourRow(
            key.hour,
            key.kind,
            key.several,
            sums.seconds,
            sums.seconds_in_service,
            sums.seconds_observed,
            sums.seconds_off,
            sums.by_rule[rule].seconds_in_use,
            sums.by_rule[rule].starts,
            sums.by_rule[rule].slots_known,
            sums.by_rule[rule].slots_saturated,
        )
