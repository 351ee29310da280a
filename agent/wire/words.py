"""What the messages and the readings of the wire format share: bounded numbers and texts, and strictness."""

from typing import Annotated, Any, ClassVar

from agent.wire.bounds import Text, Whole

Seconds = Annotated[int, Whole(0, 4_102_444_800)]
"""Seconds since 1970, up to the year 2100."""
Count = Annotated[int, Whole(0, 10_000)]
Bytes = Annotated[int, Whole(0, 2**53)]
Percent = Annotated[int, Whole(0, 100)]
Celsius = Annotated[int, Whole(-60, 250)]
Name = Annotated[str, Text(120)]
ShortName = Annotated[str, Text(64)]
Reason = Annotated[str, Text(200)]


class Strict:
    """Read by the collector's validator; without effect here."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "strict": True}


def printable(text: str, longest: int) -> str:
    """The text on one line, cut to what the wire format takes."""
    return "".join(character if character.isprintable() else " " for character in text).strip()[:longest]
