"""Part B of the catalogue: what is known of the use of a site's measured stations in one period.

Sessions belong to the quarter-hour in which they start, their time to those in which it passes (`rollups`). Everything
that may not be shown is left out before anything is added up; what remains then reads "at least".
"""

from fractions import Fraction

from collector.domain import cells
from collector.domain.calendar import SLOT_SECONDS
from collector.domain.cells import Cell, Status
from collector.domain.offer import EVERY, OPEN, TIMED, SlotKind
from collector.domain.tally import Tally

IDLE_RULES_MINUTES = (3, 5, 10, 15)
BANDS = ("0_1", "1_5", "5_15", "15_30", "30_60", "60_120", "120_more")
"""Minutes; a length is at least the first and less than the second."""
WITHIN = (*OPEN, SlotKind.BEFORE)
"""Where the sessions of B1 start."""
OUTSIDE = (SlotKind.BEFORE, SlotKind.CLOSED)
"""Where the hours of B2x pass."""
SECONDS_OF_HOUR = 3600


def use(found: Tally, limit: Fraction) -> dict[str, Cell]:
    """The figures of one period, but for the week profile, the method and the annual estimate.

    `limit` is the coverage below which a count is marked.
    """
    every, shown = found.over(OPEN), found.over(OPEN, shown=True)
    early = found.over([SlotKind.BEFORE], shown=True)
    starts = shown.starts + early.starts
    empty = _empty(found, starts)
    low = every.seconds_in_service > 0 and Fraction(every.seconds_known(), every.seconds_in_service) < limit
    partly = found.is_partly_confidential()
    less = low or partly
    upper = shown.records_upper_bound > 0

    def value(count: int, *, at_least: bool = less, at_most: bool = False) -> Cell:
        return empty or cells.counted(count, at_least=at_least, at_most=at_most)

    sessions = value(starts)
    in_use, observed = shown.seconds_in_use, shown.seconds_observed
    made = {
        "B1": sessions,
        "B2": value(in_use, at_most=upper),
        # Where use may be too much, free is too little by as much.
        "B2.free": value(observed - in_use, at_least=less or upper),
        "B3": _occupancy(found, OPEN),
        **{f"B3.{kind}": _occupancy(found, [kind]) for kind in TIMED},
    }
    made |= _outside(found, limit)
    made |= _by_rule(found, sessions)
    made |= _rates(found, sessions, at_least=partly)
    made |= _lengths(found, made["B1"], made["B1x"])
    made |= _saturation(found, empty)
    return made | {"B8": value(shown.most_taken, at_least=partly or every.seconds_known() < every.seconds_in_service)}


def _empty(found: Tally, starts: int) -> Cell | None:
    """Why there is no value of use within opening hours; None where there is one.

    What was counted is a value in any case: such as sessions in the quarter of an hour before the first opening of the
    next month.
    """
    if starts:
        return None
    if found.is_closed():
        return cells.CLOSED
    if not found.over(OPEN).seconds_in_service:
        return cells.NOT_APPLICABLE
    shown = found.over(OPEN, shown=True)
    if not shown.seconds_in_service:
        return cells.CONFIDENTIAL
    return None if shown.seconds_known() else cells.UNKNOWN


def _occupancy(found: Tally, kinds: tuple[SlotKind, ...] | list[SlotKind]) -> Cell:
    """B3: of the known time, the share in use."""
    if found.is_closed():
        return cells.CLOSED
    if len(kinds) == 1 and not found.seconds(TIMED) and found.is_untimed():
        return cells.UNKNOWN
    if not found.over(kinds).seconds_in_service:
        return cells.NOT_APPLICABLE
    shown = found.over(kinds, shown=True)
    if not shown.seconds_in_service:
        return cells.CONFIDENTIAL
    known = shown.seconds_known()
    if not known:
        return cells.UNKNOWN
    return cells.counted(Fraction(shown.seconds_in_use, known), at_most=shown.records_upper_bound > 0)


def _outside(found: Tally, limit: Fraction) -> dict[str, Cell]:
    """B1x and B2x: what was used while the site was closed."""
    every, shown = found.over(OUTSIDE), found.over(OUTSIDE, shown=True)
    starts = found.over([SlotKind.CLOSED], shown=True).starts
    if not every.seconds_in_service:
        return dict.fromkeys(("B1x", "B2x"), cells.NOT_APPLICABLE)
    if not shown.seconds_in_service:
        return dict.fromkeys(("B1x", "B2x"), cells.CONFIDENTIAL)
    seconds = shown.seconds_in_use
    if not (shown.seconds_known() or starts or seconds):
        return dict.fromkeys(("B1x", "B2x"), cells.UNKNOWN)
    less = (
        Fraction(every.seconds_known(), every.seconds_in_service) < limit
        or shown.seconds_in_service < every.seconds_in_service
    )
    return {
        "B1x": cells.counted(starts, at_least=less),
        "B2x": cells.counted(seconds, at_least=less, at_most=shown.records_upper_bound > 0),
    }


