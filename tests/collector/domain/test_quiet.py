"""Three words and nothing finer, half an hour late."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.domain.quiet import FEWEST_STATIONS, Quietness, how_busy, window
from collector.domain.register import Opening, OpeningKind
from collector.domain.site_slots import SiteSlot

NOW = 1_795_353_600 + 1200  # Sunday 22 November 2026, 13:40 UTC
LIMIT = Fraction(4, 5)
HALF_HOUR = window(NOW)
ALL_DAY = [Opening(HALF_HOUR.start - 20, HALF_HOUR.stop + 20, OpeningKind.FREE_ACCESS)]


def slot(in_use: int, *, stations: int = 6, known: int | None = None) -> SiteSlot:
    """So many seconds of use; `known` seconds in all where it is not the whole time."""
    observed = stations * 900 if known is None else known
    four = (in_use,) * 4
    return SiteSlot(stations, observed, observed, 0, stations, 0, 0, (stations,) * 4, four, four, four, ("",) * 4)


def word(*uses: int, **given: int) -> Quietness | None:
    slots = {number: slot(use, **given) for number, use in zip(HALF_HOUR, uses, strict=True)}
    return how_busy(NOW, ALL_DAY, slots, 2, LIMIT)


def test_at_twenty_to_two_it_tells_of_half_past_twelve_to_one() -> None:
    assert (NOW - HALF_HOUR.stop * 900, NOW - HALF_HOUR.start * 900) == (40 * 60, 70 * 60)


@pytest.mark.parametrize(
    ("stations_in_use", "said"),
    [(0, "quiet"), (1, "quiet"), (2, "moderate"), (3, "moderate"), (4, "busy"), (6, "busy")],
)
def test_each_word_covers_a_third_of_the_stations(stations_in_use: int, said: str) -> None:
    assert word(stations_in_use * 900, stations_in_use * 900) == said


def test_the_half_hour_is_one_figure() -> None:
    assert word(0, 6 * 900) == "moderate"


def test_with_five_stations_nothing_is_said() -> None:
    assert word(900, 900, stations=FEWEST_STATIONS - 1) is None


def test_where_too_little_is_known_nothing_is_said() -> None:
    assert word(900, 900, known=4400) == "quiet"
    assert word(900, 900, known=4300) is None


def test_a_quarter_of_an_hour_that_is_missing_makes_no_word() -> None:
    assert how_busy(NOW, ALL_DAY, {HALF_HOUR[0]: slot(900)}, 2, LIMIT) is None


@pytest.mark.parametrize(
    "openings",
    [
        [],
        [Opening(HALF_HOUR.start, HALF_HOUR.stop, OpeningKind.FREE_ACCESS)],
        [Opening(HALF_HOUR.start + 1, HALF_HOUR.stop + 20, OpeningKind.FREE_ACCESS)],
        [Opening(HALF_HOUR.start, HALF_HOUR.stop + 20, OpeningKind.TRAINING)],
        [
            Opening(HALF_HOUR.start, HALF_HOUR.stop, OpeningKind.TRAINING),
            Opening(HALF_HOUR.stop, HALF_HOUR.stop + 20, OpeningKind.FREE_ACCESS),
        ],
        [
            Opening(HALF_HOUR.start, NOW // 900, OpeningKind.FREE_ACCESS),
            Opening(NOW // 900, NOW // 900 + 8, OpeningKind.TRAINING),
        ],
    ],
    ids=["never open", "closed by now", "opened since", "training", "was a training", "is a training by now"],
)
def test_closed_or_in_a_training_nothing_is_said(openings: list[Opening]) -> None:
    slots = {number: slot(900) for number in HALF_HOUR}
    assert how_busy(NOW, openings, slots, 2, LIMIT) is None


def test_accompanied_hours_are_for_visitors_too() -> None:
    openings = [ALL_DAY[0]._replace(kind=OpeningKind.ACCOMPANIED)]
    assert how_busy(NOW, openings, {number: slot(900) for number in HALF_HOUR}, 2, LIMIT) is Quietness.QUIET


USES = st.integers(0, 12 * 900)


@settings(max_examples=150)
@given(data=st.data(), seconds=st.integers(0, 3 * 3600), stations=st.integers(1, 12))
def test_nothing_finer_than_a_word_and_nothing_younger_than_half_an_hour_leaves(
    data: st.DataObject, seconds: int, stations: int
) -> None:
    now = NOW + seconds
    around = range(now // 900 - 24, now // 900 + 2)
    openings = [Opening(around.start, around.stop, OpeningKind.FREE_ACCESS)]
    slots = {
        number: slot(min(use, stations * 900), stations=stations)
        for number, use in zip(around, data.draw(st.lists(USES, min_size=26, max_size=26)), strict=True)
    }
    said = how_busy(now, openings, slots, 2, LIMIT)

    # One of three words, or none; none at all for few stations.
    assert said in {None, *Quietness}
    assert (said is None) == (stations < FEWEST_STATIONS)
    # What happened in the last 30 minutes, and outside one half-hour, changes nothing.
    young = data.draw(st.integers(0, 12 * 900))
    told = {number for number in around if (number + 1) * 900 <= now - 1800}
    others = {number: each for number, each in slots.items() if number in window(now)}
    changed = others | {number: slot(young, stations=12) for number in around if number not in told}
    assert how_busy(now, openings, changed, 2, LIMIT) is said
    # The word is the same from one half-hour of the clock to the next.
    same = now // 1800 * 1800 + data.draw(st.integers(0, 1799))
    assert how_busy(same, openings, slots, 2, LIMIT) is said
    # A single station, used all the time or not at all, can move the word by one step at most.
    if said is not None:
        words = list(Quietness)
        used = {
            number: slot(min(each.seconds_in_use[2] + 900, stations * 900), stations=stations)
            for number, each in slots.items()
        }
        other = how_busy(now, openings, used, 2, LIMIT)
        assert other is not None
        assert words.index(other) - words.index(said) in {0, 1}
