"""Lines, parts of a whole, and the week."""

from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest

from collector.charts import Chart, Label, Series, bars, lines, stacked_bars, week
from collector.domain.cells import CLOSED, CONFIDENTIAL, NOT_APPLICABLE, UNKNOWN, counted
from collector.i18n import load_languages

SVG = "{http://www.w3.org/2000/svg}"
SPEECH = load_languages()["en"]
LABELS = [Label("January", "J"), Label("February", "F"), Label("March", "M"), Label("April", "A")]


def classes(chart: Chart, tag: str) -> list[str]:
    return [each.get("class", "") for each in ET.fromstring(chart.picture).iter(SVG + tag)]


def test_a_line_has_a_gap_where_nothing_is_known() -> None:
    cells = [counted(Fraction(1, 4)), UNKNOWN, counted(Fraction(1, 2)), counted(Fraction(1, 3))]
    chart = lines("b3", SPEECH, "Occupancy", labels=LABELS, series=[Series("2026", cells)], written=SPEECH.percent)
    assert classes(chart, "circle").count("point full") == 3
    assert classes(chart, "line").count("line") == 1
    assert "unknown" in classes(chart, "rect")


def test_two_years_differ_in_more_than_colour() -> None:
    series = [Series("2026", [counted(4)] * 4), Series("2025", [counted(3)] * 4)]
    chart = bars("b1", SPEECH, "Sessions", labels=LABELS, series=series, written=SPEECH.number)
    fills = {
        each.get("fill") for each in ET.fromstring(chart.picture).iter(f"{SVG}rect") if each.get("class") != "ground"
    }
    assert fills == {"#1b5468", "url(#stripes-b1)"}
    assert "January: 2026 4; 2025 3" in chart.picture


@pytest.mark.parametrize(
    ("part", "sign"), [(CONFIDENTIAL, "c"), (CLOSED, "\u00d7"), (UNKNOWN, None), (NOT_APPLICABLE, "bar")]
)
def test_a_whole_of_which_a_part_is_hidden_is_not_drawn(part: object, sign: str | None) -> None:
    series = [Series("one", [counted(4)] * 4), Series("two", [part] * 4)]  # type: ignore[list-item]
    chart = stacked_bars("a4", SPEECH, "Hours", labels=LABELS, series=series, written=SPEECH.number)
    groups = [list(group)[1:] for group in ET.fromstring(chart.picture).iter(f"{SVG}g")]
    if sign == "bar":
        assert [[shape.get("class") for shape in group] for group in groups] == [["bar one"]] * 4
    else:
        assert [[shape.text for shape in group] for group in groups] == [[sign]] * 4


def test_the_parts_of_a_bar_add_up_to_its_whole() -> None:
    series = [Series("one", [counted(30)] * 4), Series("two", [counted(10)] * 4)]
    chart = stacked_bars("a4", SPEECH, "Hours", labels=LABELS, series=series, written=SPEECH.number)
    first = next(ET.fromstring(chart.picture).iter(f"{SVG}g"))
    heights = [float(rect.get("height", "")) for rect in first.iter(f"{SVG}rect")]
    assert heights == [pytest.approx(3 * heights[1]), pytest.approx(138 / 4)]


def test_each_hour_of_the_week_has_its_number_and_what_is_missing_is_closed() -> None:
    days = [Label(name, name[:2]) for name in ("Monday", "Tuesday")]
    cells = {(0, 10): counted(12), (1, 21): counted(6), (0, 11): CONFIDENTIAL}
    chart = week("b9", SPEECH, "Week", days=days, cells=cells, written=SPEECH.number, short=SPEECH.number)
    fields = [text.text for text in ET.fromstring(chart.picture).iter(f"{SVG}text") if "field" in text.get("class", "")]
    assert len(fields) == 2 * (22 - 8)
    assert [text for text in fields if text != "\u00d7"] == ["12", "c", "6"]
    assert "Tuesday, 21:00\u201322:00: 6" in chart.picture


def test_a_picture_says_in_words_what_it_shows() -> None:
    series = [Series("", [counted(4), UNKNOWN, counted(9), counted(2)])]
    chart = bars("b1", SPEECH, "Sessions", labels=LABELS, series=series, written=SPEECH.number)
    assert chart.description == (
        "3 of 4 have a value. The highest is 9 (March), the lowest 2 (April). The table has all values."
    )
    drawn = ET.fromstring(chart.picture)
    named = (drawn.get("aria-labelledby") or "").split()
    assert [drawn.find(f"*[@id='{name}']") is not None for name in named] == [True, True]
