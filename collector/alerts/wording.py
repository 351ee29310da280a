"""Alerts in words: what they are about, the sentence of each, what to do, what to bring."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from collector.domain.health.findings import Level, Rule
from collector.domain.mistakes import N_
from collector.i18n import Speech
from collector.storage.queries.alerts import Alert

LEVELS: Mapping[Level, str] = {
    Level.CRITICAL: N_("critical"),
    Level.WARNING: N_("warning"),
    Level.INFORMATION: N_("information"),
    Level.OK: N_("in order"),
    Level.NOT_READABLE: N_("not readable"),
    Level.STALE: N_("out of date"),
}

RULES: Mapping[Rule, str] = {
    Rule.SITE_NOT_OPENED: N_("Opening of the site"),
    Rule.SITE_UNREACHABLE: N_("Line of the site"),
    Rule.MISSING: N_("Contact with the station"),
    Rule.CLONE: N_("Identity"),
    Rule.DISK_SPACE: N_("Disk space"),
    Rule.DISK_HEALTH: N_("Disk health"),
    Rule.DISK_TEMPERATURE: N_("Disk temperature"),
    Rule.PROCESSOR_TEMPERATURE: N_("Processor temperature"),
    Rule.MEMORY_AVAILABLE: N_("Free memory"),
    Rule.MEMORY_SIZE: N_("Installed memory"),
    Rule.BATTERY: N_("Battery"),
    Rule.CLOCK: N_("Clock"),
    Rule.CRASHES: N_("Crashes"),
    Rule.PENDING_REBOOT: N_("Pending reboot"),
    Rule.UPDATES: N_("Pending updates"),
    Rule.END_OF_SUPPORT: N_("Support of the operating system"),
    Rule.PROTECTION: N_("Antivirus"),
    Rule.LINK_SPEED: N_("Network speed"),
    Rule.CONTACTS: N_("Failed contacts"),
    Rule.CARD_READER: N_("Card reader"),
    Rule.AGENT_VERSION: N_("Version of the agent"),
    Rule.AGENT_READINGS: N_("Readings of the agent"),
    Rule.AGENT_DROPPED: N_("Lost records"),
    Rule.MAINTENANCE: N_("Maintenance"),
    Rule.PRINTER: N_("Printer"),
    Rule.PROJECTOR: N_("Projector"),
}

SENTENCES: Mapping[Rule, str] = {
    Rule.SITE_NOT_OPENED: N_("No station has been on since the site should have opened."),
    Rule.SITE_UNREACHABLE: N_("Most of its stations fell silent together: the line or the power is probably down."),
    Rule.MISSING: N_("Nothing has come from it for a week of open days."),
    Rule.CLONE: N_("Two computers use its secret, so nothing of theirs is counted."),
    Rule.DISK_SPACE: N_("Disk %(item)s is nearly full: %(free)s free of %(total)s."),
    Rule.DISK_TEMPERATURE: N_("Disk %(item)s is %(degrees)s °C warm."),
    Rule.PROCESSOR_TEMPERATURE: N_("The processor is %(degrees)s °C warm; it must stay below %(most)s °C."),
    Rule.MEMORY_AVAILABLE: N_("Hardly any memory is free: %(available)s of %(total)s."),
    Rule.MEMORY_SIZE: N_("It has %(total)s of memory and had %(usual)s: a module has gone or failed."),
    Rule.BATTERY: N_("Battery %(item)s holds %(percent)s of what it could when it was new."),
    Rule.CLOCK: N_("Its clock is %(seconds)s ahead."),
    Rule.CRASHES: N_("The system crashed %(crashes)s times within a week of open days."),
    Rule.PENDING_REBOOT: N_("It has been waiting for a reboot since %(since)s."),
    Rule.UPDATES: N_("%(updates)s updates wait to be installed, one of them since %(since)s."),
    Rule.END_OF_SUPPORT: N_("Its operating system has had no security updates since %(last_day)s."),
    Rule.LINK_SPEED: N_("Its network runs at %(megabits)s Mbit/s; at its best it was %(best_megabits)s."),
    Rule.CONTACTS: N_("%(failed)s of %(tried)s contacts failed within the opening hours of the last open days."),
    Rule.CARD_READER: N_("It has %(count)s card readers and had %(usual)s."),
    Rule.AGENT_VERSION: N_("Its agent has version %(version)s; %(newest)s is current."),
    Rule.AGENT_READINGS: N_("Some readings fail: %(probes)s."),
    Rule.AGENT_DROPPED: N_("%(records)s records were lost or refused before they were counted."),
    Rule.MAINTENANCE: N_("The maintenance of %(item)s ended on %(first_day_without)s."),
    Rule.PRINTER: N_("Printer %(item)s needs attention: %(wanted)s."),
    Rule.PROJECTOR: N_("Projector %(item)s: %(wanted)s."),
}

CLOCK_BEHIND = N_("Its clock is %(seconds)s behind.")

AHEAD: Mapping[Rule, str] = {
    Rule.END_OF_SUPPORT: N_("Its operating system gets security updates until %(last_day)s."),
    Rule.MAINTENANCE: N_("The maintenance of %(item)s ends on %(first_day_without)s."),
}
"""As long as it is information, of a day to come."""

PLANNED = frozenset({Rule.MAINTENANCE, Rule.END_OF_SUPPORT, Rule.AGENT_VERSION})
"""Nobody drives to a site for them today: they wait in the visit list for the next trip."""

DISK_REASONS: Mapping[str, str] = {
    "verdict": N_("Disk %(item)s says of itself that it is failing."),
    "critical_warning": N_("Disk %(item)s reports a critical warning."),
    "spare": N_("Disk %(item)s has used up its spare blocks."),
    "growth": N_("Disk %(item)s has new bad sectors or read errors (%(growth)s)."),
    "growth_again": N_("Disk %(item)s has had new bad sectors or read errors on two days within a month (%(growth)s)."),
    "timeouts": N_("Disk %(item)s answers late very often."),
    "used": N_("Disk %(item)s has nearly reached the life that its maker planned."),
    "cable": N_("Disk %(item)s has new transfer errors: check its cable."),
}
PROTECTION_REASONS: Mapping[str, str] = {
    "off": N_("Its antivirus is off."),
    "signatures": N_("The signatures of its antivirus are %(days)s open days old."),
}

TO_DO: Mapping[Rule, str] = {
    Rule.SITE_NOT_OPENED: N_("Ask the site whether it is closed, and write the closure down; else look at its line."),
    Rule.SITE_UNREACHABLE: N_("Call the site: is there power, and does its Internet line work?"),
    Rule.MISSING: N_("Look whether it is there and whether it starts; if it is put away, say so in the equipment."),
    Rule.CLONE: N_("Take the agent’s identity out of the image, and enrol each of the computers again."),
    Rule.DISK_SPACE: N_("Remove what visitors left and old updates, or fit a larger disk."),
    Rule.DISK_HEALTH: N_("Replace the disk before it fails; for a cable, replace the cable and accept the count."),
    Rule.DISK_TEMPERATURE: N_("Clean dust out, and look whether the fans turn."),
    Rule.PROCESSOR_TEMPERATURE: N_("Clean dust out, look whether the fan turns, renew the thermal paste."),
    Rule.MEMORY_AVAILABLE: N_("See which program takes it; if it comes back, fit more memory."),
    Rule.MEMORY_SIZE: N_("Seat the modules again or replace the broken one; accept it if it was taken out."),
    Rule.BATTERY: N_("Replace the battery."),
    Rule.CLOCK: N_("Set the time server; if the clock stops with the power, replace the coin cell."),
    Rule.CRASHES: N_("Look at the system’s crash reports; test memory and drivers."),
    Rule.PENDING_REBOOT: N_("Restart it outside opening hours."),
    Rule.UPDATES: N_("Install the updates, and look why they did not install themselves."),
    Rule.END_OF_SUPPORT: N_("Plan a newer system, or a newer computer."),
    Rule.PROTECTION: N_("Switch the antivirus on and let it update itself."),
    Rule.LINK_SPEED: N_("Change the cable or the socket; accept it if the slower link is meant."),
    Rule.CONTACTS: N_("Look at the network of the site, and at what its firewall refuses."),
    Rule.CARD_READER: N_("Plug the card reader in or replace it; accept it if it was taken away."),
    Rule.AGENT_VERSION: N_("Install the current agent."),
    Rule.AGENT_READINGS: N_("Read the reasons on the page of the station; install the agent again if they stay."),
    Rule.AGENT_DROPPED: N_("Look at the agent’s log on the station: its disk was full, or it was offline for weeks."),
    Rule.MAINTENANCE: N_("Plan its replacement."),
    Rule.PRINTER: N_("Bring what it asks for."),
    Rule.PROJECTOR: N_("Bring a lamp or clean the filter, as it says."),
}

TO_BRING: Mapping[Rule, str] = {
    Rule.DISK_SPACE: N_("a larger disk"),
    Rule.DISK_HEALTH: N_("a disk and a disk cable"),
    Rule.DISK_TEMPERATURE: N_("compressed air"),
    Rule.PROCESSOR_TEMPERATURE: N_("compressed air and thermal paste"),
    Rule.MEMORY_SIZE: N_("a memory module"),
    Rule.BATTERY: N_("a battery"),
    Rule.CLOCK: N_("a coin cell"),
    Rule.LINK_SPEED: N_("a network cable"),
    Rule.CARD_READER: N_("a card reader"),
    Rule.AGENT_VERSION: N_("the installer of the agent"),
    Rule.PROJECTOR: N_("a lamp and a filter for the projector"),
}
"""For the bag; a printer's supplies are named one by one."""

