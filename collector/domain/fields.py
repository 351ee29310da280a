"""Reads what people write into forms and tables: days, clocks, counts, hours, shares. Raises Mistake.

Every reader has a writer, and reading what was written gives the same.
"""

import datetime as dt
import re
from collections.abc import Callable
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from collector.domain.calendar import EARLIEST_YEAR, LATEST_YEAR
from collector.domain.mistakes import N_, Mistake

LARGEST_COUNT = 10_000_000
SECONDS_OF_HOUR = 3600
HUNDREDTHS = 100
"""Of a per cent: 0.01 % is the finest share."""
WHOLE = 100 * HUNDREDTHS
MINUTES_OF_DAY = 1440

NOTHING = N_("Nothing is written here; fill it in.")

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})[:hHuU](\d{2})?", re.ASCII)
_COUNT = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d{1,9}", re.ASCII)
_DECIMAL = re.compile(r"(\d{1,7})(?:[.,](\d{1,2}))?", re.ASCII)
_DURATION = re.compile(r"(\d{1,6})[:hHuU](\d{2})(?::(\d{2}))?", re.ASCII)
_MOMENT = re.compile(r"(\S+)[T ]+(\d{1,2}:\d{2}(?::\d{2})?)([+-]\d{2}:\d{2})?", re.ASCII)
_YES = {"yes": True, "oui": True, "ja": True, "1": True, "no": False, "non": False, "nee": False, "0": False}
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = re.compile(r"[=@\t]|[+-](?![\d\s(])")

Value = TypeVar("Value")
Word = TypeVar("Word", bound=StrEnum)


def of_column(column: str, reader: Callable[..., Value], *values: Any, **given: Any) -> Value:
    """What a reader makes of values; a mistake names the column."""
    try:
        return reader(*values, **given)
    except Mistake as mistake:
        if mistake.values.get("text") == "":
            mistake.sentence, mistake.values = NOTHING, {}
        mistake.column = mistake.column or column
        raise


def read_text(text: str, most: int, *, needed: bool = False) -> str:
    """One line of at most so many characters."""
    text = text.strip()
    if needed and not text:
        raise Mistake(N_("A word is missing here."))
    if len(text) > most:
        raise Mistake(N_("“%(text)s…” is too long; %(most)s characters fit."), text=text[:20], most=most)
    if not text.isprintable():
        raise Mistake(N_("There is a character here that cannot be printed; write it again on one line."))
    if _FORMULA.match(text):
        raise Mistake(N_("“%(text)s” looks like a formula; begin with a letter or a digit."), text=text[:20])
    return text


def read_needed(text: str) -> str:
    """Whatever is written, as long as something is."""
    if not text.strip():
        raise Mistake(NOTHING)
    return text.strip()


def read_lines(text: str, most: int) -> str:
    """Several lines, of at most so many characters together."""
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if len(text) > most:
        raise Mistake(N_("“%(text)s…” is too long; %(most)s characters fit."), text=text[:20], most=most)
    if not text.replace("\n", "").replace("\t", "").isprintable():
        raise Mistake(N_("There is a character here that cannot be printed; write it again."))
    if _FORMULA.match(text):
        raise Mistake(N_("“%(text)s” looks like a formula; begin with a letter or a digit."), text=text[:20])
    return text


def read_day(text: str) -> dt.date:
    """A day as 2026-11-22, or as people write it here: 22/11/2026."""
    found = _DAY.fullmatch(text.strip())
    if found:
        year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
        try:
            date = dt.date(int(year), int(month), int(day))
        except ValueError:
            date = None
        if date is not None and EARLIEST_YEAR <= date.year < LATEST_YEAR:
            return date
    raise Mistake(N_("“%(text)s” is not a day; write it as 2026-11-22 or 22/11/2026."), text=text.strip()[:32])


def read_day_or_none(text: str) -> dt.date | None:
    return read_day(text) if text.strip() else None


def write_day(day: dt.date | None) -> str:
    return "" if day is None else day.isoformat()


def read_clock(text: str) -> int:
    """Minutes since midnight, from 00:00 to 24:00; also 9h30 and 9u30."""
    found = _CLOCK.fullmatch(text.strip())
    if found:
        minutes = int(found[1]) * 60 + int(found[2] or 0)
        if int(found[2] or 0) < 60 and minutes <= MINUTES_OF_DAY:  # noqa: PLR2004 - minutes of an hour
            return minutes
    raise Mistake(N_("“%(text)s” is not a time of day; write it as 09:30."), text=text.strip()[:32])


def read_interval(since: str, until: str) -> tuple[int, int]:
    """Minutes since midnight; what ends before it begins ends on the next day."""
    first, last = read_clock(since), read_clock(until)
    if first == MINUTES_OF_DAY:
        first = 0
    return first, last if first < last else last + MINUTES_OF_DAY


