"""The invented places have everything that furnishing them takes."""

from collector.demo.furnishing import POSTAL_CODES
from collector.demo.region import PLACES


def test_every_municipality_of_the_region_has_its_postal_code() -> None:
    assert {place.municipality for place in PLACES} == POSTAL_CODES.keys()
