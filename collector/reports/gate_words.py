"""What is said of an open gate."""

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction

from collector.domain.catalogue import Unit
from collector.domain.cells import Cell, counted
from collector.domain.gates import Gate
from collector.i18n import Speech
from collector.reports.shown import shown

SECONDS = ("A6", "B2", "free", "seconds")


def sentence(gate: Gate, facts: Mapping[str, Cell], speech: Speech) -> str:
    """One sentence; with its figures, unless they were taken away before it leaves the site."""
    general = {
        Gate.OCCUPANCY: speech.gettext("More hours of use than there was time for: no occupancy can be over 100 %."),
        Gate.NO_USE: speech.gettext("Stations were on during the opening hours, and nobody used one all month."),
        Gate.FALL: speech.gettext("Sessions fell by more than 60 % against the same month a year before."),
        Gate.RISE: speech.gettext("Sessions rose by more than 150 % against the same month a year before."),
        Gate.ONE_STATION: speech.gettext("One station has more than 40 % of the sessions, far more than its share."),
        Gate.NOBODY_ON: speech.gettext("The site was open, and no station was switched on."),
        Gate.BROKEN_USED: speech.gettext("A station that was declared out of order was used."),
        Gate.MISSING: speech.gettext("A station that should be measured was not heard of all month."),
        Gate.OUTSIDE: speech.gettext("More than a tenth of the use was outside the opening hours."),
        Gate.RUNNING: speech.gettext("The year is not over."),
    }[gate]
    more = figures(gate, facts, speech)
    return f"{general} {more}" if more else general


def figures(gate: Gate, facts: Mapping[str, Cell], speech: Speech) -> str:
    """The figures behind the sentence; empty where there are none."""
    values = {name: Fraction(cell.value) for name, cell in facts.items() if cell.value is not None}
    if not values:
        return ""
    pattern = {
        Gate.OCCUPANCY: speech.gettext("Occupancy: %(B3)s.")
        if "B3" in values
        else speech.gettext("Used: %(B2)s, available: %(A6)s."),
        Gate.FALL: speech.gettext("A year before: %(before)s, now: %(now)s."),
        Gate.RISE: speech.gettext("A year before: %(before)s, now: %(now)s."),
        Gate.NO_USE: speech.gettext("On and free: %(free)s."),
        Gate.NOBODY_ON: speech.gettext("Days: %(days)s."),
        Gate.RUNNING: speech.gettext("Days left: %(days)s."),
        Gate.MISSING: speech.gettext("Stations: %(stations)s."),
    }.get(gate, speech.gettext("Time: %(seconds)s."))
    return pattern % {name: written(name, value, speech) for name, value in values.items()}


def written(name: str, value: Fraction, speech: Speech) -> str:
    """A fact with its unit, which its name tells."""
    if name in SECONDS:
        return shown(counted(value), Unit.SECONDS, speech).text
    return speech.percent(value) if name == "B3" else speech.number(value)


MOST_DAYS = 12
"""So many are named; of more, the first."""


def days(named: Sequence[dt.date], speech: Speech) -> str:
    """On which days it was; empty where that is not told."""
    if not named:
        return ""
    more = ["\u2026"] if len(named) > MOST_DAYS else []
    return ", ".join([speech.date(day) for day in named[:MOST_DAYS]] + more)


def remedy(gate: Gate, speech: Speech) -> str:
    """What mends it."""
    return {
        Gate.OCCUPANCY: speech.gettext("Look at the opening hours and at what was imported."),
        Gate.NO_USE: speech.gettext("Look whether the stations can read sessions."),
        Gate.FALL: speech.gettext("Look at closures, at the opening hours and at the stations."),
        Gate.RISE: speech.gettext("Look at the opening hours and at the stations."),
        Gate.ONE_STATION: speech.gettext("Look whether a station serves as a catalogue, or counts without a visitor."),
        Gate.NOBODY_ON: speech.gettext("Enter the closure, or correct the opening hours."),
        Gate.BROKEN_USED: speech.gettext("Correct the time in which it was out of order."),
        Gate.MISSING: speech.gettext("Look at the station; say in the register if it is gone or out of order."),
        Gate.OUTSIDE: speech.gettext("Correct the opening hours, or enter the extra openings."),
        Gate.RUNNING: speech.gettext("Wait until the year is over."),
    }[gate]
