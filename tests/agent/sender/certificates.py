"""Certificates as servers show them, made with the openssl command for this one run."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Certificates:
    """An issuer of our own, and servers' certificates signed by it."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("needs the openssl command, from the package openssl")
        self.folder = folder
        self.issuer = str(folder / "issuer.pem")
        self._openssl(
            *("req", "-x509", *KEY, "-subj", "/CN=issuer", "-days", "2"), "-keyout", "issuer.key", "-out", "issuer.pem"
        )

    def server(self, name: str, *, subject: str = "IP:127.0.0.1", days: int = 2) -> ssl.SSLContext:
        """What a server needs to show a certificate for `subject`, valid for so many days from now."""
        (self.folder / "names").write_text(f"subjectAltName={subject}\n")
        self._openssl("req", *KEY, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self._openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "issuer.pem", "-CAkey", "issuer.key", "-CAcreateserial"),
            *("-days", str(days), "-extfile", "names", "-out", f"{name}.pem"),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        return context

    def _openssl(self, *words: str) -> None:
        done = subprocess.run(["openssl", *words], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
