"""Counts a log a second time, in another way: whole timelines of one station, nothing kept from row to row but lists.

Written from the statistics' text ("Sessions: the rule") and from the readings that replay_station.py tells, to be
compared with what the counter comes to. Slow, and only for tests.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

RULES = (3, 5, 10, 15)
BANDS = (0, 1, 5, 15, 30, 60, 120)
TWELVE_HOURS = 43_200
BRUSSELS = ZoneInfo("Europe/Brussels")

Happening = tuple[int, str]
Interval = tuple[int, int]


class Piece:
    """A stretch of time in which somebody can use the station, and the inputs in it."""

    def __init__(self, start: int, *, woken: bool) -> None:
        self.start = start
        self.end = start
        self.woken = woken
        """Whether it began because the computer woke."""
        self.inputs: list[int] = []


class Session(NamedTuple):
    start: int
    use: list[Interval]


class Counted(NamedTuple):
    """By local month."""

    sessions: dict[tuple[int, str], int]
    """By rule and month."""
    seconds_in_use: dict[tuple[int, str], int]
    bands: dict[tuple[int, str], int]
    """By lower bound in minutes and month, under the rule of 10 minutes."""
    observed: dict[str, int]


def count(happenings: Sequence[Happening]) -> Counted:
    events = {event for _, event in happenings}
    presence = "input" in events
    log_ons = bool(events & {"logon", "logoff"})
    counted = Counted({}, {}, {}, {})
    for start, end, rows in lives(happenings):
        visits, awake = (visits_of if log_ons else desktop_of)(start, end, rows)
        if log_ons or presence:
            for interval in awake:
                spread(counted.observed, interval)
        for rule in RULES:
            for visit in visits:
                found = sessions_of(visit, rule * 60, presence=presence) if log_ons else runs_of(visit, rule * 60)
                for session in found:
                    add(counted, rule, session)
    return counted


def lives(happenings: Sequence[Happening]) -> list[tuple[int, int, list[Happening]]]:
    """From when to when the station was on, and what happened meanwhile."""
    found: list[tuple[int, int, list[Happening]]] = []
    began: int | None = None
    inside: list[Happening] = []
    for index, (at, event) in enumerate(happenings):
        if event == "power_on":
            if began is not None:
                found.append((began, happenings[index - 1][0], inside))
            began, inside = at, []
        elif event in {"power_off", "power_lost"}:
            if began is not None:
                found.append((began, at, inside))
            began, inside = None, []
        else:
            began = at if began is None else began
            inside.append((at, event))
    if began is not None:
        found.append((began, happenings[-1][0], inside))
    return found


def awake_of(start: int, end: int, rows: Iterable[Happening]) -> list[Interval]:
    """When the station was on and not suspended."""
    awake = [[start, end]]
    asleep = False
    for at, event in rows:
        if event == "suspend" and not asleep:
            awake[-1][1] = at
        elif event != "suspend" and asleep:
            awake.append([at, end])
        asleep = event == "suspend"
    return [(a, b) for a, b in awake]


def visits_of(start: int, end: int, rows: Sequence[Happening]) -> tuple[list[list[Piece]], list[Interval]]:
    """The log-ons of one life, each as the pieces between its pauses; and when the station was awake."""
    visits: list[list[Piece]] = []
    logged_on = locked = False
    piece: Piece | None = None
    slept = False
    for at, event in rows:
        woken, slept = slept and logged_on, event == "suspend"
        if event == "logon" and not logged_on:
            logged_on = True
            visits.append([])
        # Locked until it is unlocked, or somebody logs on or off.
        locked = (locked or event == "lock") and logged_on and event not in {"logon", "unlock", "logoff"}
        pause = locked or event in {"suspend", "logoff"}
        if piece is not None and pause:
            piece.end = at
            piece = None
        logged_on = logged_on and event != "logoff"
        if piece is None and logged_on and not pause:
            piece = Piece(at, woken=woken)
            visits[-1].append(piece)
        if piece is not None and event == "input":
            piece.inputs.append(at)
    if piece is not None:
        piece.end = end
    # In the second of waking nobody can have come back yet.
    visits = [
        [each for each in visit if each.end > each.start or each.inputs or not each.woken or each is visit[0]]
        for visit in visits
    ]
    return visits, awake_of(start, end, rows)


def desktop_of(start: int, end: int, rows: Sequence[Happening]) -> tuple[list[list[Piece]], list[Interval]]:
    """A station that is always logged on: one log-on from its start."""
    return visits_of(start, end, [(start, "logon"), *rows])


def sessions_of(visit: Sequence[Piece], gap: int, *, presence: bool) -> list[Session]:
    """One log-on is one session, unless a pause is as long as the rule."""
    sessions = [Session(visit[0].start, [])] if visit else []
    runs = bool(visit)
    for index, piece in enumerate(visit):
        points = [piece.start, *piece.inputs, piece.end]
        if index and piece.start - visit[index - 1].end >= gap:
            runs = False
        if not runs and not presence:
            sessions.append(Session(piece.start, []))
            runs = True
        elif not runs and piece.inputs:
            sessions.append(Session(piece.inputs[0], []))
            points = [*piece.inputs, piece.end]
            runs = True
        if runs:
            sessions[-1].use.extend((a, b) for a, b in pairwise(points) if not presence or b - a < gap)
    return sessions


def runs_of(desktop: Sequence[Piece], gap: int) -> list[Session]:
    """Activity: input without a gap as long as the rule; lock and suspend end a run."""
    sessions: list[Session] = []
    for piece in desktop:
        last: int | None = None
        for at in piece.inputs:
            if last is not None and at - last < gap:
                sessions[-1].use.append((last, at))
            else:
                sessions.append(Session(at, []))
            last = at
        if last is not None and piece.end - last < gap:
            sessions[-1].use.append((last, piece.end))
    return sessions


def add(counted: Counted, rule: int, session: Session) -> None:
    month = month_of(session.start)
    counted.sessions[rule, month] = counted.sessions.get((rule, month), 0) + 1
    left = TWELVE_HOURS
    by_month: dict[str, int] = {}
    for start, end in session.use:
        spread(by_month, (start, start + min(left, end - start)))
        left -= min(left, end - start)
    for name, seconds in by_month.items():
        counted.seconds_in_use[rule, name] = counted.seconds_in_use.get((rule, name), 0) + seconds
    if rule == 10:
        length = TWELVE_HOURS - left
        band = max(lower for lower in BANDS if length >= lower * 60)
        counted.bands[band, month] = counted.bands.get((band, month), 0) + 1


def spread(by_month: dict[str, int], interval: Interval) -> None:
    at, end = interval
    while at < end:
        edge = min(end, at - at % 3600 + 3600)
        month = month_of(at)
        by_month[month] = by_month.get(month, 0) + edge - at
        at = edge


def month_of(at: int) -> str:
    return datetime.fromtimestamp(at, tz=BRUSSELS).strftime("%Y-%m")
