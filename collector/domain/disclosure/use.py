"""Who may see what: the one place that decides whether a figure of use leaves the collector.

Page, CSV, JSON and API all take their figures from `collector.domain.statistics`, which asks here.
"""

FEWEST_STATIONS = 2
"""Nobody sees the use of a single station (first promise of design.md)."""


def use_may_be_shown(stations_installed: int, *, demonstration: bool) -> bool:
    """Whether sessions and hours of use of a stretch of time may be shown, to whomever.

    A demonstration site is the computer of whoever looks at it; its pages say so. That a station is on, off or
    silent may always be shown, and so may coverage, which follows from it.
    """
    return demonstration or stations_installed >= FEWEST_STATIONS
