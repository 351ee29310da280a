import datetime as dt
from xml.etree import ElementTree as ET

import pytest

from collector.charts import Label, Series, bars
from collector.charts.shapes import nice_top
from collector.domain.cells import CLOSED, CONFIDENTIAL, NOT_APPLICABLE, UNKNOWN, Cell, counted
from collector.i18n import load_languages

SPEECH = load_languages()["en"]
DAYS = [dt.date(2026, 11, number) for number in range(1, 9)]
CELLS = [counted(40), counted(0), counted(7, at_least=True), UNKNOWN, CONFIDENTIAL, CLOSED, NOT_APPLICABLE, counted(1)]


def drawn(cells: list[Cell], days: list[dt.date] = DAYS) -> ET.Element:
    labels = [Label(SPEECH.weekday(day), SPEECH.short_date(day)) for day in days]
    series = [Series("", cells)]
    return ET.fromstring(
        bars("sessions", SPEECH, "Sessions <per> day", labels=labels, series=series, written=SPEECH.number).picture
    )


def shapes(chart: ET.Element) -> list[str]:
    """For each day: what is drawn, with its class and sign."""
    found = []
    for group in chart.iter("{http://www.w3.org/2000/svg}g"):
        shape = list(group)[1]
        found.append(f"{shape.tag.rpartition('}')[2]} {shape.get('class')} {shape.text or ''}".strip())
    return found


def test_each_kind_of_day_has_a_shape_of_its_own() -> None:
    assert shapes(drawn(CELLS)) == [
        "rect bar one",
        "line zero",
        "rect bar incomplete",
        "rect unknown",
        "text sign c",
        "text sign \u00d7",
        "text sign \u2013",
        "rect bar one",
    ]


def test_each_day_says_its_value_in_words() -> None:
    titles = [title.text for title in drawn(CELLS).iter("{http://www.w3.org/2000/svg}title")]
    assert titles == [
        "Sessions <per> day",
        "Sun 1 Nov: 40",
        "Mon 2 Nov: 0",
        "Tue 3 Nov: at least 7",
        "Wed 4 Nov: no data",
        "Thu 5 Nov: confidential",
        "Fri 6 Nov: closed",
        "Sat 7 Nov: \u2013",
        "Sun 8 Nov: 1",
    ]


def test_the_description_says_what_a_reader_sees() -> None:
    description = drawn(CELLS).find("{http://www.w3.org/2000/svg}desc")
    assert description is not None
    assert description.text == (
        "4 of 8 have a value. The highest is 40 (Sun 1 Nov), the lowest 0 (Mon 2 Nov). The table has all values."
    )


def test_a_bar_is_as_high_as_its_value() -> None:
    heights = [
        float(rect.get("height") or 0)
        for group in drawn([counted(50), counted(25)], DAYS[:2]).iter("{http://www.w3.org/2000/svg}g")
        for rect in group.iter("{http://www.w3.org/2000/svg}rect")
    ]
    assert heights[0] == 2 * heights[1] > 0


def test_without_any_value_it_still_is_a_picture() -> None:
    assert shapes(drawn([UNKNOWN] * 8)) == ["rect unknown"] * 8


@pytest.mark.parametrize(
    ("largest", "top"),
    [(0, 1), (1, 1), (2, 2), (3, 3), (47, 50), (51, 60), (7, 8), (11, 15), (1001, 1500), (1501, 2000), (2001, 2500)],
)
def test_the_scale_ends_at_a_round_number(largest: float, top: float) -> None:
    assert nice_top(largest) == top


def test_a_bar_that_is_at_least_so_high_has_its_word_and_others_have_none() -> None:
    def keys(cells: list[Cell]) -> list[str]:
        return [each.text or "" for each in drawn(cells).iter() if each.get("class") == "key"]

    assert keys(CELLS) == ["at least"]
    assert keys([counted(3)] * 8) == []
