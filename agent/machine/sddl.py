"""Who may enter a folder of Windows, from its security descriptor as text (SDDL, "Security Descriptor String Format").

A folder in ProgramData lets every user look in and make files, unless its installer closed it.
"""

TRUSTED = frozenset(
    (
        *("SY", "S-1-5-18"),  # the system
        *("BA", "S-1-5-32-544"),  # administrators
        *("LS", "S-1-5-19"),  # LocalService, the account of the service
        *("OW", "S-1-3-4", "CO", "S-1-3-0"),  # the owner, whoever that is; judged apart
        *("LA", "DA", "EA"),  # administrators by other names
    )
)
SERVICE = "S-1-5-80-"
"""The beginning of the identifier that a service has of its own."""
OUR_SERVICE = "S-1-5-80-4006197867-1140237071-1032249201-3112830282-1896729674"
"""That of the service `dps-agent`: Windows makes it of the name alone, so it is the same everywhere."""
NO_LIST = "everybody"
FOLDER, KEY = "FA", "KA"
"""All rights to a folder, and to a key of the registry."""


ADMINISTRATORS = frozenset(("SY", "S-1-5-18", "BA", "S-1-5-32-544"))


def is_owned_by_administrators(descriptor: str, own_account: str) -> bool:
    """Whether the system, administrators or who asks own it: no service could have made it beforehand."""
    return _between(descriptor, "O:") in {*ADMINISTRATORS, own_account}


def strangers_in(descriptor: str) -> list[str]:
    """Whom it lets in beside the system, administrators, services and a trusted owner; identifiers, sorted.

    A folder that somebody else owns counts too: the owner can let anybody in.
    """
    owner = _between(descriptor, "O:")
    lists = _between(descriptor, "D:")
    if lists is None or "NO_ACCESS_CONTROL" in lists:
        return [NO_LIST]
    entries = [entry.split(";") for entry in lists.replace(")", "").split("(")[1:]]
    allowed = {entry[5] for entry in entries if len(entry) > 5 and "A" in entry[0]}  # noqa: PLR2004 - the sixth is who
    return sorted(who for who in allowed | {owner or NO_LIST} if who not in TRUSTED and not who.startswith(SERVICE))


def closed_to_others_than(identity: str, everything: str = FOLDER) -> str:
    """A list that lets in the system, administrators and one more; protected, so nothing is inherited from above.

    `everything` says of what it is a list: all that one may do with it.

    OW: whoever owns the folder may else change the list, and where the service made it that is LocalService, the
    account of many services.
    """
    may_all = "".join(f"(A;OICI;{everything};;;{who})" for who in ("SY", "BA", identity))
    return f"D:P{may_all}(A;OICI;RC;;;OW)"


def is_open_to_others(descriptor: str, own_account: str) -> bool:
    """Whether anybody may enter beside those and `own_account`, which is the identifier of who asks."""
    return any(who != own_account for who in strangers_in(descriptor))


def _between(descriptor: str, start: str) -> str | None:
    """One part of the text, up to the next one."""
    parts = {"O:": "", "G:": "", "D:": "", "S:": ""}
    found: dict[str, str] = {}
    current = ""
    rest = descriptor
    depth = 0
    while rest:
        if not depth and rest[:2] in parts:
            current = rest[:2]
            found[current] = ""
            rest = rest[2:]
            continue
        depth += {"(": 1, ")": -1}.get(rest[0], 0)
        found[current] = found.get(current, "") + rest[0]
        rest = rest[1:]
    return found.get(start)
