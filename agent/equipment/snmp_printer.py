"""What a printer says of itself by SNMP, version 1, 2c or 3, read-only (RFC 2790 and RFC 3805, Printer-MIB).

The colour of a supply comes from the printer's own table of colours, to which the supply points; the order of the
supplies says nothing. A level of -1, -2 or -3 is no number: unlimited, unknown, some left.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from agent.equipment.ipp_printer import LARGEST_COUNTER, MOST_SUPPLIES, kind_of, supply_of
from agent.equipment.named import Named
from agent.equipment.words import errors_of_bits
from agent.wire.health import Printer, Supply
from agent.wire.words import printable

PATIENCE_SECONDS, TRIES = 3, 2
MOST_ROWS = 400

DESCRIPTION = "1.3.6.1.2.1.25.3.2.1.3"
STATUS = "1.3.6.1.2.1.25.3.5.1.1"
ERRORS = "1.3.6.1.2.1.25.3.5.1.2"
PAGES = "1.3.6.1.2.1.43.10.2.1.4"
SUPPLIES = "1.3.6.1.2.1.43.11.1.1"
COLOURS = "1.3.6.1.2.1.43.12.1.1.4"
TABLES = (STATUS, ERRORS, DESCRIPTION, PAGES, SUPPLIES, COLOURS)
_COLOUR, _TYPE, _MOST, _LEVEL = 3, 5, 8, 9
"""Columns of prtMarkerSuppliesTable."""
_TYPES = {
    3: "toner",
    4: "waste-toner",
    5: "ink",
    6: "ink-cartridge",
    7: "ink-ribbon",
    8: "waste-ink",
    9: "opc",
    14: "waste-wax",
    15: "fuser",
    21: "toner-cartridge",
}
State = Literal["idle", "printing", "warming_up", "stopped", "unknown"]
_STATES: dict[int, State] = {3: "idle", 4: "printing", 5: "warming_up"}

Values = Mapping[str, int | bytes]
"""What it answered, by object identifier."""


class NoAnswer(Exception):
    """It could not be asked; the text is one short sentence without an address."""


def ask(named: Named, now: int) -> Printer:
    """One printer; raises NoAnswer."""
    try:
        from agent.equipment.snmp import answers_of  # noqa: PLC0415 - half a second of processor, and an extra
    except ImportError:
        raise NoAnswer("this agent was installed without SNMP (the extra `equipment`)") from None
    return told(named.name, answers_of(named, TABLES, PATIENCE_SECONDS, TRIES, MOST_ROWS), now)


def told(name: str, values: Values, now: int) -> Printer:
    """The reading of a printer from what it answered; raises NoAnswer where it is none."""
    statuses = [value for _, value in _rows(values, STATUS)]
    if not statuses and not any(True for _ in _rows(values, SUPPLIES)):
        raise NoAnswer("what answers there is no printer (no Printer-MIB)")
    place = next((row for row, _ in _rows(values, STATUS)), "1")
    bits = values.get(f"{ERRORS}.{place}", b"")
    errors = errors_of_bits(bits if isinstance(bits, bytes) else b"")
    pages = [value for _, value in _rows(values, PAGES) if isinstance(value, int) and value >= 0]
    model = values.get(f"{DESCRIPTION}.{place}", b"")
    state: State = next((_STATES[one] for one in statuses if isinstance(one, int) and one in _STATES), "unknown")
    return Printer(
        name=name,
        protocol="snmp",
        asked_at_seconds=now,
        reached=True,
        model=printable(_text(model), 120),
        # "Other" is what a printer says that cannot print; it has a reason for it then.
        state="stopped" if state == "unknown" and set(errors) - {"low_paper", "low_toner"} else state,
        errors=errors,
        pages=min(pages[0], LARGEST_COUNTER) if pages else None,
        supplies=tuple(_supplies(values))[:MOST_SUPPLIES],
    )


def _supplies(values: Values) -> Iterator[Supply]:
    for row, level in _rows(values, f"{SUPPLIES}.{_LEVEL}"):
        if not isinstance(level, int):
            continue
        most, kind, colour = (_number(values, column, row) for column in (_MOST, _TYPE, _COLOUR))
        # The row is device.supply, the colour's device.colour; 0 means that it has none.
        word = values.get(f"{COLOURS}.{row.partition('.')[0]}.{colour}", b"") if colour else b""
        yield supply_of(kind_of(_TYPES.get(kind, "")), _colour(_text(word)), level, most)


def _number(values: Values, column: int, row: str) -> int:
    found = values.get(f"{SUPPLIES}.{column}.{row}", 0)
    return found if isinstance(found, int) else 0


def _rows(values: Values, table: str) -> Iterator[tuple[str, Any]]:
    """The rest of each identifier below a table, and its value."""
    for identifier, value in values.items():
        if identifier.startswith(f"{table}."):
            yield identifier[len(table) + 1 :], value


def _colour(word: str) -> str:
    return "" if word.lower() in ("none", "other", "unknown") else printable(word, 32)


def _text(value: int | bytes) -> str:
    return value.decode("utf-8", "replace").rstrip("\0") if isinstance(value, bytes) else ""
