"""From the bytes of a request to a validated document of the wire format.

The type is strict, every number, text and list is bounded, unknown fields are refused. A field that comes twice counts
with its last value. How deep documents may nest is bounded by the JSON parser (200) long before the schema sees them.
"""

import zlib
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from agent.wire.v1 import EnrolmentRequest, Envelope, SaltRequest
from collector.ingest.problems import Problem, Refused, too_large

ENVELOPE: TypeAdapter[Envelope] = TypeAdapter(Envelope)
ENROLMENT: TypeAdapter[EnrolmentRequest] = TypeAdapter(EnrolmentRequest)
SALT: TypeAdapter[SaltRequest] = TypeAdapter(SaltRequest)

_GZIP_FORMAT = 31
_Document = TypeVar("_Document")


def unpacked(body: bytes, limit: int) -> bytes:
    """The content of one gzip stream, stopped at `limit` bytes whatever the stream promises."""
    stream = zlib.decompressobj(_GZIP_FORMAT)
    try:
        content = stream.decompress(body, limit + 1)
    except zlib.error:
        raise Refused(_bad_gzip("The body is not valid gzip.")) from None
    if len(content) > limit:
        raise Refused(too_large(limit))
    if not stream.eof:
        raise Refused(_bad_gzip("The gzip stream ends too early."))
    if stream.unused_data:
        raise Refused(_bad_gzip("Something follows the gzip stream."))
    return content


def validated(adapter: TypeAdapter[_Document], content: bytes) -> _Document:
    """The document; raises Refused with one sentence that names the first wrong field."""
    try:
        return adapter.validate_json(content)
    except ValidationError as error:
        raise Refused(_problem(error.errors(include_url=False, include_context=False, include_input=False))) from None


def place(location: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in location)


def _problem(errors: Sequence[Any]) -> Problem:
    first = errors[0]
    # Never the input itself: it could be anything, and this text is logged by whoever receives it.
    if first["type"] == "json_invalid":
        return Problem(400, "not_json", "The document is not JSON", f"{first['msg']}.")
    field = place(first["loc"])[:200]
    if first["type"] == "unexpected_keyword_argument":
        detail = f"{field} is not a field of this version: upgrade the collector, or remove the field."
    else:
        detail = f"{field or 'The document'}: {first['msg']}."
    return Problem(422, "not_valid", "The document does not follow the schema", detail, field)


def _bad_gzip(detail: str) -> Problem:
    return Problem(400, "not_gzip", "The body cannot be unpacked", detail)