ACCEPTABLE = frozenset(
    {Rule.DISK_HEALTH, Rule.MEMORY_SIZE, Rule.LINK_SPEED, Rule.CARD_READER, Rule.AGENT_DROPPED, Rule.CRASHES}
)
"""Those that compare with what was usual: a technician can take what is now for usual."""

PARTS: Mapping[str, str] = {
    "no_paper": N_("no paper"),
    "low_paper": N_("little paper"),
    "no_toner": N_("no toner"),
    "low_toner": N_("little toner"),
    "door_open": N_("a door is open"),
    "jammed": N_("paper jam"),
    "offline": N_("offline"),
    "service_requested": N_("service requested"),
    "input_tray_missing": N_("a tray is missing"),
    "output_tray_missing": N_("an output tray is missing"),
    "supply_missing": N_("a cartridge is missing"),
    "output_near_full": N_("the output is nearly full"),
    "output_full": N_("the output is full"),
    "input_tray_empty": N_("a tray is empty"),
    "overdue_maintenance": N_("maintenance is overdue"),
    "toner": N_("toner"),
    "ink": N_("ink"),
    "drum": N_("drum"),
    "waste": N_("waste container"),
    "fuser": N_("fuser"),
    "fan": N_("fan"),
    "lamp": N_("lamp"),
    "temperature": N_("temperature"),
    "cover": N_("cover"),
    "filter": N_("filter"),
    "other": N_("something else"),
    "black": N_("black"),
    "cyan": N_("cyan"),
    "magenta": N_("magenta"),
    "yellow": N_("yellow"),
}
"""Words that printers and projectors use; another colour stays as the printer names it."""


