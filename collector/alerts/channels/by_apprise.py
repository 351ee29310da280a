"""Messages by Apprise, which speaks to a hundred services; it is loaded only where the settings name one of them.

What it and those below it write into their logs has addresses in it, and an address is a secret here: so their logs
are silent, and their reasons are not told.
"""

import hashlib
import logging
from urllib.parse import urlsplit

from apprise import Apprise, AppriseAsset, NotifyType, PersistentStoreMode

from collector.alerts.channels.message import Channel, Kind, Message, Refused

WHOLE_SECONDS = 30
TALKATIVE = ("apprise", "urllib3", "requests_oauthlib", "oauthlib")
URGENCY = {Kind.CRITICAL: NotifyType.FAILURE, Kind.DIGEST: NotifyType.WARNING, Kind.TEST: NotifyType.INFO}


def channel(address: str) -> Channel:
    """Raises ValueError where Apprise does not know such an address."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    if not _to(address):
        raise ValueError
    scheme = urlsplit(address).scheme
    # Two rooms of the same service are two channels; the order of the settings may change.
    mark = hashlib.sha256(address.encode()).hexdigest()[:6]
    return Channel(
        f"apprise {scheme} {mark}", f"Apprise: {scheme} ({mark})", lambda message, _at: send(address, message)
    )


def send(address: str, message: Message) -> None:
    """Raises OSError where the service did not take it."""
    told = _to(address)
    taken = told.notify(
        message.text, message.subject, notify_type=URGENCY[message.kind], body_format="text", timeout=WHOLE_SECONDS
    )
    if not taken:
        raise Refused("Apprise")


def _to(address: str) -> Apprise:
    # Nothing is written to the disk, and nobody leads us to another address.
    asset = AppriseAsset(
        app_id="DPS",
        storage_mode=PersistentStoreMode.MEMORY,
        http_redirects=False,
        pem_autogen=False,
        pgp_autogen=False,
    )
    told = Apprise(asset=asset)
    told.add(address)
    return told
