"""What is inside the installer, as a CycloneDX 1.5 document beside it: libraries, and every file with its SHA-256."""

import hashlib
import json
import re
import uuid
from pathlib import Path
from typing import Any

from failure import NotBuilt

PROJECT = Path(__file__).resolve().parents[2]
LIBRARIES = ("certifi", "charset-normalizer", "idna", "platformdirs", "psutil", "requests", "urllib3")
"""What of the lock file is frozen for Windows; a test looks into the bundle."""


def write(msi: Path, bundle: Path, version: str, identity: uuid.UUID) -> Path:
    """Write MSI.cdx.json and return its path; raises NotBuilt where the lock file lacks a library."""
    locked = dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", (PROJECT / "requirements.lock").read_text(), re.MULTILINE))
    if absent := [name for name in LIBRARIES if name not in locked]:
        raise NotBuilt(f"requirements.lock does not tell the version of {', '.join(absent)}")
    content: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{identity}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": "dps-agent",
                "version": version,
                "licenses": [{"license": {"id": "EUPL-1.2"}}],
                "hashes": [sha256(msi)],
            }
        },
        "components": [
            *(
                {"type": "library", "name": name, "version": locked[name], "purl": f"pkg:pypi/{name}@{locked[name]}"}
                for name in LIBRARIES
            ),
            *(runtime(bundle)),
            *(
                {"type": "file", "name": file.relative_to(bundle).as_posix(), "hashes": [sha256(file)]}
                for file in sorted(bundle.rglob("*"))
                if file.is_file()
            ),
        ],
    }
    target = msi.with_name(msi.name + ".cdx.json")
    target.write_text(json.dumps(content, indent=1) + "\n")
    return target


def runtime(bundle: Path) -> list[dict[str, str]]:
    """Python and OpenSSL, whose versions stand in their own files."""
    found = []
    for name, file, pattern in (
        ("cpython", "_internal/python311.dll", rb"3\.11\.\d+(?=\0)"),
        ("openssl", "_internal/libcrypto-3.dll", rb"(?<=OpenSSL )3\.\d+\.\d+"),
    ):
        path = bundle / file
        version = re.search(pattern, path.read_bytes()) if path.is_file() else None
        if version is not None:
            found.append({"type": "library", "name": name, "version": version[0].decode()})
    return found


def sha256(file: Path) -> dict[str, str]:
    return {"alg": "SHA-256", "content": hashlib.sha256(file.read_bytes()).hexdigest()}
