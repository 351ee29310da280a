"""Certificate chains as a public authority issues them: root, intermediate, and a leaf for localhost.

The leaf carries what such leaves carry (addresses of the authority, a policy, two entries of transparency logs, here
random bytes), so that a handshake has the size that it has on the internet.
"""

import secrets
import subprocess
from pathlib import Path
from typing import NamedTuple

KINDS = {
    "RSA 2048": (["rsa:4096"], ["rsa:2048"], ["rsa:2048"]),
    "ECDSA P-256": (
        ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
        ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
        ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    ),
}
"""By the kind of the leaf: the keys of root, intermediate and leaf."""
LOG_ENTRIES_BYTES = 242
"""Two signed certificate timestamps, as in the leaves of public authorities."""

EXTENSIONS = """
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, digitalSignature, keyCertSign, cRLSign
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
authorityInfoAccess = caIssuers;URI:http://root.authority.example/
crlDistributionPoints = URI:http://root.lists.authority.example/
certificatePolicies = 2.23.140.1.2.1
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
authorityInfoAccess = OCSP;URI:http://status.authority.example, caIssuers;URI:http://intermediate.authority.example/
subjectAltName = DNS:localhost, DNS:collector.statistics.example.org, IP:127.0.0.1
certificatePolicies = 2.23.140.1.2.1
1.3.6.1.4.1.11129.2.4.2 = DER:{log_entries}
"""


class Chain(NamedTuple):
    """Files of a chain: what the server presents, its key, and what a client trusts."""

    certificates: Path
    key: Path
    root: Path


def chain(folder: Path, kind: str) -> Chain:
    """Make a chain of this kind with openssl, in a folder that is made."""
    folder.mkdir()
    entries = f"04:81:{LOG_ENTRIES_BYTES:02x}:" + secrets.token_bytes(LOG_ENTRIES_BYTES).hex(":")
    (folder / "extensions.cnf").write_text(EXTENSIONS.format(log_entries=entries))
    issuer = ""
    for name, key in zip(("root", "intermediate", "leaf"), KINDS[kind], strict=True):
        subject = "/CN=localhost" if name == "leaf" else f"/C=BE/O=Benchmark Authority/CN=Benchmark {name} {kind}"
        openssl(folder, "req", "-new", "-newkey", *key, "-nodes", "-keyout", f"{name}.key", "-subj", subject,
                "-out", f"{name}.csr")  # fmt: skip
        signer = ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key"] if issuer else ["-signkey", "root.key"]
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signer, "-sha256", "-days", "90",
                "-set_serial", f"0x{secrets.token_hex(16)}", "-extfile", "extensions.cnf", "-extensions", name,
                "-out", f"{name}.pem")  # fmt: skip
        issuer = name
    presented = folder / "presented.pem"
    presented.write_text((folder / "leaf.pem").read_text() + (folder / "intermediate.pem").read_text())
    return Chain(presented, folder / "leaf.key", folder / "root.pem")


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, timeout=60)
