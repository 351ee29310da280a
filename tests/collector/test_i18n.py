import datetime as dt
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from collector.i18n import choose_language, load_languages

LANGUAGES = load_languages()
FR, NL, EN = LANGUAGES["fr"], LANGUAGES["nl"], LANGUAGES["en"]


@pytest.mark.parametrize(
    ("explicit", "account", "header", "language"),
    [
        ("nl", "fr", "en", "nl"),
        ("", "fr", "nl", "fr"),
        ("xx", "yy", "nl-BE,nl;q=0.9,fr;q=0.8", "nl"),
        ("", "", "de, fr-BE;q=0.7, en;q=0.3", "fr"),
        ("", "", "de", "en"),
        ("", "", "", "en"),
        ("", "", "nl;q=0, fr;q=0.1", "fr"),
        ("", "", "fr;q=nan,../../etc;q=1,nl;q=0.2", "nl"),
        ("", "", "*;q=0.5," + "x" * 5000, "en"),
    ],
)
def test_the_language_is_what_was_asked_now_then_the_account_then_the_browser(
    explicit: str, account: str, header: str, language: str
) -> None:
    assert choose_language(explicit, account, header) == language


def test_numbers_follow_the_language() -> None:
    assert (EN.number(1234.5, 1), FR.number(1234.5, 1), NL.number(1234.5, 1)) == ("1,234.5", "1\u202f234,5", "1.234,5")


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (Fraction(0), "0%"),
        (Fraction(1, 1000), "1%"),
        (Fraction(4, 5), "80%"),
        (Fraction(999, 1000), "99%"),
        (1, "100%"),
    ],
)
def test_a_little_is_not_nothing_and_almost_all_is_not_all(share: Fraction, words: str) -> None:
    assert EN.percent(share) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 h"), (20, "1 min"), (3599, "59 min"), (3600, "1 h"), (5400, "1.5 h"), (360_500, "100 h")],
)
def test_hours_are_minutes_while_there_is_less_than_one(seconds: int, words: str) -> None:
    assert EN.hours(seconds).replace("\u00a0", " ") == words


def test_an_hour_is_an_uur_in_dutch() -> None:
    assert NL.hours(5400) == "1,5\u00a0u"


def test_bytes_are_octets_in_french() -> None:
    assert (FR.size(1536 * 1024**2), EN.size(250 * 1024**3)) == ("1,5\u00a0Go", "250\u00a0GB")


def test_dates_and_times_are_local() -> None:
    brussels = ZoneInfo("Europe/Brussels")
    assert FR.date(dt.date(2026, 11, 22)) == "22 novembre 2026"
    assert NL.month(dt.date(2026, 11, 22)) == "november 2026"
    assert EN.moment(1795353600, brussels) == "22 Nov 2026, 14:20"


def test_french_treats_zero_as_singular() -> None:
    words = FR.ngettext("%(shown)s computer waits for approval", "%(shown)s computers wait for approval", 0)
    assert words == "%(shown)s ordinateur attend une approbation"
