"""Programs and installers are signed where the environment names a certificate; here with one of our own."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("only Linux: osslsigncode", allow_module_level=True)

from agent import __version__
from tests.rigs.windows_agent import frozen_agent
from tests.rigs.windows_python import why_not

BUILD = Path(__file__).parents[2] / "packaging/windows/build_msi.py"
TOOLS = {"wixl": "wixl", "msibuild": "msitools", "osslsigncode": "osslsigncode", "openssl": "openssl"}
lacking = [package for tool, package in TOOLS.items() if shutil.which(tool) is None]
reason = why_not() or (f"not installed: {' '.join(lacking)}" if lacking else None)
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, str]:
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Test", "-days", "2"]
    use = ["-addext", "extendedKeyUsage=codeSigning", "-addext", "keyUsage=digitalSignature"]
    places = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "certificate.pem")]
    subprocess.run([*words, *use, *places], check=True, capture_output=True)
    return {"DPS_SIGN_CERTIFICATE": str(tmp_path / "certificate.pem"), "DPS_SIGN_KEY": str(tmp_path / "key.pem")}


def built(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, str(BUILD), str(folder), "--bundle", str(frozen_agent())]
    return subprocess.run(words, check=False, capture_output=True, text=True, env={**os.environ, **environment})


def is_signed(file: Path, certificate: dict[str, str]) -> bool:
    trusted = ["-CAfile", certificate["DPS_SIGN_CERTIFICATE"]]
    done = subprocess.run(["osslsigncode", "verify", *trusted, "-in", str(file)], check=False, capture_output=True)
    return done.returncode == 0


def test_the_installer_and_the_programs_in_it_are_signed_and_listed(
    tmp_path: Path, certificate: dict[str, str]
) -> None:
    done = built(tmp_path / "out", certificate)
    assert done.returncode == 0, done.stderr
    msi = Path(done.stdout.strip())
    assert is_signed(msi, certificate)
    inside = tmp_path / "inside"
    subprocess.run(["msiextract", "-C", str(inside), str(msi)], check=True, capture_output=True)
    [program] = inside.rglob("dps-agent.exe")
    [presence] = inside.rglob("dps-presence.exe")
    assert is_signed(program, certificate)
    assert is_signed(presence, certificate)
    # What Windows shows under Properties, Details.
    for file, name in ((program, "dps-agent.exe"), (presence, "dps-presence.exe")):
        content = file.read_bytes()
        for key, text in (
            ("ProductVersion", __version__),
            ("OriginalFilename", name),
            ("CompanyName", "DPS statistics"),
        ):
            assert re.search(
                re.escape(f"{key}\0".encode("utf-16-le")) + b"(?:\0\0)?" + text.encode("utf-16-le"), content
            )

    told = json.loads(msi.with_name(msi.name + ".cdx.json").read_text())
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.5")
    assert told["metadata"]["component"]["hashes"][0]["content"] == hashlib.sha256(msi.read_bytes()).hexdigest()
    libraries = {part["name"]: part["version"] for part in told["components"] if part["type"] == "library"}
    assert {"cpython", "openssl", "requests", "psutil"} <= set(libraries)
    files = {part["name"]: part["hashes"][0]["content"] for part in told["components"] if part["type"] == "file"}
    assert files["dps-agent.exe"] == hashlib.sha256(program.read_bytes()).hexdigest()
    folders = {name.split("/")[1] for name in files if name.count("/") > 1}
    assert {folder.replace("_", "-") for folder in folders} <= set(libraries) | {"agent"}


def test_a_certificate_without_its_key_stops_the_build(tmp_path: Path, certificate: dict[str, str]) -> None:
    done = built(tmp_path / "out", {"DPS_SIGN_CERTIFICATE": certificate["DPS_SIGN_CERTIFICATE"]})
    assert done.returncode == 1
    assert "DPS_SIGN_KEY" in done.stderr
    assert not list((tmp_path / "out").glob("*.msi"))


def test_openssl_looks_for_its_settings_where_users_cannot_write() -> None:
    library = (frozen_agent() / "_internal/libcrypto-3.dll").read_bytes()
    assert b'OPENSSLDIR: "C:\\Program Files\\Common Files\\SSL"' in library
    assert b'MODULESDIR: "C:\\Program Files\\OpenSSL\\lib\\ossl-modules"' in library
