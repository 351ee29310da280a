"""What a log holds that it should not hold: counted, and named with the first place of each kind."""

from typing import NamedTuple

SENTENCES = {
    "unreadable": "{n} without a readable time, station and event, left out",
    "unknown": "{n} with an unknown event, left out",
    "late": "{n} out of order, put in their place",
    "too_late": "{n} out of order by too much to be put in their place, left out",
    "repeat": "{n} repeating a state, without effect",
    "on_unseen": "{n} of a station that was not known to be on or awake, which was so from there on",
    "end_unseen": "{n} with a power_on of a station that was on: it was last known to be on at its row before",
}
"""By kind; {n} stands for "1 row" or "12 rows"."""
MOST_NAMES = 20


class Note(NamedTuple):
    """One kind of oddity: how often, and where it was seen first."""

    rows: int
    line: int
    what: str


class Notes:
    """The oddities of one log."""

    def __init__(self) -> None:
        self.by_kind: dict[str, Note] = {}
        self.unknown: dict[str, int] = {}
        """Unknown events by name, at most MOST_NAMES of them."""

    def add(self, kind: str, line: int, what: str) -> None:
        """One more of its kind, in `line` of the file."""
        before = self.by_kind.get(kind)
        self.by_kind[kind] = Note(1, line, what) if before is None else before._replace(rows=before.rows + 1)

    def add_unknown(self, line: int, event: str) -> None:
        self.add("unknown", line, event)
        if event in self.unknown or len(self.unknown) < MOST_NAMES:
            self.unknown[event] = self.unknown.get(event, 0) + 1

    def sentences(self) -> list[str]:
        """For people, one line per kind."""
        lines = []
        for kind, sentence in SENTENCES.items():
            note = self.by_kind.get(kind)
            if note is not None:
                rows = f"{note.rows} row{'s' if note.rows != 1 else ''}"
                lines.append(f"{sentence.format(n=rows)}; first at line {note.line}: {note.what}")
        if self.unknown:
            lines.append("unknown events: " + ", ".join(f"{name} {count}" for name, count in self.unknown.items()))
        return lines
