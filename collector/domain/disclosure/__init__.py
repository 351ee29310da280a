"""Who may see what: the one place that decides whether a figure of use leaves the collector."""

from collector.domain.disclosure.audience import Audience, seen_by
from collector.domain.disclosure.audit import Failure, audit
from collector.domain.disclosure.control import control, pattern
from collector.domain.disclosure.rules import is_lifted
from collector.domain.disclosure.tables import NotATable, Tables
from collector.domain.disclosure.use import FEWEST_STATIONS, use_may_be_shown

__all__ = [
    "FEWEST_STATIONS",
    "Audience",
    "Failure",
    "NotATable",
    "Tables",
    "audit",
    "control",
    "is_lifted",
    "pattern",
    "seen_by",
    "use_may_be_shown",
]
