"""Every envelope that a released agent ever sent is accepted as it was stored: these files are never edited."""

import gzip
from pathlib import Path

import pytest

from collector.ingest.payload import ENVELOPE, unpacked, validated

STORED = sorted(Path(__file__).parent.glob("v1-*.json"))


def test_there_are_stored_envelopes() -> None:
    assert {"v1-0.1.0-full.json", "v1-0.1.0-linux.json"} <= {file.name for file in STORED}


@pytest.mark.parametrize("file", STORED, ids=lambda file: file.stem)
def test_a_stored_envelope_is_accepted(file: Path) -> None:
    envelope = validated(ENVELOPE, unpacked(gzip.compress(file.read_bytes()), 262_144))

    assert envelope.agent_version == file.stem.split("-")[1]
