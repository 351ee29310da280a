"""Make the archive of the folder build for Linux: `python packaging/linux/build_tarball.py FOLDER --bundle FROZEN`.

FROZEN is the folder that PyInstaller made of packaging/frozen/dps-agent.spec on the oldest Linux that shall run it: a
frozen program needs the C library of the computer where it was frozen, or a newer one. The path is printed.
"""

import argparse
import gzip
import io
import platform
import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
UNITS = (
    *("dps-agent.service", "dps-agent-configured.path", "dps-agent-configured.service"),
    *("dps-agent-disks.service", "dps-agent-disks.timer"),
)
"""Those of the Debian package, with the place of this one."""
DEBIANS_PROGRAM, OURS = "/usr/bin/dps-agent", "/opt/dps-agent/dps-agent"
MANUAL = "Documentation=man:dps-agent(8)\n"
FILE_DATE_SECONDS = 1_704_067_200
"""2024-01-01, on every file: the same content gives the same archive."""


class NotBuilt(Exception):
    """The archive could not be made; the text says why."""


def version_of(project: Path = PROJECT) -> str:
    found = re.search(r'^__version__ = "([^"]+)"', (project / "agent/__init__.py").read_text(), re.MULTILINE)
    if found is None:
        raise NotBuilt("agent/__init__.py does not tell a version")
    return found[1]


def content(bundle: Path) -> Iterator[tuple[str, bytes, int]]:
    """Path, bytes and mode of each file."""
    for file in sorted(bundle.rglob("*")):
        if file.is_file():
            yield f"dps-agent/{file.relative_to(bundle)}", file.read_bytes(), file.stat().st_mode & 0o755
    for name in UNITS:
        text = (HERE / "debian" / name).read_text().replace(DEBIANS_PROGRAM, OURS).replace(MANUAL, "")
        yield f"units/{name}", text.encode(), 0o644
    desktop = (HERE / "dps-agent-presence.desktop").read_text().replace(DEBIANS_PROGRAM, OURS)
    yield "dps-agent-presence.desktop", desktop.encode(), 0o644
    yield "agent.toml", (HERE / "agent.toml").read_bytes(), 0o644
    yield "install.sh", (HERE / "install.sh").read_bytes(), 0o755
    yield "LICENSE", (PROJECT / "LICENSE").read_bytes(), 0o644


def build(target: Path, bundle: Path, version: str | None = None) -> Path:
    """Make the archive and return its path in `target`; raises NotBuilt."""
    if not (bundle / "dps-agent").is_file():
        raise NotBuilt(f"{bundle} lacks dps-agent: freeze the agent on Linux with packaging/frozen/dps-agent.spec")
    name = f"dps-agent-{version or version_of()}-linux-{platform.machine()}"
    target.mkdir(parents=True, exist_ok=True)
    archive = target / f"{name}.tar.gz"
    with (
        archive.open("wb") as file,
        gzip.GzipFile("", "wb", 9, file, FILE_DATE_SECONDS) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for path, data, mode in content(bundle):
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size, entry.mode, entry.mtime = len(data), mode, FILE_DATE_SECONDS
            tar.addfile(entry, io.BytesIO(data))
    return archive


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the archive is put")
    parser.add_argument("--bundle", type=Path, required=True, help="the folder that PyInstaller made")
    options = parser.parse_args(arguments)
    try:
        print(build(options.folder, options.bundle))
    except NotBuilt as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