def name_of(rule: Rule, speech: Speech) -> str:
    return speech.gettext(RULES[rule])


def sentence_of(alert: Alert, speech: Speech, zone: ZoneInfo) -> str:
    """What is wrong, with its figures."""
    facts = alert.facts
    if alert.rule is Rule.DISK_HEALTH:
        pattern = DISK_REASONS.get(str(facts.get("why")), DISK_REASONS["growth"])
    elif alert.rule is Rule.CLOCK and int(facts.get("seconds", 0)) < 0:
        pattern = CLOCK_BEHIND
    elif alert.rule is Rule.PROTECTION:
        pattern = PROTECTION_REASONS.get(str(facts.get("why")), PROTECTION_REASONS["off"])
    else:
        ahead = alert.level is Level.INFORMATION and alert.rule in AHEAD
        pattern = AHEAD[alert.rule] if ahead else SENTENCES[alert.rule]
    model = f" ({facts['model']})" if facts.get("model") else ""
    return speech.gettext(pattern) % _Values(_values(facts, speech, zone) | {"item": f"{alert.item}{model}"})


def to_do(rule: Rule, speech: Speech) -> str:
    return speech.gettext(TO_DO[rule])


def to_bring(alert: Alert, speech: Speech) -> str:
    """Empty where hands are enough."""
    if alert.rule is Rule.PRINTER:
        return _words(str(alert.facts.get("supplies", "")), speech)
    return speech.gettext(TO_BRING[alert.rule]) if alert.rule in TO_BRING else ""


class _Values(dict[str, str]):
    """A figure that an older version did not keep is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def _values(facts: Mapping[str, Any], speech: Speech, zone: ZoneInfo) -> dict[str, str]:
    found = {}
    for name, value in facts.items():
        if value is not None:
            found[name.removesuffix("_bytes")] = _written(name, value, speech, zone)
    if "supplies" in facts or "errors" in facts:
        parts = [_words(str(facts.get(each, "")), speech) for each in ("supplies", "errors")]
        found["wanted"] = ", ".join(part for part in parts if part)
    elif "lamp_percent" in facts:
        used = speech.gettext(N_("%(percent)s of the life of its lamp is used")) % {
            "percent": speech.percent(int(facts["lamp_percent"]) / 100)
        }
        found["wanted"] = ", ".join(part for part in (_words(str(facts["parts"]), speech), used) if part)
    return found


def _written(name: str, value: Any, speech: Speech, zone: ZoneInfo) -> str:
    if isinstance(value, str):
        writers: Mapping[str, Callable[[], str]] = {
            "last_day": lambda: speech.date(dt.date.fromisoformat(value)),
            "first_day_without": lambda: speech.date(dt.date.fromisoformat(value)),
        }
        return writers[name]() if name in writers else value
    if name.endswith("_bytes"):
        return speech.size(int(value))
    if name == "percent":
        return speech.percent(int(value) / 100)
    if name == "since":
        return speech.moment(int(value), zone)
    if name == "seconds":
        return speech.hours(abs(int(value))) if abs(int(value)) >= 60 else f"{abs(int(value))} s"  # noqa: PLR2004 - of a minute
    return speech.number(value)


def _words(listed: str, speech: Speech) -> str:
    """Words of printers and projectors, each translated where it is one of ours."""

    def translated(word: str) -> str:
        bare = word.strip("()")
        return word.replace(bare, speech.gettext(PARTS[bare])) if bare in PARTS else word

    return ", ".join(" ".join(map(translated, each.split(" "))) for each in listed.split(", ") if each)
