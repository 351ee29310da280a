"""Words, numbers and dates in the reader's language. English is the source; French and Dutch are catalogues.

The `.po` files are read at the start and turned into translations in memory, so that nothing compiled lies in the
repository. Used by pages now, by mails and reports later.
"""

import datetime as dt
import io
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.core import UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "locale"
SOURCE = "en"
LOCALES = {"fr": "fr_BE", "nl": "nl_BE", "en": "en_GB"}
"""English numbers and dates follow the habits of Europe: 22 November 2026, 24 hours."""
NAMES = {"fr": "Français", "nl": "Nederlands", "en": "English"}
SECONDS_OF_HOUR = 3600
SECONDS_OF_MINUTE = 60
MANY_HOURS = 100
LONGEST_HEADER = 500


class Speech:
    """One language: its sentences, numbers, dates."""

    def __init__(self, language: str, translations: NullTranslations) -> None:
        self.language = language
        self.translations = translations
        self.locale = Locale.parse(LOCALES[language])

    def gettext(self, message: str) -> str:
        return self.translations.gettext(message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return self.translations.ngettext(singular, plural, count)

    def number(self, value: float | Fraction, decimals: int = 0) -> str:
        return _number(float(value), decimals, LOCALES[self.language])

    def decimal(self, plain: str) -> str:
        """A number as it is typed, with the sign that separates its decimals."""
        return plain.replace(".", numbers.get_decimal_symbol(self.locale))

    def percent(self, share: float | Fraction) -> str:
        """Whole per cent; never 100 % for a little less, nor 0 % for a little more."""
        whole = round(share * 100)
        if whole == 100 and share < 1:  # noqa: PLR2004 - per cent
            whole = 99
        if whole == 0 and share > 0:
            whole = 1
        return _percent(whole, LOCALES[self.language])

    def hours(self, seconds: int | Fraction) -> str:
        """Minutes below one hour, else hours."""
        if 0 < seconds < SECONDS_OF_HOUR:
            return self.number(max(1, seconds // SECONDS_OF_MINUTE)) + "\u00a0min"
        decimals = 0 if seconds % SECONDS_OF_HOUR == 0 or seconds >= MANY_HOURS * SECONDS_OF_HOUR else 1
        unit = "u" if self.language == "nl" else "h"
        return self.number(Fraction(seconds, SECONDS_OF_HOUR), decimals) + "\u00a0" + unit

    def size(self, size_bytes: int) -> str:
        """A number of bytes in the unit that people see on their computer."""
        octets = self.language == "fr"
        for unit, power in (("T", 4), ("G", 3), ("M", 2)):
            if size_bytes >= 1024**power or unit == "M":
                value = size_bytes / 1024**power
                name = unit + ("o" if octets else "B")
                return self.number(value, 1 if value < 10 else 0) + "\u00a0" + name  # noqa: PLR2004 - two digits
        raise AssertionError

    def date(self, day: dt.date) -> str:
        text = dates.format_date(day, format="d MMMM y", locale=self.locale)
        return "1er" + text[1:] if self.language == "fr" and day.day == 1 else text

    def weekday(self, day: dt.date) -> str:
        """Short, for rows of tables: "Sun 22 Nov"."""
        return dates.format_skeleton("MMMEd", day, locale=self.locale)

    def short_date(self, day: dt.date) -> str:
        """For axes: "22 Nov"."""
        return dates.format_skeleton("MMMd", day, locale=self.locale)

    def month(self, day: dt.date) -> str:
        return dates.format_skeleton("yMMMM", day, locale=self.locale)

    def month_name(self, day: dt.date) -> str:
        """Short, for the head of a column: "Nov"."""
        return dates.format_skeleton("MMM", day, locale=self.locale)

    def weekday_names(self) -> list[str]:
        """Short, Monday first."""
        return [dates.get_day_names("abbreviated", locale=self.locale)[day] for day in range(7)]

    def month_word(self, month: int) -> str:
        """By its number; for rows of tables."""
        return str(self.locale.months["stand-alone"]["wide"][month])

    def month_letter(self, month: int) -> str:
        """For axes."""
        return str(self.locale.months["stand-alone"]["narrow"][month])

    def weekday_name(self, weekday: int) -> str:
        """0 is Monday."""
        return str(self.locale.days["stand-alone"]["wide"][weekday])

    def moment(self, seconds: int, zone: ZoneInfo) -> str:
        """A date and time on the site's clock."""
        moment = dt.datetime.fromtimestamp(seconds, tz=zone)
        day = dates.format_date(moment, format="d MMM y", locale=self.locale)
        return day + ", " + dates.format_time(moment, format="HH:mm", locale=self.locale)


# A page has hundreds of numbers, mostly the same small ones again, and writing one takes the time of ten cells.
@lru_cache(maxsize=8192)
def _number(value: float, decimals: int, locale: str) -> str:
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return numbers.format_decimal(value, format=pattern, locale=Locale.parse(locale))


@lru_cache(maxsize=512)
def _percent(whole: int, locale: str) -> str:
    return numbers.format_percent(whole / 100, locale=Locale.parse(locale))


def read_translations(path: Path, language: str) -> GNUTranslations:
    """A `.po` file as translations in memory."""
    with path.open("rb") as lines:
        catalogue = read_po(lines, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def load_languages(folder: Path = FOLDER) -> dict[str, Speech]:
    """By language word, in the order in which pages offer them."""
    found = {}
    for language in LOCALES:
        path = folder / language / "LC_MESSAGES" / "messages.po"
        translations = NullTranslations() if language == SOURCE else read_translations(path, language)
        found[language] = Speech(language, translations)
    return found


def choose_language(explicit: str, account: str, accept_language: str) -> str:
    """What the reader asked for now, else what the account holds, else what the browser prefers, else English."""
    for wish in (explicit, account):
        if wish in LOCALES:
            return wish
    wishes = preferences(accept_language[:LONGEST_HEADER])
    return max(wishes, key=lambda language: wishes[language], default=SOURCE)


def preferences(accept_language: str) -> Mapping[str, float]:
    """The languages of ours that a browser accepts, with their weight; nonsense is skipped."""
    found: dict[str, float] = {}
    for wish in accept_language.split(","):
        name, _, weight = wish.strip().partition(";q=")
        try:
            language = Locale.parse(name.strip(), sep="-").language
            quality = float(weight or 1)
        except (ValueError, UnknownLocaleError, TypeError):
            continue
        if language in LOCALES and 0 < quality <= 1:
            found[language] = max(quality, found.get(language, 0))
    return found
