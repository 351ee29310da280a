"""Who may see what: the one place that decides whether a figure of use leaves the collector."""

from collector.domain.disclosure.use import FEWEST_STATIONS, use_may_be_shown

__all__ = ["FEWEST_STATIONS", "use_may_be_shown"]
