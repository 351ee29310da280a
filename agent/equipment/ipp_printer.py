"""What a printer says of itself by IPP."""

import re
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException
from typing import Any, Literal

from agent.equipment.ipp import (
    GET_PRINTER_ATTRIBUTES,
    Attributes,
    NotIpp,
    numbers,
    printers_in,
    request,
    texts,
)
from agent.equipment.named import Named
from agent.equipment.words import errors_of_keywords
from agent.wire.health import Printer, Supply
from agent.wire.words import printable

PATIENCE_SECONDS = 10
LARGEST_ANSWER_BYTES = 256 * 1024
MOST_SUPPLIES = 16
LARGEST_COUNTER = 2**53
ATTRIBUTES = (
    "printer-make-and-model",
    "printer-state",
    "printer-state-reasons",
    "printer-impressions-completed",
    "printer-pages-completed",
    "marker-colors",
    "marker-levels",
    "marker-low-levels",
    "marker-names",
    "marker-types",
)

State = Literal["idle", "printing", "stopped"]
_STATES: dict[int, State] = {3: "idle", 4: "printing", 5: "stopped"}
_UNLIMITED, _UNKNOWN, _SOME_LEFT = -1, -2, -3
Level = Literal["number", "unlimited", "unknown", "some_left", "empty", "low"]
LEVELS: dict[int, Level] = {_UNLIMITED: "unlimited", _UNKNOWN: "unknown", _SOME_LEFT: "some_left"}
_COLOURS = {"#000000": "black", "#00FFFF": "cyan", "#FF00FF": "magenta", "#FFFF00": "yellow"}
_ONE_COLOUR = re.compile(r"#[0-9A-F]{6}", re.ASCII)
_ALL_PERCENT = 100


def ask(named: Named, now: int) -> Printer:
    """One printer; raises NotIpp or OSError."""
    host = f"[{named.host}]" if ":" in named.host else named.host
    connection = HTTPConnection(named.host, named.port, timeout=PATIENCE_SECONDS)
    try:
        question = request(GET_PRINTER_ATTRIBUTES, f"ipp://{host}:{named.port}{named.path}", ATTRIBUTES)
        connection.request("POST", named.path, question, {"Content-Type": "application/ipp"})
        reply = connection.getresponse()
        if reply.status != 200:  # noqa: PLR2004 - "OK" of HTTP
            raise NotIpp(f"it answered with the HTTP status {reply.status}")
        answer = reply.read(LARGEST_ANSWER_BYTES)
    except HTTPException:
        raise NotIpp("what answers there is no printer with IPP") from None
    finally:
        connection.close()
    printers = printers_in(answer)
    if not printers:
        raise NotIpp("it told nothing of itself")
    return told(named.name, printers[0], now)


def told(name: str, printer: Attributes, now: int) -> Printer:
    """The reading of a printer from its attributes."""
    pages = [*numbers(printer, "printer-impressions-completed"), *numbers(printer, "printer-pages-completed")]
    return Printer(
        name=name,
        protocol="ipp",
        asked_at_seconds=now,
        reached=True,
        model=printable(next(iter(texts(printer, "printer-make-and-model")), ""), 120),
        state=next((_STATES[one] for one in numbers(printer, "printer-state") if one in _STATES), "unknown"),
        errors=errors_of_keywords(texts(printer, "printer-state-reasons")),
        pages=min(pages[0], LARGEST_COUNTER) if pages and pages[0] >= 0 else None,
        supplies=supplies_of(printer),
    )


def supplies_of(printer: Attributes) -> tuple[Supply, ...]:
    """One for each level; where the lists beside it are shorter, what they would say is left out."""
    types, colours = texts(printer, "marker-types"), texts(printer, "marker-colors")
    low = numbers(printer, "marker-low-levels")
    return tuple(
        supply_of(
            kind_of(_at(types, number) or ""),
            colour_of(_at(colours, number) or ""),
            level,
            _ALL_PERCENT,
            _at(low, number),
        )
        for number, level in enumerate(numbers(printer, "marker-levels")[:MOST_SUPPLIES])
    )


def supply_of(kind: Any, colour: str, level: int, most: int, low: int | None = None) -> Supply:
    """From a level of so many at most; -1, -2 and -3 say "unlimited", "unknown" and "some left"."""
    if level < 0 or most <= 0:
        return Supply(kind=kind, colour=colour, level=LEVELS.get(level, "unknown"))
    percent = min(_ALL_PERCENT, round(_ALL_PERCENT * level / most))
    mark = low if low is not None and 0 <= low <= _ALL_PERCENT and kind != "waste" else None
    judged: Level = "empty" if percent == 0 else "low" if mark is not None and percent <= mark else "number"
    return Supply(kind=kind, colour=colour, level_percent=percent, level=judged, low_percent=mark)


def kind_of(word: str) -> Literal["toner", "ink", "drum", "waste", "fuser", "other"]:
    """From the keyword of IPP, which is the name of the same type in SNMP (prtMarkerSuppliesType)."""
    low = word.lower()
    if low.startswith("waste"):
        return "waste"
    if low.startswith("toner"):
        return "toner"
    if low.startswith("ink"):
        return "ink"
    if low == "opc":
        return "drum"
    return "fuser" if low.startswith("fuser") else "other"


def colour_of(word: str) -> str:
    """The printer's own word; a number of a colour in words where it has a usual one."""
    upper = word.strip().upper()
    if upper in ("", "NONE"):
        return ""
    if _ONE_COLOUR.fullmatch(upper):
        return _COLOURS.get(upper, upper)
    return printable(word, 32)


def _at(found: Sequence[Any], number: int) -> Any:
    return found[number] if number < len(found) else None
