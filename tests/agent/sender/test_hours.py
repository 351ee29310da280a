"""Contacts of the last two days, by hour."""

from agent.sender.hours import HOURS_KEPT, Tried, noted

HOUR = 488_914
NOW = HOUR * 3600 + 120


def test_contacts_of_one_hour_add_up() -> None:
    hours = noted([], NOW, failed=False, without_gateway=False)
    hours = noted(hours, NOW + 600, failed=True, without_gateway=False)
    hours = noted(hours, NOW + 1200, failed=True, without_gateway=True)
    assert hours == [Tried(HOUR, 3, 2, 1)]


def test_a_contact_that_came_through_needs_no_router() -> None:
    assert noted([], NOW, failed=False, without_gateway=True) == [Tried(HOUR, 1, 0, 0)]


def test_what_lies_more_than_two_days_back_or_ahead_or_is_damaged_is_dropped() -> None:
    kept = [HOUR - HOURS_KEPT, 1, 1, 0]
    hours = noted(
        [[HOUR - HOURS_KEPT - 1, 1, 1, 0], kept, [HOUR + 1, 1, 1, 0], [5], [1, 1, 1, 1, 1]],
        NOW,
        failed=False,
        without_gateway=False,
    )
    assert hours == [Tried(*kept), Tried(HOUR, 1, 0, 0)]
