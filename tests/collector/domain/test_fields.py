import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.domain import fields
from collector.domain.csv_files import read_sheet, write_sheet
from collector.domain.mistakes import Mistake

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.mark.parametrize("text", ["2026-11-02", "02/11/2026", "2.11.2026", " 2-11-2026 "])
def test_days_are_read_as_people_write_them(text: str) -> None:
    assert fields.read_day(text) == dt.date(2026, 11, 2)


@pytest.mark.parametrize("text", ["", "2026-02-30", "02/11/26", "11/2026", "1999-01-01", "2026-11-02 x"])
def test_what_is_not_a_day_is_refused(text: str) -> None:
    with pytest.raises(Mistake, match="is not a day"):
        fields.read_day(text)


@pytest.mark.parametrize(
    ("text", "minutes"), [("9:30", 570), ("09h30", 570), ("9u", 540), ("24:00", 1440), ("00:00", 0)]
)
def test_clocks(text: str, minutes: int) -> None:
    assert fields.read_clock(text) == minutes


@pytest.mark.parametrize("text", ["24:15", "9:60", "9.30", "nine", ""])
def test_what_is_not_a_clock_is_refused(text: str) -> None:
    with pytest.raises(Mistake, match="is not a time of day"):
        fields.read_clock(text)


def test_what_ends_before_it_begins_ends_on_the_next_day() -> None:
    assert fields.read_interval("20:00", "02:00") == (1200, 1560)
    assert fields.read_interval("00:00", "24:00") == (0, 1440)
    assert fields.read_interval("09:00", "09:00") == (540, 1980)


@given(st.integers(0, 95), st.integers(1, 96))
def test_an_interval_that_was_written_is_read_the_same(first: int, length: int) -> None:
    since, until = first * 15, (first + length) * 15
    assert fields.read_interval(fields.write_clock(since), fields.write_clock(until)) == (since, until)


@given(st.integers(0, 10**9))
def test_hours_that_were_written_are_read_the_same(seconds: int) -> None:
    assert fields.read_hours(fields.write_hours(seconds)) == seconds


@given(st.integers(0, 10_000))
def test_shares_that_were_written_are_read_the_same(share: int) -> None:
    assert fields.read_share(fields.write_share(share)) == share


@given(st.integers(1_000_000_000, 4_000_000_000))
def test_moments_that_were_written_are_read_the_same(seconds: int) -> None:
    assert fields.read_moment(fields.write_moment(seconds, BRUSSELS), BRUSSELS) == seconds


def test_a_moment_that_the_clock_shows_twice_keeps_its_offset() -> None:
    first = fields.read_moment("2026-10-25 02:30", BRUSSELS)
    assert fields.write_moment(first, BRUSSELS) == "2026-10-25 02:30"
    assert fields.write_moment(first + 3600, BRUSSELS) == "2026-10-25 02:30+01:00"


def test_decimal_commas_and_thousands_apart() -> None:
    assert fields.read_hours("1,5") == fields.read_hours("1.50") == fields.read_hours("1:30") == 5400
    assert fields.read_count("12 500") == fields.read_count("12\u202f500") == 12_500
    assert fields.read_share("12,5 %") == 1250


@pytest.mark.parametrize("text", ["-1", "1.250", "1,250", "1e3", "", "12 50", "99999999999"])
def test_what_is_not_a_count_is_refused(text: str) -> None:
    with pytest.raises(Mistake, match="is not a whole number"):
        fields.read_count(text)


def test_198_per_cent_cannot_be() -> None:
    with pytest.raises(Mistake, match="198% is more than 100 %"):
        fields.read_share("198%")


TEXT = "site;été\nEVERE;“oui”\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("cp1252"),
        TEXT.encode("utf-16"),
        TEXT.replace(";", "\t").replace("\n", "\r\n").encode(),
        ("sep=;\n" + TEXT).encode(),
        TEXT.replace(";", ",").encode(),
        ("\n" + TEXT + ";\n\n").encode(),
    ],
)
def test_a_sheet_is_read_in_every_dress_that_spreadsheets_give_it(data: bytes) -> None:
    sheet = read_sheet(data)
    assert sheet.columns == ("site", "été")
    assert [line.cells for line in sheet.lines] == [{"site": "EVERE", "été": "“oui”"}]


def test_lines_know_where_they_begin_and_whether_they_are_too_long() -> None:
    sheet = read_sheet(b'a,b\n1,"two\nlines"\n\n3,4,5\n6\n')
    assert [(line.number, line.overflow) for line in sheet.lines] == [(2, False), (5, True), (6, False)]
    assert sheet.lines[2].cells == {"a": "6", "b": ""}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b"a,a\n1,2\n", "Two columns are named “a”"),
        (b"PK\x03\x04\x00\x00", "This is not a CSV file"),
        (b'a\n"x\n', "quotation mark"),
        (b"\x81\x8d\n", "The letters of the file cannot be read"),
        (b"x" * 4_000_001, "The file is too large"),
    ],
)
def test_what_is_not_a_sheet_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(Mistake, match=sentence):
        read_sheet(data)


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=9)


@given(st.lists(st.tuples(words, words), max_size=5))
def test_what_was_written_is_read_the_same(rows: list[tuple[str, str]]) -> None:
    sheet = read_sheet(write_sheet(("one", "two"), rows).encode())
    assert [tuple(line.cells.values()) for line in sheet.lines] == rows
