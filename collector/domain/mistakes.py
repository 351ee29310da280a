"""What a person wrote and cannot be taken, in one sentence that is translated where it is shown."""

from collections.abc import Callable


def N_(sentence: str) -> str:  # noqa: N802  # the name by which translators' tools find sentences
    """The sentence itself, marked for the catalogues."""
    return sentence


class Mistake(ValueError):
    """One sentence: what is wrong and how to mend it. As text it is English."""

    def __init__(self, sentence: str, **values: object) -> None:
        """Placeholders in `sentence` are those of `values`, as in "%(text)s"."""
        # Somebody's text goes into one sentence on one line, whatever a cell of a table may hold.
        self.values = {
            name: " ".join(each.split("\n")) if isinstance(each, str) else each for name, each in values.items()
        }
        super().__init__(sentence % self.values)
        self.sentence = sentence
        self.column = ""
        """The column or field that holds it, where there is one."""

    def at(self, column: str) -> "Mistake":
        """The same, of a column that its rule knows."""
        self.column = column
        return self

    def said(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language, with the column before it."""
        sentence = translate(self.sentence) % self.values
        return f"{self.column}: {sentence}" if self.column else sentence
