"""E-mail addresses as people type them."""

from collector.domain.mistakes import N_, Mistake

LONGEST_EMAIL = 254


def read_email(text: str) -> str:
    """Empty, or what looks like an address; whether it is one, a mail shows. Raises Mistake."""
    email = text.strip()
    local, _, domain = email.rpartition("@")
    fine = email.isascii() and email.isprintable() and " " not in email and len(email) <= LONGEST_EMAIL
    if email and not (fine and local and "." in domain and not set(email) & set(',;<>"')):
        raise Mistake(N_("This is not an e-mail address."))
    return email
