"""What the Region decides for all sites, each from a day on: decisions of the past hold for the past."""

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from collector.domain.fields import read_count, read_yes
from collector.domain.mistakes import N_, Mistake


class Regional(StrEnum):
    """The settings, by the names under which they are stored."""

    IDLE_RULE = "official_idle_rule_minutes"
    """From the first whole month after its day."""
    LABEL_HOURS = "label_hours_per_week"
    """Opening hours that the label asks for at least, by the regular timetable."""
    LABEL_STATIONS = "label_stations"
    """Computers and tablets that it asks for at least."""
    LIFTED = "disclosure_control_lifted"
    """1: regional coordinators see small figures too, if the law allows; of years that begin on its day or later."""


class Dated(NamedTuple):
    valid_from: dt.date
    value: int


Decisions = Mapping[Regional, Sequence[Dated]]

LABEL_OF_2019 = dt.date(2019, 1, 1)
DEFAULTS: Decisions = {
    Regional.LABEL_HOURS: (Dated(LABEL_OF_2019, 15),),
    Regional.LABEL_STATIONS: (Dated(LABEL_OF_2019, 6),),
}
"""What the label asked for in 2019. A decision that is stored takes their place from its day on."""
IDLE_RULES = (3, 5, 10, 15)
HOURS_OF_WEEK = 168


def in_force(decisions: Decisions, which: Regional, day: dt.date) -> Dated | None:
    """The decision that holds on a day; None before the first."""
    known = {each.valid_from: each for each in (*DEFAULTS.get(which, ()), *decisions.get(which, ()))}
    return max((each for since, each in known.items() if since <= day), default=None)


def read_value(which: Regional, text: str) -> int:
    """What somebody decided; raises Mistake."""
    if which is Regional.LIFTED:
        return int(read_yes(text))
    value = read_count(text)
    if which is Regional.IDLE_RULE and value not in IDLE_RULES:
        raise Mistake(N_("The idle rule is one of %(rules)s minutes."), rules=", ".join(map(str, IDLE_RULES)))
    if which is Regional.LABEL_HOURS and value > HOURS_OF_WEEK:
        raise Mistake(N_("A week has %(hours)s hours; write a smaller number."), hours=HOURS_OF_WEEK)
    return value
