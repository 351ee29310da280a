"""What changed of one station and when: its system, memory, disks and agent, and its alerts; nothing of its use."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from collector.alerts.wording import LEVELS
from collector.i18n import Speech
from collector.storage.queries.station_health import Change
from collector.web.views.today import Told

MOST_CHANGES = 50


class Changed(NamedTuple):
    at: int
    what: str
    before: str
    """Empty for an alert, which is what happened itself."""
    after: str


Described = Callable[[Mapping[str, Any], Speech], str]


def changes_of(said: Sequence[Change], told: Sequence[Told], speech: Speech) -> list[Changed]:
    """The newest first; `said` is in order of time. What could not be read for a while has not changed by that."""
    found = [
        *_of_alerts(told, speech),
        *(each for probe, described in DESCRIBED.items() for each in _of_probe(probe, described, said, speech)),
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)[:MOST_CHANGES]


def _of_probe(probe: str, described: Described, said: Sequence[Change], speech: Speech) -> list[Changed]:
    name = {
        "operating_system": speech.gettext("Operating system"),
        "memory_modules": speech.gettext("Memory modules"),
        "memory": speech.gettext("Memory"),
        "disk_health": speech.gettext("Disks"),
        "volumes": speech.gettext("Volumes"),
        "agent": speech.gettext("Agent"),
    }[probe]
    found: list[Changed] = []
    before = None
    for each in said:
        if each.probe != probe or each.outcome != "ok":
            continue
        # Compared as they are written: a system counts its memory a little differently after an update.
        after = described(each.value, speech)
        if before is not None and after != before:
            found.append(Changed(each.at, name, before, after))
        before = after
    return found


def _of_alerts(told: Sequence[Told], speech: Speech) -> list[Changed]:
    found: list[Changed] = []
    for each in told:
        raised = speech.gettext("Alert raised")
        level = speech.gettext(LEVELS[each.alert.level])
        found.append(Changed(each.alert.raised_at, raised, "", f"{each.sentence} ({level})"))
        if each.alert.ended_at is not None:
            found.append(Changed(each.alert.ended_at, speech.gettext("Alert ended"), "", each.sentence))
    return found


def _system(value: Mapping[str, Any], _speech: Speech) -> str:
    return f"{value['name']} {value['version']}"


def _modules(value: Mapping[str, Any], speech: Speech) -> str:
    return speech.size(value["installed_bytes"])


def _memory(value: Mapping[str, Any], speech: Speech) -> str:
    return speech.size(value["total_bytes"])


def _disks(value: Mapping[str, Any], speech: Speech) -> str:
    return (
        ", ".join(
            each["model"] + (f" ({speech.size(each['size_bytes'])})" if each["size_bytes"] else "")
            for each in value["disks"]
        )
        or "–"
    )


def _volumes(value: Mapping[str, Any], speech: Speech) -> str:
    return ", ".join(f"{each['label']} ({speech.size(each['total_bytes'])})" for each in value["fixed"]) or "–"


def _agent(value: Mapping[str, Any], _speech: Speech) -> str:
    return str(value["version"])


DESCRIBED: Mapping[str, Described] = {
    "operating_system": _system,
    "memory_modules": _modules,
    "memory": _memory,
    "disk_health": _disks,
    "volumes": _volumes,
    "agent": _agent,
}
"""What is told of a probe when it changes."""