def _by_rule(found: Tally, sessions: Cell) -> dict[str, Cell]:
    """B1r: the same sessions under each idle rule, where sessions end by one."""
    names = [f"B1r.{minutes}" for minutes in IDLE_RULES_MINUTES]
    shown = found.over(WITHIN, shown=True)
    if sessions.status is Status.VALUE and not shown.records_activity:
        return dict.fromkeys(names, cells.NOT_APPLICABLE)
    if sessions.status is not Status.VALUE:
        return dict.fromkeys(names, sessions)
    return {
        name: cells.counted(starts, at_least=sessions.at_least)
        for name, starts in zip(names, shown.starts_by_rule(), strict=True)
    }


def _rates(found: Tally, sessions: Cell, *, at_least: bool) -> dict[str, Cell]:
    """B4 and B5: sessions as if all were known, by station and by opening hour."""
    if sessions.value is None:
        return {"B4": sessions, "B5": sessions}
    whole, every = found.over(EVERY), found.over(OPEN)
    if not every.seconds_known():
        return {"B4": cells.UNKNOWN, "B5": cells.UNKNOWN}
    coverage = Fraction(every.seconds_known(), every.seconds_in_service)
    stations = Fraction(whole.seconds_installed, whole.seconds)
    hours = Fraction(found.seconds(TIMED), SECONDS_OF_HOUR)
    return {
        "B4": cells.counted(sessions.value / (stations * coverage), at_least=at_least),
        "B5": cells.UNKNOWN
        if found.is_untimed()
        else cells.counted(sessions.value / (hours * coverage), at_least=at_least),
    }


def _lengths(found: Tally, within: Cell, outside: Cell) -> dict[str, Cell]:
    """B6: all sessions by length, B1 and B1x together; those without a known length stand apart."""
    names = [f"B6.{band}" for band in (*BANDS, "unknown", "median")]
    if within.value is None and outside.value is None:
        empty = within if within.status is not Status.NOT_APPLICABLE else outside
        return dict.fromkeys(names, empty)
    kinds = [*(WITHIN if within.value is not None else ()), *([SlotKind.CLOSED] if outside.value is not None else [])]
    official = found.over(kinds, shown=True)
    less = within.at_least or outside.at_least or Status.UNKNOWN in {within.status, outside.status}
    lengths = official.lengths()
    known = sum(lengths)
    made = {f"B6.{band}": cells.counted(count, at_least=less) for band, count in zip(BANDS, lengths, strict=True)}
    made["B6.unknown"] = cells.counted(official.starts - known, at_least=less)
    return made | {"B6.median": cells.counted(median_band(lengths)) if known else cells.NOT_APPLICABLE}


def median_band(lengths: tuple[int, ...]) -> int:
    """The number of the band that holds rank ⌈n/2⌉ of n known lengths."""
    rank = (sum(lengths) + 1) // 2
    for band, count in enumerate(lengths):
        rank -= count
        if rank <= 0:
            return band
    raise ValueError("no length is known")


def _saturation(found: Tally, empty: Cell | None) -> dict[str, Cell]:
    """B7: of the open slots of free access of which everything is known, those in which every station was taken."""
    names = ("B7.share", "B7.longest")
    if empty is not None:
        return dict.fromkeys(names, empty)
    if not found.seconds(TIMED):
        return dict.fromkeys(names, cells.UNKNOWN if found.is_untimed() else cells.CLOSED)
    free = [SlotKind.FREE_ACCESS]
    every, shown = found.over(free), found.over(free, shown=True)
    if not every.seconds_in_service:
        return dict.fromkeys(names, cells.NOT_APPLICABLE)
    if not shown.seconds_in_service:
        return dict.fromkeys(names, cells.CONFIDENTIAL)
    known = shown.slots_known
    if not known:
        return dict.fromkeys(names, cells.UNKNOWN)
    return {
        "B7.share": cells.counted(Fraction(shown.slots_saturated, known)),
        "B7.longest": cells.counted(
            shown.longest * SLOT_SECONDS,
            at_least=known * SLOT_SECONDS < every.seconds,
        ),
    }
