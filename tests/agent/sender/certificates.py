"""Certificates as servers show them, made with the openssl command for this one run.

Wine has no such command, so what runs the tests there makes them beforehand: `USUAL`, in the folder that
DPS_TEST_CERTIFICATES names.
"""

import os
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

USUAL = {"good": "IP:127.0.0.1", "other": "DNS:elsewhere.example.org"}
"""By name: for whom."""
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Certificates:
    """An issuer of our own, and servers' certificates signed by it."""

    def __init__(self, folder: Path) -> None:
        given = os.environ.get("DPS_TEST_CERTIFICATES")
        self.folder = Path(given or folder)
        self.issuer = str(self.folder / "issuer.pem")
        if given:
            return
        if shutil.which("openssl") is None:
            pytest.skip("needs the openssl command, from the package openssl")
        self._openssl(
            *("req", "-x509", *KEY, "-subj", "/CN=issuer", "-days", "2"), "-keyout", "issuer.key", "-out", "issuer.pem"
        )

    def server(self, name: str) -> ssl.SSLContext:
        """What a server needs to show the certificate of this name."""
        if not (self.folder / f"{name}.pem").exists():
            self.make(name, USUAL[name])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        return context

    def make(self, name: str, subject: str) -> None:
        (self.folder / "names").write_text(f"subjectAltName={subject}\n")
        self._openssl("req", *KEY, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self._openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "issuer.pem", "-CAkey", "issuer.key", "-CAcreateserial"),
            *("-days", "2", "-extfile", "names", "-out", f"{name}.pem"),
        )

    def chain(
        self,
        name: str,
        *,
        leaf: tuple[str, str],
        between: tuple[str, str] = ("20000101000000Z", "20991231235959Z"),
        subject: str = "IP:127.0.0.1",
    ) -> ssl.SSLContext:
        """What a server shows whose certificate stands below one in between; each valid from one date to another.

        The issuer at the top of it is `old_issuer`, which is valid from 2000 to 2099.
        """
        if "DPS_TEST_CERTIFICATES" in os.environ:
            pytest.skip("only Linux: certificates of many dates are made while the test runs")
        if not self.old_issuer.exists():
            self._signed("old", "old", ("20000101000000Z", "20991231235959Z"), "basicConstraints=critical,CA:true")
        self._signed(f"{name}-between", "old", between, "basicConstraints=critical,CA:true")
        self._signed(name, f"{name}-between", leaf, f"subjectAltName={subject}")
        (self.folder / f"{name}-chain.pem").write_text(
            "".join((self.folder / f"{part}.pem").read_text() for part in (name, f"{name}-between"))
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{name}-chain.pem", self.folder / f"{name}.key")
        return context

    @property
    def old_issuer(self) -> Path:
        return self.folder / "old.pem"

    def _signed(self, name: str, issuer: str, valid: tuple[str, str], extension: str) -> None:
        """One certificate; `openssl ca` is the command that takes dates of the past."""
        (self.folder / f"{name}.ext").write_text(f"{extension}\nsubjectKeyIdentifier=hash\n")
        (self.folder / "index").write_text("")
        (self.folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca=own\n[own]\ndatabase=index\nnew_certs_dir=.\ndefault_md=sha256\nrand_serial=yes\n"
            "policy=any\nunique_subject=no\n[any]\ncommonName=supplied\n"
        )
        self._openssl("req", *KEY, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        above = ("-selfsign",) if name == issuer else ("-cert", f"{issuer}.pem")
        self._openssl(
            *("ca", "-batch", "-config", "ca.cnf", "-notext", *above, "-keyfile", f"{issuer}.key"),
            *("-startdate", valid[0], "-enddate", valid[1], "-extfile", f"{name}.ext"),
            *("-in", f"{name}.csr", "-out", f"{name}.pem"),
        )

    def _openssl(self, *words: str) -> None:
        done = subprocess.run(["openssl", *words], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
