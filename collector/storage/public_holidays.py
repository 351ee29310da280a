"""The public holidays of Belgium. The law knows no further ones of the Brussels-Capital Region."""

import datetime as dt
from functools import lru_cache

COUNTRY = "BE"


@lru_cache(maxsize=64)
def public_holidays(first_year: int, last_year: int) -> tuple[dt.date, ...]:
    """Those of all years from the first to the last, both included, in order."""
    from holidays import country_holidays  # noqa: PLC0415  # costs 0.2 s, which no other command should wait for

    return tuple(sorted(country_holidays(COUNTRY, years=range(first_year, last_year + 1))))
