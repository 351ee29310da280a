"""Signs programs and installers with osslsigncode, where the environment names a certificate.

    DPS_SIGN_CERTIFICATE    file of the certificate and its chain (PEM), or of both and the key (.p12, .pfx)
    DPS_SIGN_KEY            file of the private key (PEM); not with .p12
    DPS_SIGN_PASSWORD_FILE  file with the password of the key; none where it has no password
    DPS_SIGN_TIMESTAMP      address of a time-stamping service, so that the signature outlives the certificate

The password is in a file, because a command line can be seen by every account of the computer.
"""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from failure import NotBuilt

PRODUCT = "DPS agent"


def sign(file: Path, environment: Mapping[str, str]) -> bool:
    """Sign in place; False where no certificate is named. Raises NotBuilt."""
    certificate = environment.get("DPS_SIGN_CERTIFICATE")
    if not certificate:
        return False
    if shutil.which("osslsigncode") is None:
        raise NotBuilt("DPS_SIGN_CERTIFICATE is set and osslsigncode is not installed")
    words = ["osslsigncode", "sign", "-h", "sha256", "-n", PRODUCT]
    if certificate.lower().endswith((".p12", ".pfx")):
        words += ["-pkcs12", certificate]
    elif key := environment.get("DPS_SIGN_KEY"):
        words += ["-certs", certificate, "-key", key]
    else:
        raise NotBuilt("DPS_SIGN_CERTIFICATE is a PEM file, so DPS_SIGN_KEY must name the file of its key")
    if password := environment.get("DPS_SIGN_PASSWORD_FILE"):
        words += ["-readpass", password]
    if service := environment.get("DPS_SIGN_TIMESTAMP"):
        words += ["-ts", service]
    signed = file.with_name(file.name + ".signed")
    done = subprocess.run(
        [*words, "-in", str(file), "-out", str(signed)],
        capture_output=True,
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise NotBuilt(f"{file.name} was not signed: {' / '.join((done.stdout + done.stderr).splitlines()[-4:])}")
    signed.replace(file)
    return True
