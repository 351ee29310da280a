"""Which mails about alerts somebody wants."""

from enum import StrEnum


class AlertMails(StrEnum):
    """The names are stored."""

    ALL = "all"
    """At once what is critical, and in the morning what is open."""
    CRITICAL = "critical"
    DIGEST = "digest"
    NONE = "none"

    @property
    def at_once(self) -> bool:
        return self in {AlertMails.ALL, AlertMails.CRITICAL}

    @property
    def in_the_morning(self) -> bool:
        return self in {AlertMails.ALL, AlertMails.DIGEST}
