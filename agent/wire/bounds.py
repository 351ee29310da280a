"""Inert markers that bound every number, string and list of the wire format.

In the agent they do nothing. Where a validator builds its schema (pydantic, in the collector) it calls
`__get_pydantic_core_schema__` on whatever stands inside `Annotated`; the bounds are then written into that schema.
Without them strict validation accepts 10**30, NUL characters and lists without end.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

type_of_schema = dict[str, Any]


class Whole(NamedTuple):
    """A whole number from `least` to `most`, both included."""

    least: int
    most: int

    def __get_pydantic_core_schema__(
        self, source: object, handler: Callable[[object], type_of_schema]
    ) -> type_of_schema:
        return {**handler(source), "ge": self.least, "le": self.most}


class Text(NamedTuple):
    """A string of at most `longest` characters that matches `pattern` as a whole."""

    longest: int
    pattern: str = r"^[^\x00-\x1f\x7f]*$"

    def __get_pydantic_core_schema__(
        self, source: object, handler: Callable[[object], type_of_schema]
    ) -> type_of_schema:
        return {**handler(source), "max_length": self.longest, "pattern": self.pattern}


class Items(NamedTuple):
    """A list of `fewest` to `most` items."""

    fewest: int
    most: int

    def __get_pydantic_core_schema__(
        self, source: object, handler: Callable[[object], type_of_schema]
    ) -> type_of_schema:
        return {**handler(source), "min_length": self.fewest, "max_length": self.most}
