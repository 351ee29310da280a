"""Asks a printer, or the print server of this computer, by IPP (RFC 8010 and 8011). It only reads.

A client of our own: two operations, each one request and one answer. pyipp would bring aiohttp and an event loop
(20 MB) for the same, and does not speak over the socket of CUPS.

A worked example: the attribute `queued-job-count` of 3 is, in bytes, 21 0010 "queued-job-count" 0004 00000003: the tag
of a whole number, the length of the name, the name, the length of the value, the value. A further value of the same
attribute follows with a name of length 0.
"""

import struct
from collections.abc import Mapping, Sequence

GET_PRINTER_ATTRIBUTES = 0x000B
CUPS_GET_PRINTERS = 0x4002

Value = int | bool | str | bytes
Attributes = Mapping[str, list[Value]]

_VERSION = b"\x01\x01"
"""Every printer since 2000 takes it."""
_LAST_DELIMITER = 0x0F
_OPERATION, _PRINTER, _END = 0x01, 0x04, 0x03
_INTEGER, _BOOLEAN, _ENUM = 0x21, 0x22, 0x23
_KEYWORD, _URI, _CHARSET, _LANGUAGE = 0x44, 0x45, 0x47, 0x48
_FIRST_TEXT, _LAST_TEXT = 0x40, 0x5F
_TEXT_WITH_LANGUAGE, _NAME_WITH_LANGUAGE = 0x35, 0x36
_FIRST_ERROR = 0x0400


class NotIpp(Exception):
    """The answer cannot be read, or says no; the text is one short sentence."""


def request(operation: int, uri: str, attributes: Sequence[str]) -> bytes:
    """The bytes of a question for these attributes; `uri` is the printer's, empty for a question to the server."""
    said = [
        _attribute(_CHARSET, "attributes-charset", "utf-8"),
        _attribute(_LANGUAGE, "attributes-natural-language", "en"),
    ]
    if uri:
        said.append(_attribute(_URI, "printer-uri", uri))
    said += [
        _attribute(_KEYWORD, "requested-attributes" if number == 0 else "", name)
        for number, name in enumerate(attributes)
    ]
    head = _VERSION + struct.pack("!HI", operation, 1)
    return head + bytes([_OPERATION]) + b"".join(said) + bytes([_END])


def printers_in(answer: bytes) -> list[Attributes]:
    """The attributes of each printer in an answer; raises NotIpp."""
    if len(answer) < 9:  # noqa: PLR2004 - version, status, number, and one delimiter
        raise NotIpp("the answer is too short for IPP")
    status = int.from_bytes(answer[2:4], "big")
    if status >= _FIRST_ERROR:
        raise NotIpp(f"it answered with the IPP status 0x{status:04x}")
    found: list[dict[str, list[Value]]] = []
    group, name, at = 0, "", 8
    while at < len(answer):
        tag = answer[at]
        at += 1
        if tag == _END:
            return list(found)
        if tag <= _LAST_DELIMITER:
            group = tag
            if group == _PRINTER:
                found.append({})
            continue
        word, at = _counted(answer, at)
        content, at = _counted(answer, at)
        name = word.decode("utf-8", "replace") or name
        if group == _PRINTER:
            value = _value(tag, content)
            if value is not None:
                found[-1].setdefault(name, []).append(value)
    raise NotIpp("the answer is cut short")


def _value(tag: int, content: bytes) -> Value | None:
    """None for a value of another kind, such as a collection, and for "unknown" and "no value"."""
    if tag in (_INTEGER, _ENUM) and len(content) == 4:  # noqa: PLR2004 - 32 bits
        return int.from_bytes(content, "big", signed=True)
    if tag == _BOOLEAN and len(content) == 1:
        return content != b"\0"
    if tag in (_TEXT_WITH_LANGUAGE, _NAME_WITH_LANGUAGE):
        try:
            _, at = _counted(content, 0)
            return _counted(content, at)[0].decode("utf-8", "replace")
        except NotIpp:
            return None
    if _FIRST_TEXT <= tag <= _LAST_TEXT:
        return content.decode("utf-8", "replace")
    return content if tag == 0x30 else None  # noqa: PLR2004 - a string of octets, as printer-supply is


def _attribute(tag: int, name: str, value: str) -> bytes:
    word, content = name.encode(), value.encode()
    return bytes([tag]) + struct.pack("!H", len(word)) + word + struct.pack("!H", len(content)) + content


def _counted(content: bytes, at: int) -> tuple[bytes, int]:
    """A piece with its length before it, and where the next one begins."""
    begin = at + 2
    end = begin + int.from_bytes(content[at:begin], "big")
    if begin > len(content) or end > len(content):
        raise NotIpp("the answer is cut short")
    return content[begin:end], end


def numbers(attributes: Attributes, name: str) -> list[int]:
    return [one for one in attributes.get(name, ()) if isinstance(one, int) and not isinstance(one, bool)]


def texts(attributes: Attributes, name: str) -> list[str]:
    return [one for one in attributes.get(name, ()) if isinstance(one, str)]
