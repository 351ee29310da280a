"""What shows that this collector itself has said something."""

import hashlib
import hmac


def signature(secret: str, *said: str) -> str:
    """HMAC-SHA-256 as hexadecimal text; the first of several words says what for, so that no signature serves twice."""
    return hmac.new(secret.encode(), "\0".join(said).encode(), hashlib.sha256).hexdigest()
