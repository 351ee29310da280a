"""Which operating system runs, in which version."""

import shlex
from collections.abc import Mapping

from agent.errors import NoData
from agent.machine import architecture
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import printable, text_of, word_of
from agent.wire.v1 import OperatingSystem

FIRST_BUILD_OF_WINDOWS_11 = 22_000
"""From there on the registry goes on saying "Windows 10"."""
PLACES = ("etc/os-release", "usr/lib/os-release")
"""In the order of os-release(5)."""


def read(surroundings: Surroundings) -> Outcome:
    for place in PLACES:
        text = text_of(surroundings.root, place)
        if text is not None:
            name, version = name_and_version_of(text)
            return Outcome(
                OperatingSystem(
                    name=printable(name, 120),
                    version=printable(version, 64),
                    kernel=printable(word_of(surroundings.root, "proc/sys/kernel/osrelease"), 120),
                    architecture=printable(word_of(surroundings.root, "proc/sys/kernel/arch") or architecture(), 32),
                )
            )
    raise NoData("this system has no os-release file")


def name_and_version_of(os_release: str) -> tuple[str, str]:
    """NAME and VERSION_ID, with the defaults of os-release(5); a rolling system has a build or no version."""
    found: dict[str, str] = {}
    for line in os_release.splitlines():
        name, separator, value = line.strip().partition("=")
        if separator and not name.startswith("#"):
            try:
                found[name] = " ".join(shlex.split(value))
            except ValueError:
                # A quote that is never closed spoils its own line only.
                continue
    return found.get("NAME") or "Linux", found.get("VERSION_ID") or found.get("BUILD_ID") or ""


def windows_names_of(values: Mapping[str, object], running: tuple[int, int, int]) -> tuple[str, str, str]:
    """Name, version and build of Windows, from what CurrentVersion of its registry holds (names in small letters).

    `running` is what Windows told this process, where the registry holds no numbers. The version is that of the
    feature update, such as "23H2"; before those had names, the year and month of the release, such as "1809".
    """
    major = values.get("currentmajorversionnumber", running[0])
    minor = values.get("currentminorversionnumber", running[1])
    build = str(values.get("currentbuild") or running[2])
    name = str(values.get("productname") or "Windows")
    if build.isascii() and build.isdigit() and int(build) >= FIRST_BUILD_OF_WINDOWS_11:
        name = name.replace("Windows 10", "Windows 11", 1)
    version = str(values.get("displayversion") or values.get("releaseid") or "")
    patched = f".{values['ubr']}" if "ubr" in values else ""
    return name, version, f"{major}.{minor}.{build}{patched}"
