"""Writes agent/wire/v1.schema.json, the JSON Schema of everything that passes between station and collector.

python -m collector.ingest.schema
"""

import json
from pathlib import Path

from pydantic import TypeAdapter

from agent.wire import v1

FILE = Path(v1.__file__).with_name("v1.schema.json")
DOCUMENTS = (
    v1.Envelope,
    v1.EnvelopeAnswer,
    v1.SaltRequest,
    v1.SaltAnswer,
    v1.EnrolmentRequest,
    v1.EnrolmentAnswer,
    v1.TimeAnswer,
)


def schema() -> str:
    """One document with a definition per message and per part, in a stable order."""
    _map, content = TypeAdapter.json_schemas(
        [(document.__name__, "validation", TypeAdapter(document)) for document in DOCUMENTS],
        title="Wire format of the DPS statistics agent, version 1",
    )
    content["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(content, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema(), encoding="utf-8")
