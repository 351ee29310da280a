"""What a replay tells: the figures by month and station, whether the collector holds the same, and what was odd."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from agent.wire.figures import IDLE_RULES_MINUTES
from tests.simulation.replay_months import BANDS, NOTHING, Figures, name_of, told
from tests.simulation.replay_notes import Notes
from tests.simulation.replay_station import Station

NAMES = (
    "seconds observed",
    "seconds on",
    *[f"sessions under the rule of {minutes} minutes" for minutes in IDLE_RULES_MINUTES],
    *[f"seconds in use under the rule of {minutes} minutes" for minutes in IDLE_RULES_MINUTES],
    *[f"sessions of {band} minutes" for band in BANDS],
)
"""Of the places of `Figures`."""
REASONS = {
    "too_old": "older than the collector accepts (60 days): the end of a session that began before",
    "future": "in the future",
    "too_many_starts": "more sessions in one quarter-hour than the collector believes",
    "too_many_runs": "more runs in one day than the collector believes",
    "inconsistent": "at odds with themselves",
}


class Replayed(NamedTuple):
    """What a log came to."""

    stations: dict[str, Station]
    notes: Notes
    rows: int
    collected: dict[int, Figures] | None
    """The sums of the collector's site slots by month; None when only the counter ran."""
    envelopes: int
    left_out: dict[str, int]
    """Records that the collector did not take, by reason."""


def months_of(stations: dict[str, Station]) -> list[int]:
    return sorted({month for station in stations.values() for month in station.months.sums})


def by_month(replayed: Replayed) -> dict[str, Any]:
    """What OUT holds under "by_month"."""
    return {
        name_of(month): {
            name: told(
                sums,
                station.months.long.get(month, 0),
                method=station.method,
                presence_readable=station.presence_readable,
            )
            for name, station in sorted(replayed.stations.items())
            if (sums := station.months.sums.get(month)) is not None
        }
        for month in months_of(replayed.stations)
    }


def report(replayed: Replayed, site: str) -> tuple[list[str], bool]:
    """The lines for people, and whether the collector holds what the stations counted."""
    lines = [heading(), *table(replayed), ""]
    agrees = True
    if replayed.collected is not None:
        found, agrees = comparison(replayed, site)
        lines += found
    odd = replayed.notes.sentences()
    lines += odd or ["no row was out of order, unknown, unreadable or a repeat"]
    return lines, agrees


def heading() -> str:
    bands = "".join(f"{band:>8}" for band in BANDS)
    rules = "".join(f"{f'idle {minutes}':>9}" for minutes in IDLE_RULES_MINUTES)
    head = f"{'month':<8} {'station':<20} {'sessions':>9} {'seconds in use':>15}"
    return f"{head}{bands}{'12 h +':>8}{rules} {'observed':>10}"


def table(replayed: Replayed) -> Iterator[str]:
    """One line per month and station."""
    for month, stations in by_month(replayed).items():
        for name, figures in stations.items():
            printable = name.encode("ascii", "backslashreplace").decode()
            head = f"{month} {printable:<20} "
            if figures["sessions"] is None:
                yield f"{month:<8} {printable:<20}   unknown: no log-ons and no input in the log"
                continue
            head = f"{month:<8} {printable:<20} {figures['sessions']:>9} {figures['seconds_in_use']:>15}"
            bands = "".join(f"{count:>8}" for count in figures["by_length_band"].values())
            rules = "".join(f"{rule['sessions']:>9}" for rule in figures["by_idle_rule"].values())
            long = f"{figures['of_12_hours_or_more']:>8}"
            yield f"{head}{bands}{long}{rules} {figures['seconds_observed']:>10}"


def comparison(replayed: Replayed, site: str) -> tuple[list[str], bool]:
    """Whether the site slots add up to what the stations counted, month by month."""
    assert replayed.collected is not None
    lines = []
    for month, collected in replayed.collected.items():
        sums = [station.months.sums.get(month, NOTHING) for station in replayed.stations.values()]
        counted = [sum(column) for column in zip(*sums, strict=True)]
        lines += [
            f"{name_of(month)}: {name}: the stations counted {ours}, the collector holds {theirs}"
            for name, ours, theirs in zip(NAMES, counted, collected, strict=True)
            if ours != theirs
        ]
    months = len(replayed.collected)
    way = f"{replayed.envelopes} envelopes, {months} month{'s' if months != 1 else ''}"
    if not lines:
        lines = [f"the collector's site slots of {site} add up to the stations' own counts ({way})"]
        return lines, True
    left_out = [
        f"the collector left out {count} record{'s' if count != 1 else ''}: {REASONS.get(reason, reason)}"
        for reason, count in replayed.left_out.items()
    ]
    return [f"the collector's site slots of {site} differ from the stations' own counts ({way}):", *lines, *left_out], (
        bool(left_out)
    )
