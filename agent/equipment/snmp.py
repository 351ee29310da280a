"""Reads tables by SNMP with pysnmp, which comes with the extra `equipment` and is loaded nowhere else."""

import asyncio
from collections.abc import Sequence
from typing import Any

from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    Udp6TransportTarget,
    UdpTransportTarget,
    UsmUserData,
    usmAesCfb128Protocol,
    usmHMACSHAAuthProtocol,
    walk_cmd,
)

from agent.equipment.named import Named
from agent.equipment.snmp_printer import NoAnswer

DEFAULT_COMMUNITY = "public"


def answers_of(
    named: Named, tables: Sequence[str], patience_seconds: float, tries: int, most_rows: int
) -> dict[str, int | bytes]:
    """What it answers in these tables, by object identifier; raises NoAnswer."""
    return asyncio.run(_answers_of(named, tables, patience_seconds, tries, most_rows))


async def _answers_of(
    named: Named, tables: Sequence[str], patience_seconds: float, tries: int, most_rows: int
) -> dict[str, int | bytes]:
    engine = SnmpEngine()
    target = Udp6TransportTarget if ":" in named.host else UdpTransportTarget
    try:
        place = await target.create((named.host, named.port), timeout=patience_seconds, retries=tries - 1)
    except Exception:  # noqa: BLE001 - a name that nobody knows; pysnmp has an error of its own for each way
        raise NoAnswer("nobody knows its address") from None
    found: dict[str, int | bytes] = {}
    try:
        for table in tables:
            question = ObjectType(ObjectIdentity(table))
            walk = walk_cmd(
                engine, _credentials(named), place, ContextData(), question, lexicographicMode=False, lookupMib=False
            )
            async for failed, status, _, values in walk:
                if failed:
                    raise NoAnswer(_why(str(failed), named))
                if status:
                    break  # version 1 says so at the end of what it knows
                for identifier, value in values:
                    kept = _plain(value)
                    if kept is not None:
                        found[str(identifier)] = kept
                if len(found) >= most_rows:
                    return found
    finally:
        engine.close_dispatcher()
    return found


def _credentials(named: Named) -> Any:
    if named.protocol != "snmp3":
        return CommunityData(named.community or DEFAULT_COMMUNITY, mpModel=0 if named.protocol == "snmp1" else 1)
    protocols: dict[str, Any] = {}
    if named.password:
        protocols |= {"authKey": named.password, "authProtocol": usmHMACSHAAuthProtocol}
    if named.privacy_password:
        protocols |= {"privKey": named.privacy_password, "privProtocol": usmAesCfb128Protocol}
    return UsmUserData(named.user, **protocols)  # noqa: S509 - the technician decides; many printers know no encryption


def _why(failed: str, named: Named) -> str:
    """Short, and without an address: the words of pysnmp may hold one."""
    low = failed.lower()
    if "timeout" in low or "no snmp response" in low:
        return "it did not answer" + ("" if named.protocol == "snmp3" else ", or does not know the community")
    if any(word in low for word in ("auth", "digest", "user", "security", "decrypt", "cipher")):
        return "it refuses the user or the password"
    return "its answer does not follow SNMP"


def _plain(value: Any) -> int | bytes | None:
    """Whole numbers and strings of octets; None for anything else, such as "no such object"."""
    kind = type(value).__name__
    if kind in ("OctetString", "DisplayString", "Bits"):
        return bytes(value)
    if kind in ("Integer", "Integer32", "Counter32", "Counter64", "Gauge32", "Unsigned32"):
        return int(value)
    return None
