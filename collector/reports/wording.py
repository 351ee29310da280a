"""The words for figures, periods and names in one report and one language."""

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from zoneinfo import ZoneInfo

from collector.domain.catalogue import Unit
from collector.domain.cells import CLOSED, NOT_APPLICABLE, Cell
from collector.i18n import Speech
from collector.reports.comparing import Reason, why_not
from collector.reports.document import Change, Figure
from collector.reports.inputs import Definition, Edition, Inputs, Local
from collector.reports.shown import change, shown

LENGTHS = "B6."
NO_BANDS = ("unknown", "median")


class Wording:
    """Inputs beside a language."""

    def __init__(self, inputs: Inputs, speech: Speech) -> None:
        self.inputs = inputs
        self.speech = speech
        self.zone = ZoneInfo(inputs.method.time_zone)

    @cached_property
    def definitions(self) -> Mapping[str, Definition]:
        return {definition.id: definition for definition in self.inputs.definitions}

    @cached_property
    def bands(self) -> list[str]:
        """The names of the classes of lengths."""
        return [
            self.local(each.name)
            for each in self.inputs.definitions
            if each.id.startswith(LENGTHS) and each.id.removeprefix(LENGTHS) not in NO_BANDS
        ]

    def local(self, words: Local) -> str:
        """In the report's language; what was entered in one language only, in that one."""
        return words.get(self.speech.language) or words.get("") or next(iter(words.values()), "")

    def name(self, figure: str) -> str:
        """With the name of the whole, for a part."""
        definition = self.definitions[figure]
        whole = self.definitions.get(definition.whole())
        mine = self.local(definition.name)
        return (
            self.speech.gettext("%(whole)s: %(part)s") % {"whole": self.local(whole.name), "part": mine}
            if (whole is not None)
            else mine
        )

    def has(self, figure: str) -> bool:
        return figure in self.definitions and figure in self.inputs.figures.year

    def figure(self, figures: Mapping[str, Cell], figure: str, period: str, site: str | None = None) -> Figure:
        cell = figures.get(figure, NOT_APPLICABLE)
        unit = self.definitions[figure].unit
        code = self.inputs.subject.code if site is None else site
        return Figure(shown(cell, unit, self.speech, self.bands), unit, figure, period, code)

    def count(self, cell: Cell, figure: str) -> Figure:
        """A count of the year that has no cell of its own in the catalogue; `figure` begins with the one it is of."""
        year = str(self.inputs.year)
        return Figure(shown(cell, Unit.COUNT, self.speech), Unit.COUNT, figure, year, self.inputs.subject.code)

    def text(self, figures: Mapping[str, Cell], figure: str) -> str:
        return self.figure(figures, figure, "").shown.text

    def change(self, figure: str) -> Change:
        """Since the year before; not where the two years are about other months."""
        before, now = self.inputs.before, self.inputs.figures
        if before is None:
            return Change("")
        definition = self.definitions[figure]
        unit = definition.unit
        grown = change(before.year.get(figure, NOT_APPLICABLE), now.year.get(figure, NOT_APPLICABLE), unit)
        if grown is None:
            return Change("")
        reason = why_not(self.inputs, definition, is_over=self.is_over())
        if reason is not None:
            return Change(self.speech.gettext("not comparable"), self.reasons()[reason])
        sign = "+" if grown > 0 else "\u2212" if grown < 0 else ""
        return Change(f"{sign}{self.speech.percent(abs(grown))}")

    def is_over(self) -> bool:
        return dt.datetime.fromtimestamp(self.inputs.cut_off, self.zone).year > self.inputs.year

    def reasons(self) -> Mapping[Reason, str]:
        _, year = self.speech.gettext, self.inputs.year
        years = {"year": year, "before": year - 1}
        return {
            Reason.NOT_OVER: _("Not comparable: %(year)s is not over yet.") % years,
            Reason.OTHER_MONTHS: _(
                "Not comparable: the figures of %(year)s and those of %(before)s are not about the same months."
            )
            % years,
        }

    def month(self, number: int) -> str:
        """A month of the year, such as “March 2026”; `number` from 1 on."""
        return self.speech.month(dt.date(self.inputs.year, number, 1))

    def period(self, word: str) -> str:
        """The words for "2026-03" or "2026"."""
        year, _, month = word.partition("-")
        return self.speech.month(dt.date(int(year), int(month), 1)) if month else year

    def periods(self) -> list[str]:
        return [f"{self.inputs.year}-{month:02d}" for month in range(1, 13)]

    def day(self, iso: str) -> str:
        return self.speech.date(dt.date.fromisoformat(iso))

    def clock(self, minute: int) -> str:
        """Minutes after midnight as a time; past midnight it goes on from 0:00."""
        return f"{minute // 60 % 24}:{minute % 60:02d}"

    def is_public(self) -> bool:
        return self.inputs.edition is Edition.PUBLIC

    def week_figure(self, figures: Mapping[str, Cell] | None, figure: str, period: str) -> Figure:
        """A field of the week; the site is closed where there is none."""
        return self.figure({figure: CLOSED} if figures is None else figures, figure, period)

    def site_name(self, code: str) -> str:
        """The name of a site of the Region's report."""
        named = {part.subject.code: part.subject for part in self.inputs.parts}
        return self.local(named[code].name) if code in named else code or self.speech.gettext("Region")
