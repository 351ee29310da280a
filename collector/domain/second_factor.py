"""The second factor: codes of six digits from a telephone (RFC 6238 with SHA-1, 30 seconds), and codes on paper."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import quote

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
DRIFT_STEPS = 1
"""How far the clock of a telephone may be off, in steps."""
RECOVERY_CODES = 10
RECOVERY_BYTES = 10
"""80 bits: nobody guesses one, so they are kept as plain SHA-256."""


def new_secret(random: Callable[[int], bytes]) -> str:
    """In base 32, as telephones want it."""
    return base64.b32encode(random(SECRET_BYTES)).decode()


def is_secret(text: str) -> bool:
    try:
        return len(base64.b32decode(text)) == SECRET_BYTES
    except ValueError:
        return False


def code_at(secret: str, step: int) -> str:
    """RFC 4226, section 5.3, of the number of the step."""
    mac = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: str, code: str, now: int, last: int) -> int | None:
    """The step to which a code belongs, later than the `last` that was used; None for a wrong or a used one."""
    said = code.replace(" ", "").encode()
    found = None
    for step in range(now // STEP_SECONDS - DRIFT_STEPS, now // STEP_SECONDS + DRIFT_STEPS + 1):
        if hmac.compare_digest(said, code_at(secret, step).encode()) and step > last:
            found = step
    return found


def address(secret: str, name: str, issuer: str) -> str:
    """What telephones read, typed or from a picture (Google's key URI format)."""
    return f"otpauth://totp/{quote(issuer)}:{quote(name)}?secret={secret}&issuer={quote(issuer)}"


def recovery_codes(random: Callable[[int], bytes]) -> list[str]:
    """Each opens once in the place of the telephone."""
    return [base64.b32encode(random(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]


def typed_recovery_code(text: str) -> str:
    """As it was given out, however it was typed."""
    return "".join(text.split()).replace("-", "").lower()
