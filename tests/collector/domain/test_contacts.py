"""Which quarter-hours were heard of in time, and what follows for the internet of a site."""

import datetime as dt
from fractions import Fraction

import pytest

from collector.domain import calendar as local
from collector.domain.cells import CLOSED, NOT_APPLICABLE, UNKNOWN, counted
from collector.domain.contacts import Contact, contact_of
from collector.domain.offer import Life
from collector.domain.register import Calendar
from tests.collector.domain.small_site import ZONE, SmallSite, fact, timetable

RUN = "a"
SLOT = 1000
AT = SLOT * 900
MONDAY = local.day(dt.date(2026, 2, 2), ZONE)
TEN = MONDAY.first_slot + 40
OPEN_FROM_10_TO_15 = Calendar((timetable(10, 15),))


def on(*slots: int) -> set[tuple[str, int]]:
    return {(RUN, slot) for slot in slots}


@pytest.mark.parametrize(
    ("received_at", "followed_by", "expected"),
    [
        (AT + 5, on(), Contact.MADE),
        (AT + 1800, on(SLOT, SLOT + 1), Contact.MADE),
        # A tenth later than asked, and a minute on the way.
        (AT + 1800 + 180 + 60, on(SLOT, SLOT + 1), Contact.MADE),
        (AT + 1800 + 180 + 61, on(SLOT, SLOT + 1), Contact.FAILED),
        # Switched off before the contact was due, or on again as another run.
        (AT + 86_400, on(SLOT), Contact.NONE_DUE),
        (AT + 86_400, {(RUN, SLOT), ("b", SLOT + 1)}, Contact.NONE_DUE),
    ],
)
def test_a_slot_is_heard_of_in_time_within_one_interval(
    received_at: int, followed_by: set[tuple[str, int]], expected: Contact
) -> None:
    assert contact_of(SLOT, RUN, received_at, followed_by) is expected


def test_with_an_hour_between_contacts_more_has_to_follow() -> None:
    assert contact_of(SLOT, RUN, AT + 3600, on(), 3600) is Contact.MADE
    assert contact_of(SLOT, RUN, AT + 7200, on(SLOT, SLOT + 1, SLOT + 2), 3600) is Contact.NONE_DUE
    assert contact_of(SLOT, RUN, AT + 7200, on(SLOT, SLOT + 1, SLOT + 2, SLOT + 3), 3600) is Contact.FAILED


def test_one_contact_that_failed_is_two_quarter_hours() -> None:
    """On from 0:00 to 1:15, contacts at 0:01 and, each a little later than asked, 1:05; the one between failed."""
    reached = [AT + 60, AT + 3900]
    slots = range(SLOT, SLOT + 5)
    came = [min(at for at in reached if at >= slot * 900) for slot in slots[:-1]]
    found = [contact_of(slot, RUN, at, on(*slots)) for slot, at in zip(slots, came, strict=False)]
    assert found == [Contact.MADE, Contact.FAILED, Contact.FAILED, Contact.MADE]


def test_the_availability_of_internet_is_of_opening_hours_and_of_stations_in_service() -> None:
    heard = {0: (Contact.MADE, Contact.FAILED), 1: (Contact.MADE, Contact.NONE_DUE), 30: (Contact.FAILED,) * 2}
    facts = {
        TEN + after: [fact(number, 0)._replace(contact=what) for number, what in enumerate(each, 1)]
        for after, each in heard.items()
    }
    two = (Life(1, 0, None), Life(2, 0, None))
    found = SmallSite(OPEN_FROM_10_TO_15, two, facts=facts).figures(MONDAY)
    assert found["E4"] == counted(Fraction(2, 3))
    unheard = SmallSite(OPEN_FROM_10_TO_15, two).figures
    assert unheard(MONDAY)["E4"] == UNKNOWN
    assert unheard(local.day(dt.date(2026, 2, 1), ZONE))["E4"] == CLOSED
    off = {TEN + after: {1: 900, 2: 900} for after in range(20)}
    assert SmallSite(OPEN_FROM_10_TO_15, two, off=off).figures(MONDAY)["E4"] == NOT_APPLICABLE


def test_of_two_runs_of_one_station_the_one_that_was_heard_of_counts() -> None:
    both = [fact(1, 0)._replace(contact=what) for what in (Contact.FAILED, Contact.MADE)]
    [row] = SmallSite(OPEN_FROM_10_TO_15, (Life(1, 0, None),), facts={TEN: both}).rows().values()
    assert (row.contacts_due, row.contacts_made) == (1, 1)
