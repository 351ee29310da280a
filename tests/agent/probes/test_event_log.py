"""What Windows' logs tell of stops and updates."""

import struct

import pytest

from agent.errors import NoData
from agent.probes.base import Surroundings
from agent.probes.event_log import (
    ERRORS,
    POWER,
    UPDATE_CLIENT,
    Told,
    last_days,
    outcome_of,
    question,
    seconds_of,
    stop_in,
    update_in,
)

AT = 1_760_090_000
TIME = "2025-10-10T09:53:20.1234567Z"


def event(source: str, number: int, **data: str) -> str:
    inner = "".join(f'<Data Name="{name}">{value}</Data>' for name, value in data.items())
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        f"<Provider Name='{source}'/><EventID>{number}</EventID><TimeCreated SystemTime='{TIME}'/></System>"
        f"<EventData>{inner}</EventData></Event>"
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (event(POWER, 41, BugcheckCode="0", PowerButtonTimestamp="0"), "unclean"),
        (event(POWER, 41, BugcheckCode="159"), "crash"),
        (event(POWER, 41), "unclean"),
        (event(ERRORS, 1001, param1="0x0000009f"), "crash"),
    ],
)
def test_a_stop_is_a_crash_where_windows_names_its_failure(text: str, kind: str) -> None:
    assert stop_in(text) == (kind, AT)


@pytest.mark.parametrize(
    "text", ["", "<Event/>", event(POWER, 42), event("Other", 41), event(POWER, 41).replace(TIME, "now")]
)
def test_another_event_or_a_damaged_one_is_no_stop(text: str) -> None:
    assert stop_in(text) is None
    assert update_in(text) is None


def test_a_search_tells_how_many_it_found_and_an_installation_one() -> None:
    assert update_in(event(UPDATE_CLIENT, 26, updateCount="3")) == Told(AT, 26, 3)
    assert update_in(event(UPDATE_CLIENT, 19, updateTitle="KB5031455")) == Told(AT, 19, 1)
    assert update_in(event(UPDATE_CLIENT, 26)) is None
    assert update_in(event(UPDATE_CLIENT, 44)) is None


def test_what_was_installed_since_the_last_search_waits_no_more() -> None:
    told = [Told(AT - 900, 26, 9), Told(AT, 26, 3), Told(AT - 50, 19, 1), Told(AT + 60, 19, 1)]
    first = outcome_of(told, Surroundings())
    assert (first.reading.pending, first.reading.security, first.reading.since_seconds) == (2, None, AT)
    assert (first.reading.searched_at_seconds, first.reading.installed_at_seconds) == (AT, AT + 60)
    later = outcome_of([*told, Told(AT + 900, 26, 2)], Surroundings(previous=first.remember))
    assert later.reading.since_seconds == AT
    done = outcome_of([Told(AT, 26, 1), Told(AT + 1, 19, 1)], Surroundings(previous=first.remember))
    assert (done.reading.pending, done.reading.since_seconds, done.remember) == (0, None, {})


def test_without_a_search_nobody_knows_what_waits() -> None:
    with pytest.raises(NoData):
        outcome_of([Told(AT, 19, 1)], Surroundings())


def test_a_question_names_sources_numbers_and_a_time() -> None:
    asked = question({POWER: (41,), ERRORS: (1001,)}, last_days(7))
    assert asked == (
        f"*[System[((Provider[@Name='{POWER}'] and (EventID=41)) or (Provider[@Name='{ERRORS}'] and (EventID=1001)))"
        " and TimeCreated[timediff(@SystemTime) <= 604800000]]]"
    )


def test_the_time_of_windows_is_seconds_since_1970() -> None:
    assert seconds_of(struct.pack("<Q", (AT + 11_644_473_600) * 10_000_000)) == AT
    assert [seconds_of(text) for text in (b"", b"\0" * 8, b"\xff" * 8, b"\0" * 9)] == [None] * 4
