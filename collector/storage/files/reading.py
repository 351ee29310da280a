"""Takes files in: a fate for every line, all or nothing.

A file is known by its columns. All lines are tried within one savepoint; when one of them is wrong, or for a dry run,
everything is taken back.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeVar

from collector.domain.csv_files import Line, Sheet, read_sheet
from collector.domain.fields import of_column
from collector.domain.mistakes import N_, Mistake
from collector.domain.sites import SiteDetails
from collector.storage.changes.base import Change, Outcome
from collector.storage.queries.sites import every_site, site_ids

Value = TypeVar("Value")


class FateWord(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"
    LEFT_OUT = "left_out"


class Fate(NamedTuple):
    """What becomes of one line; `line` is None for what is said of the whole file."""

    file: str
    line: int | None
    word: FateWord
    about: str
    """Which site, day, device: as it is written in the line."""
    sentences: tuple[Mistake, ...] = ()


class UnknownSite(Mistake):
    """A name by which no site of the register goes."""


@dataclass(frozen=True, slots=True)
class Cells:
    """One line of a file; columns by their names in lower case."""

    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        return self.cells.get(column, "")

    def read(self, column: str, reader: Callable[[str], Value]) -> Value:
        """The value of a cell; a mistake names the column."""
        return of_column(column, reader, self.text(column))


@dataclass
class Intake:
    """One import: the change it makes, and what it knows of sites."""

    change: Change
    skip_unknown: bool = False
    """Whether lines of sites that the register does not know are left out; else they are wrong."""
    only: str = ""
    """The code of the only site of which lines are taken; empty: of all."""
    figure: str = ""
    """What a table of months holds, where its cells do not say so themselves."""
    source: str = ""
    method: str = ""
    renamed: dict[str, SiteDetails] = field(default_factory=dict, init=False)
    """Sites that a file calls by a name that is not theirs today."""
    spans: dict[int, list[tuple[dt.date, dt.date, int]]] = field(default_factory=dict, init=False)
    """By site, first and last day of each attendance in the table at hand, and its line; in order."""
    tags: dict[str, list[tuple[int, str]]] = field(default_factory=dict, init=False)
    """Number and code of the sites with a station of a label, once a table asked for them."""
    remarks: dict[int, Mistake] = field(default_factory=dict, init=False)
    """What is to be said of lines that can be taken, of the table at hand."""
    _sites: list[SiteDetails] = field(default_factory=list, init=False)
    _numbers: dict[str, int] = field(default_factory=dict, init=False)

    def site(self, name: str) -> tuple[int, str]:
        """Number and code of the site that goes by this name, or did."""
        if not self._numbers:
            self._sites, self._numbers = every_site(self.change.connection), site_ids(self.change.connection)
        found = [each for each in self._sites if each.is_called(name)]
        if not found:
            raise UnknownSite(
                N_("No site is called “%(name)s”; write its code, or give that site this other name in the register."),
                name=name[:60],
            )
        if len(found) > 1:
            raise Mistake(
                N_("Several sites are called “%(name)s”: %(codes)s; write the code."),
                name=name[:60],
                codes=", ".join(each.code for each in found),
            )
        site = found[0]
        self.check(site.code)
        if name.strip().casefold() not in {each.casefold() for each in (site.code, site.name, site.name_nl)}:
            self.renamed[name] = site
        return self._numbers[site.code], site.code

    def check(self, code: str) -> None:
        """Whether a line of this site is taken at all; raises Mistake."""
        if self.only and code.casefold() != self.only.casefold():
            raise Mistake(
                N_("This line is of the site %(code)s; only lines of %(only)s are taken here."),
                code=code[:40],
                only=self.only,
            )

    def remark(self, line: int, sentence: Mistake) -> None:
        self.remarks[line] = sentence

    def forget_sites(self) -> None:
        self._numbers = {}


class FileKind(NamedTuple):
    """A kind of table: its columns, and what one line, or several with one key, do."""

    word: str
    columns: tuple[str, ...]
    needed: frozenset[str]
    """Columns that must be there; the others may be missing."""
    about: tuple[str, ...]
    """Columns that say of what a line tells."""
    key: Callable[[Intake, Cells], Hashable]
    """What a line tells of; lines with the same key are taken together where `several`, else refused."""
    apply: Callable[[Intake, Sequence[Cells]], Iterable[Outcome]]
    """One outcome for all lines, or one for each."""
    several: bool = False
    fits: Callable[[Sheet], Sheet | None] | None = None
    """For tables that are known otherwise than by our columns: the same with those of ours; None for other tables."""


Told = Callable[[str, int, int], None]
"""Hears of a long file how many of how many lines are done."""
LINES_BETWEEN = 5_000


def nobody(_file: str, _done: int, _lines: int) -> None:
    """Hears nothing."""


def take_in(
    intake: Intake,
    kinds: Sequence[FileKind],
    files: Sequence[tuple[str, bytes]],
    *,
    dry: bool,
    tell: Told = nobody,
) -> list[Fate]:
    """The fate of every line of the files, in the order of `kinds`; stores only when none is wrong and not `dry`."""
    savepoint = intake.change.connection.begin_nested()
    fates: list[Fate] = []
    sheets: list[tuple[int, str, Sheet]] = []
    for name, data in files:
        try:
            kind, sheet = recognised(kinds, read_sheet(data))
        except Mistake as mistake:
            fates.append(Fate(name, None, FateWord.WRONG, "", (mistake,)))
            continue
        sheets.append((kinds.index(kind), name, sheet))
    for number, name, sheet in sorted(sheets, key=lambda each: each[0]):
        fates += _lines(intake, kinds[number], name, sheet, tell)
        intake.forget_sites()
    if dry or any(fate.word is FateWord.WRONG for fate in fates):
        savepoint.rollback()
    else:
        savepoint.commit()
    return fates


def recognised(kinds: Sequence[FileKind], sheet: Sheet) -> tuple[FileKind, Sheet]:
    """The kind of table with these columns; a mistake names what is missing in the one that is nearest."""
    have = {column.casefold() for column in sheet.columns}
    for kind in kinds:
        fitting = kind.fits(sheet) if kind.fits else None
        if fitting is not None:
            return kind, fitting
        if kind.fits is None and kind.needed <= have <= set(kind.columns):
            return kind, sheet
    nearest = max(kinds, key=lambda kind: (len(have & set(kind.columns)), -len(kind.needed - have)))
    missing = [column for column in nearest.columns if column in nearest.needed - have]
    unknown = [column for column in sheet.columns if column.casefold() not in nearest.columns]
    if not have & set(nearest.columns):
        raise Mistake(
            N_("No table has these columns: %(columns)s. Its first line must name the columns of an export."),
            columns=", ".join(sheet.columns)[:120],
        )
    if missing:
        raise Mistake(
            N_("This looks like the table “%(table)s”, but these columns are missing: %(columns)s. Add them."),
            table=nearest.word,
            columns=", ".join(missing),
        )
    raise Mistake(
        N_("The table “%(table)s” does not know these columns: %(columns)s. Rename or remove them."),
        table=nearest.word,
        columns=", ".join(unknown)[:120],
    )


def _lines(intake: Intake, kind: FileKind, name: str, sheet: Sheet, tell: Told) -> list[Fate]:
    fates: dict[int, Fate] = {}
    intake.remarks.clear()
    intake.spans.clear()

    def fate(cells: Cells, word: FateWord, *sentences: Mistake) -> None:
        about = " ".join(word for column in kind.about for word in cells.text(column).split())
        fates[cells.line] = Fate(name, cells.line, word, about, (*sentences, *_beside(intake, cells)))

    done = 0
    for some in _together(intake, kind, sheet, fate):
        if done // LINES_BETWEEN != (done := done + len(some)) // LINES_BETWEEN:
            tell(name, done, len(sheet.lines))
        try:
            outcomes = list(kind.apply(intake, some))
        except WrongLines as wrong:
            others = Mistake(N_("It belongs together with line %(line)s, which is wrong."), line=min(wrong.lines))
            for cells in some:
                fate(cells, FateWord.WRONG, *_parts(wrong.lines.get(cells.line, others)))
        except Mistake as mistake:
            for cells in some:
                fate(cells, FateWord.WRONG, *_parts(mistake))
        else:
            for cells, outcome in zip(some, outcomes * len(some), strict=False):
                fate(cells, FateWord(outcome.value))
    return [fates[number] for number in sorted(fates)]


def _beside(intake: Intake, cells: Cells) -> Iterator[Mistake]:
    """What the reader of a line should know whatever becomes of it."""
    called = cells.text("site")
    if called in intake.renamed:
        site = intake.renamed[called]
        today = N_("“%(name)s” is the site %(code)s, called “%(today)s” today.")
        yield Mistake(today, name=called, code=site.code, today=site.name)
    if cells.line in intake.remarks:
        yield intake.remarks[cells.line]


def _together(intake: Intake, kind: FileKind, sheet: Sheet, fate: Callable[..., None]) -> Iterator[Sequence[Cells]]:
    """The lines that are taken together; those that cannot be taken get their fate here."""
    groups: dict[Hashable, list[Cells]] = {}
    for line in sheet.lines:
        cells = Cells(line.number, {column.casefold(): text for column, text in line.cells.items()})
        try:
            group = groups.setdefault(_key(intake, kind, line, cells), [])
        except UnknownSite as mistake:
            fate(cells, FateWord.LEFT_OUT if intake.skip_unknown else FateWord.WRONG, mistake)
        except Mistake as mistake:
            fate(cells, FateWord.WRONG, *_parts(mistake))
        else:
            if group and not kind.several:
                again = N_("This line tells of the same as line %(line)s; remove one of them.")
                fate(cells, FateWord.WRONG, Mistake(again, line=group[0].line))
            else:
                group.append(cells)
    yield from groups.values()


def _key(intake: Intake, kind: FileKind, line: Line, cells: Cells) -> Hashable:
    if line.overflow:
        raise Mistake(N_("The line has more cells than there are columns; look for a comma within a text."))
    return kind.key(intake, cells)


class WrongLines(Mistake):
    """Some lines of those that are taken together are wrong."""

    def __init__(self, lines: Mapping[int, Mistake]) -> None:
        """By line."""
        super().__init__(next(iter(lines.values())).sentence, **next(iter(lines.values())).values)
        self.lines = lines


class SeveralMistakes(Mistake):
    """More than one cell of a line is wrong."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(mistakes[0].sentence, **mistakes[0].values)
        self.mistakes = tuple(mistakes)


def _parts(mistake: Mistake) -> tuple[Mistake, ...]:
    """Each sentence once."""
    several = mistake.mistakes if isinstance(mistake, SeveralMistakes) else (mistake,)
    return tuple({each.said(): each for each in several}.values())
