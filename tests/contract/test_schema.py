import json

from agent.wire import v1
from collector.ingest.schema import DOCUMENTS, FILE, schema


def test_the_stored_schema_is_what_the_code_says() -> None:
    assert FILE.read_text(encoding="utf-8") == schema(), "run: python -m collector.ingest.schema"


def test_every_message_is_in_the_schema_and_refuses_unknown_fields() -> None:
    definitions = json.loads(schema())["$defs"]

    assert {document.__name__ for document in DOCUMENTS} <= set(definitions)
    assert all(one["additionalProperties"] is False for one in definitions.values())


def test_every_number_text_and_list_is_bounded() -> None:
    def unbounded(part: object, path: str) -> list[str]:
        if isinstance(part, list):
            return [found for index, one in enumerate(part) for found in unbounded(one, f"{path}.{index}")]
        if not isinstance(part, dict):
            return []
        needs = {"integer": "maximum", "string": "maxLength", "array": "maxItems", "number": "never"}
        need = needs.get(part.get("type", ""))
        bounded = need is None or need in part or "const" in part or "enum" in part
        own = [] if bounded else [path]
        return own + [found for name, one in part.items() for found in unbounded(one, f"{path}.{name}")]

    assert unbounded(json.loads(schema())["$defs"], "") == []
    assert unbounded({"a": {"type": "integer"}}, "") == [".a"]


def test_the_schema_knows_the_version() -> None:
    assert json.loads(schema())["$defs"]["Envelope"]["properties"]["schema"]["const"] == 1
    assert v1.Envelope.__dataclass_fields__["schema"].type == v1.EnvelopeAnswer.__dataclass_fields__["schema"].type