def write_clock(minutes: int) -> str:
    if minutes > MINUTES_OF_DAY:
        minutes -= MINUTES_OF_DAY
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def read_count(text: str) -> int:
    """A whole number, zero or more; thousands may be apart."""
    found = text.strip()
    if _COUNT.fullmatch(found):
        number = int(re.sub(r"\D", "", found))
        if number <= LARGEST_COUNT:
            return number
    raise Mistake(N_("“%(text)s” is not a whole number; write it in digits only, for example 1250."), text=found[:32])


def read_hours(text: str) -> int:
    """Seconds, from decimal hours with comma or point, or from hours and minutes as 1:30."""
    found = text.strip().replace("\u00a0", "").replace("\u202f", "")
    decimal, duration = _DECIMAL.fullmatch(found), _DURATION.fullmatch(found)
    if decimal:
        return int(Fraction(f"{decimal[1]}.{decimal[2] or 0}") * SECONDS_OF_HOUR)
    if duration and int(duration[2]) < 60 and int(duration[3] or 0) < 60:  # noqa: PLR2004 - of an hour, of a minute
        return int(duration[1]) * SECONDS_OF_HOUR + int(duration[2]) * 60 + int(duration[3] or 0)
    raise Mistake(N_("“%(text)s” is not a number of hours; write it as 1,5 or as 1:30."), text=found[:32])


def write_hours(seconds: int) -> str:
    """Decimal with a point where two digits tell it exactly, else as 1:20 or 1:20:05."""
    hundredths = Fraction(seconds * 100, SECONDS_OF_HOUR)
    if hundredths.denominator == 1:
        whole, rest = divmod(int(hundredths), 100)
        return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
    hours, rest = divmod(seconds, SECONDS_OF_HOUR)
    return f"{hours}:{rest // 60:02d}" + (f":{rest % 60:02d}" if rest % 60 else "")


def read_share(text: str) -> int:
    """Hundredths of a per cent, from “37 %” or “37,5”; never more than 100 %."""
    found = _DECIMAL.fullmatch(text.strip().removesuffix("%").strip())
    if not found:
        raise Mistake(N_("“%(text)s” is not a percentage; write it as 37 %%."), text=text.strip()[:32])
    share = int(Fraction(f"{found[1]}.{found[2] or 0}") * HUNDREDTHS)
    if share > WHOLE:
        raise Mistake(
            N_("%(text)s is more than 100 %%, which cannot be; correct it, or leave it empty where nobody knows."),
            text=text.strip(),
        )
    return share


def write_share(share: int) -> str:
    whole, rest = divmod(share, HUNDREDTHS)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def read_yes(text: str) -> bool:
    found = _YES.get(text.strip().casefold())
    if found is None:
        raise Mistake(N_("“%(text)s” is neither yes nor no; write one of them."), text=text.strip()[:32])
    return found


def read_word(text: str, words: type[Word]) -> Word:
    """One of our words, in any case and with blanks for underscores."""
    found = text.strip().casefold().replace(" ", "_")
    if found in set(words):
        return words(found)
    if not found:
        raise Mistake(N_("A word is missing here; write one of these: %(words)s."), words=", ".join(words))
    raise Mistake(
        N_("“%(text)s” is not one of these words: %(words)s."), text=text.strip()[:32], words=", ".join(words)
    )


def read_moment(text: str, zone: ZoneInfo) -> int:
    """Seconds since 1970-01-01 UTC, from a day and a time on the site's clock; an offset from UTC may follow."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise Mistake(N_("“%(text)s” is not a day and time; write it as 2026-11-22 09:30."), text=text.strip()[:40])
    day = read_day(found[1])
    try:
        clock = dt.time.fromisoformat(found[2].zfill(5) if found[2].count(":") == 1 else found[2].zfill(8))
        offset = dt.datetime.fromisoformat(f"2000-01-01T00:00{found[3]}").tzinfo if found[3] else zone
    except ValueError:
        raise Mistake(
            N_("“%(text)s” is not a day and time; write it as 2026-11-22 09:30."), text=text.strip()[:40]
        ) from None
    return int(dt.datetime.combine(day, clock, offset).timestamp())


def write_moment(seconds: int | None, zone: ZoneInfo) -> str:
    """On the site's clock, with the offset from UTC only where the clock shows the time twice."""
    if seconds is None:
        return ""
    moment = dt.datetime.fromtimestamp(seconds, zone)
    text = moment.strftime("%Y-%m-%d %H:%M" + (":%S" if moment.second else ""))
    return text if read_moment(text, zone) == seconds else text + moment.isoformat()[-6:]
