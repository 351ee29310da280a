"""Two years are compared only where their figures are about the same months."""

from dataclasses import replace

from collector.domain.cells import CLOSED, NOT_APPLICABLE, UNKNOWN, counted
from collector.i18n import load_languages
from collector.reports.document import Change
from collector.reports.inputs import Inputs, Year
from collector.reports.wording import Wording
from tests.collector.reports import cast

ENGLISH = load_languages()["en"]
FIGURES = ("B1", "C1", "D1.number", "A1", "A2")


def changes(inputs: Inputs) -> dict[str, Change]:
    assert inputs.before is not None
    words = Wording(inputs, ENGLISH)
    return {each: words.change(each) for each in FIGURES}


def years(now: Year, before: Year) -> Inputs:
    """Frozen after the end of the year."""
    inputs = cast.site()
    return replace(inputs, figures=now, before=before, cut_off=(inputs.year - 1969) * 31_600_000)


def year(known: range, total: int) -> Year:
    """The same in each month that is known, nothing in the others."""
    there = dict.fromkeys(FIGURES, counted(total * 3600))
    months = tuple(there if month in known else dict.fromkeys(FIGURES, NOT_APPLICABLE) for month in range(1, 13))
    return Year(months, there)


def test_whole_years_are_compared() -> None:
    found = changes(years(year(range(1, 13), 30), year(range(1, 13), 20)))
    assert found == dict.fromkeys(FIGURES, Change("+50\u00a0%" if "\u00a0" in found["B1"].text else "+50%"))


def test_a_year_that_was_measured_for_two_months_has_no_growth_of_500_per_cent() -> None:
    found = changes(years(year(range(1, 13), 60), year(range(11, 13), 10)))
    why = "Not comparable: the figures of 2026 and those of 2025 are not about the same months."
    for figure in ("B1", "C1", "D1.number", "A2"):
        assert found[figure] == Change("not comparable", why), figure
    # What stands there at the end of a year was counted on one day.
    assert found["A1"].text.startswith("+500")


def test_a_year_that_runs_is_not_compared_either() -> None:
    inputs = years(year(range(1, 13), 60), year(range(1, 13), 10))
    found = changes(replace(inputs, cut_off=inputs.cut_off - 31_600_000))
    assert found["B1"].why_not == "Not comparable: 2026 is not over yet."


def test_a_closed_month_is_known_and_one_without_data_is_not() -> None:
    whole = year(range(1, 13), 20)

    def with_july(cell: object) -> Year:
        july = {**whole.months[6], "B1": cell}
        return replace(whole, months=(*whole.months[:6], july, *whole.months[7:]))  # type: ignore[arg-type]

    assert not changes(years(whole, with_july(CLOSED)))["B1"].why_not
    assert changes(years(whole, with_july(UNKNOWN)))["B1"].why_not
