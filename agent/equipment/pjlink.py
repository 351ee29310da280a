"""Asks a projector by PJLink, class 1 and 2 (JBMIA, "PJLink Specifications"). It only asks: it switches nothing.

The projector greets with `PJLINK 0`, or with `PJLINK 1 498e4a67`: then the first question has the MD5 of that number
and the password before it. A question is `%1LAMP ?`, its answer `%1LAMP=3120 1`: hours, and whether it is lit, for each
lamp. `%1ERST=010000` names fan, lamp, temperature, cover, filter, other: 0 well, 1 warning, 2 error. ERR1 to ERR4 in
place of an answer mean that it has none, at this moment or ever; ERRA that the password is wrong.

Its name (`NAME`) and its serial number (`SNUM`) are not asked for.
"""

import hashlib
import re
import socket
from collections.abc import Callable
from typing import Any, Literal

from agent.equipment.named import Named
from agent.wire.health import Lamp, Projector, ProjectorState
from agent.wire.words import printable

PATIENCE_SECONDS = 10.0
LONGEST_LINE = 256
"""An answer has at most 136 bytes; a greeting fewer."""
MOST_LAMPS = 8
MOST_HOURS = 1_000_000

_PARTS = ("fan", "lamp", "temperature", "cover", "filter", "other")
_STATES: dict[str, ProjectorState] = {"0": "ok", "1": "warning", "2": "error"}
Power = Literal["off", "on", "cooling", "warming_up"]
_POWERS: dict[str, Power] = {"0": "off", "1": "on", "2": "cooling", "3": "warming_up"}
_GREETING = re.compile(r"PJLINK (?:0|1 ([0-9a-zA-Z]{8})|(ERRA))", re.IGNORECASE)
_LAMPS = re.compile(r"([0-9]{1,7}) ([01])(?: |$)", re.ASCII)


class NoAnswer(Exception):
    """It could not be asked; the text is one short sentence without an address."""


def ask(named: Named, now: int) -> Projector:
    """One projector; raises NoAnswer or OSError."""
    with socket.create_connection((named.host, named.port), PATIENCE_SECONDS) as connection:
        connection.settimeout(PATIENCE_SECONDS)
        with connection.makefile("rb") as lines:
            line = _line_of(lines.read)
            before = opening(line(), named.password)

            def asked(question: str, protocol_class: int = 1) -> str | None:
                nonlocal before
                connection.sendall(f"{before}%{protocol_class}{question} ?\r".encode("ascii"))
                before = ""
                return answer_in(line(), question)

            return told(named, asked, now)


def told(named: Named, asked: Callable[..., str | None], now: int) -> Projector:
    """What it says of itself. A question that this model does not know costs only its own answer."""
    protocol_class: Literal[1, 2] = 2 if asked("CLSS") == "2" else 1
    maker, product = asked("INF1") or "", asked("INF2") or ""
    hours = asked("FILT", 2) if protocol_class == 2 else None  # noqa: PLR2004 - the class
    parts: dict[str, Any] = parts_of(asked("ERST") or "")
    return Projector(
        name=named.name,
        asked_at_seconds=now,
        reached=True,
        protocol_class=protocol_class,
        model=printable(f"{maker} {product}", 120),
        power=_POWERS.get(asked("POWR") or "", "unknown"),
        lamps=lamps_of(asked("LAMP") or ""),
        lamp_life_hours=named.lamp_life_hours,
        filter_hours=min(int(hours), MOST_HOURS) if hours and hours.isascii() and hours.isdigit() else None,
        **parts,
    )


def opening(greeting: str, password: str) -> str:
    """What goes before the first question; raises NoAnswer."""
    found = _GREETING.fullmatch(greeting)
    if found is None:
        raise NoAnswer("what answers there is no projector with PJLink")
    if found[2]:
        raise NoAnswer("it refuses the password")
    if found[1] is None:
        return ""
    if not password:
        raise NoAnswer("it wants a password; name one in the file of equipment")
    return hashlib.md5(f"{found[1]}{password}".encode(), usedforsecurity=False).hexdigest()


def answer_in(line: str, question: str) -> str | None:
    """The answer to a question; None where it has none. Raises NoAnswer for a wrong password or another's answer."""
    if line.upper() == "PJLINK ERRA":
        raise NoAnswer("it refuses the password")
    head, separator, answer = line.partition("=")
    if not separator or head[:1] != "%" or head[2:].upper() != question:
        raise NoAnswer("its answer does not follow PJLink")
    return None if answer.upper() in ("ERR1", "ERR2", "ERR3", "ERR4") else answer


def parts_of(answer: str) -> dict[str, ProjectorState]:
    if len(answer) != len(_PARTS):
        return {}
    return {part: _STATES[sign] for part, sign in zip(_PARTS, answer, strict=True) if sign in _STATES}


def lamps_of(answer: str) -> tuple[Lamp, ...]:
    """Hours and light of each lamp; none where the answer is not whole. A projector with lasers may have no lamp."""
    found = _LAMPS.findall(answer)
    if " ".join(f"{hours} {lit}" for hours, lit in found) != answer:
        return ()
    return tuple(Lamp(hours=min(int(hours), MOST_HOURS), lit=lit == "1") for hours, lit in found[:MOST_LAMPS])


def _line_of(read: Callable[[int], bytes]) -> Callable[[], str]:
    """Reads lines that end in a carriage return, byte by byte, since nothing else says where they end."""

    def line() -> str:
        found = b""
        while len(found) < LONGEST_LINE:
            sign = read(1)
            if sign in (b"\r", b""):
                break
            found += sign
        if not found:
            raise NoAnswer("it closed the connection without a word")
        return found.decode("utf-8", "replace").strip("\n")

    return line
