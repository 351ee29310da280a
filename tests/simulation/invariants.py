"""What must hold at the end of a world, whatever happened in it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from collector.storage import models
from tests.simulation.collector import SITE_ID, SimulatedCollector
from tests.simulation.truth import RULES_MINUTES, SLOT, Expected


class Counted(NamedTuple):
    """What the collector holds of one station; by rule, then by run and slot."""

    starts: list[dict[tuple[str, int], int]]
    use: list[dict[tuple[str, int], int]]
    lengths: list[dict[int, list[int]]]
    on: dict[tuple[str, int], int]
    observed: dict[tuple[str, int], int]
    revisions: dict[tuple[str, str, int], int]


def counted(collector: SimulatedCollector, station: int) -> Counted:
    """The facts of one station."""
    result = Counted(
        [{} for _ in RULES_MINUTES],
        [{} for _ in RULES_MINUTES],
        [defaultdict(lambda: [0] * 7) for _ in RULES_MINUTES],
        {},
        {},
        {},
    )
    columns = [column.name for column in models.slot_record.columns]
    for values in collector.rows(models.slot_record):
        row = dict(zip(columns, values, strict=True))
        if row["station_id"] != station:
            continue
        key = (row["run_id"], row["slot"])
        result.revisions["slots", *key] = row["revision"]
        result.on[key] = row["seconds_on"]
        result.observed[key] = row["seconds_observed"]
        for rule, minutes in enumerate(RULES_MINUTES):
            result.starts[rule][key] = row[f"starts_{minutes}"]
            result.use[rule][key] = row[f"seconds_in_use_{minutes}"]
            for at, length in enumerate(row[f"lengths_{minutes}"].split()):
                result.lengths[rule][row["slot"]][at] += int(length)
    for name, table in (("runs", models.run), ("undated", models.undated_record)):
        columns = [column.name for column in table.columns]
        for values in collector.rows(table):
            row = dict(zip(columns, values, strict=True))
            if row["station_id"] == station:
                result.revisions[name, row["run_id"], -1] = row["revision"]
    return result


def differences(who: str, what: str, right: Mapping[object, object], found: Mapping[object, object]) -> Iterable[str]:
    """Where two counts differ; a count that is missing is zero."""
    for key in sorted({*right, *found}, key=str):
        wanted, got = right.get(key), found.get(key)
        if wanted != got and any(_numbers(wanted)) | any(_numbers(got)):
            yield f"{who}: {what} {key}: {got} counted, {wanted} true"


def _numbers(value: object) -> list[int]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, int) else []


def compare(who: str, right: Expected, found: Counted) -> Iterable[str]:
    """Counts equal the truth, slot by slot, run by run, rule by rule."""
    for rule, minutes in enumerate(RULES_MINUTES):
        yield from differences(who, f"starts under {minutes} min in", right.starts[rule], found.starts[rule])  # type: ignore[arg-type]
        yield from differences(who, f"seconds in use under {minutes} min in", right.use[rule], found.use[rule])  # type: ignore[arg-type]
        yield from differences(who, f"lengths under {minutes} min in", right.lengths[rule], found.lengths[rule])  # type: ignore[arg-type]
    yield from differences(who, "seconds on in", right.on, found.on)  # type: ignore[arg-type]
    yield from differences(who, "seconds observed in", right.observed, found.observed)  # type: ignore[arg-type]


def acknowledged(who: str, said: Mapping[tuple[str, str, str, int], int], found: Counted) -> Iterable[str]:
    """What the collector said it holds is there, in that revision or a later one."""
    for (station, kind, run_id, slot), revision in said.items():
        if station == who and found.revisions.get((kind, run_id, slot), 0) < revision:
            held = found.revisions.get((kind, run_id, slot), 0)
            yield f"{who}: acknowledged and lost: {kind} {run_id} {slot}: revision {revision} said, {held} held"


def site_slots(collector: SimulatedCollector, stations: Mapping[str, Expected]) -> Iterable[str]:
    """The site's figures are the sums over its stations, each clipped at a quarter of an hour."""
    right: dict[tuple[str, int, int], int] = defaultdict(int)
    for expected in stations.values():
        for rule, minutes in enumerate(RULES_MINUTES):
            for (_, slot), starts in expected.starts[rule].items():
                right["starts", minutes, slot] += starts
            for slot, seconds in by_slot(expected.use[rule]).items():
                right["seconds_in_use", minutes, slot] += min(SLOT, seconds)
    columns = [column.name for column in models.site_slot.columns]
    found: dict[tuple[str, int, int], int] = {}
    for values in collector.rows(models.site_slot):
        row = dict(zip(columns, values, strict=True))
        for minutes in RULES_MINUTES:
            for name in ("starts", "seconds_in_use"):
                found[name, minutes, row["slot"]] = row[f"{name}_{minutes}"]
                if name == "seconds_in_use" and row[f"{name}_{minutes}"] > SLOT * len(stations):
                    yield f"site {SITE_ID} slot {row['slot']} is longer than a quarter of an hour"
    yield from differences("site", "figure", right, found)  # type: ignore[arg-type]


def by_slot(by_run: Mapping[tuple[str, int], int]) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for (_, slot), value in by_run.items():
        sums[slot] += value
    return sums
