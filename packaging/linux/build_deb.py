"""Build the Debian package of the agent: `python packaging/linux/build_deb.py FOLDER` prints the path of the .deb.

It needs debhelper, dh-python and po-debconf. The same source and SOURCE_DATE_EPOCH give the same package.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
HERE = PROJECT / "packaging" / "linux"
OWN_FILES = ("dps-agent", "dps-agent.8", "dps-agent-presence.desktop", "agent.toml")
NEEDS = {
    "dpkg-buildpackage": "dpkg-dev",
    "dh": "debhelper",
    "dh_python3": "dh-python",
    "po2debconf": "po-debconf",
    "fakeroot": "fakeroot",
}


class NotBuilt(Exception):
    """The package could not be made; the text says why."""


def missing() -> list[str]:
    """Debian packages without which nothing can be built."""
    return sorted(package for program, package in NEEDS.items() if shutil.which(program) is None)


def version_of(project: Path = PROJECT) -> str:
    """The agent's version, which is the package's too."""
    found = re.search(r'^__version__ = "([^"]+)"', (project / "agent" / "__init__.py").read_text(), re.MULTILINE)
    if found is None:
        raise NotBuilt("agent/__init__.py does not tell a version")
    return found[1]


def build(target: Path, environment: Mapping[str, str], version: str | None = None) -> Path:
    """Make the package and return its path in `target`.

    Tests of upgrades give another version than the source's.

    Raises:
        NotBuilt: a tool is missing, or the build failed; the text ends with its last lines.
    """
    if lacking := missing():
        raise NotBuilt(f"the package cannot be built: install {' '.join(lacking)}")
    version = version or version_of()
    with tempfile.TemporaryDirectory(prefix="dps-agent-") as folder:
        tree = Path(folder) / "source"
        lay_out(tree, version, int(environment.get("SOURCE_DATE_EPOCH", "0")) or newest_file())
        done = subprocess.run(
            ["dpkg-buildpackage", "--build=binary", "--no-sign"],
            cwd=tree,
            env={**environment, "DEB_BUILD_OPTIONS": "nocheck"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            raise NotBuilt("dpkg-buildpackage failed: " + " / ".join((done.stdout + done.stderr).splitlines()[-8:]))
        target.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy2(Path(folder) / f"dps-agent_{version}_all.deb", target))


def lay_out(tree: Path, version: str, seconds: int) -> None:
    """Put everything that the build reads where it expects it; `seconds` since 1970 is the date of the release."""
    shutil.copytree(PROJECT / "agent", tree / "agent", ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    initial = tree / "agent" / "__init__.py"
    initial.write_text(initial.read_text().replace(f'"{version_of()}"', f'"{version}"'))
    shutil.copytree(HERE / "debian", tree / "debian")
    for name in OWN_FILES:
        shutil.copy2(HERE / name, tree / name)
    (tree / "debian" / "copyright").write_text(
        (HERE / "debian" / "copyright").read_text() + indented((PROJECT / "LICENSE").read_text())
    )
    (tree / "debian" / "changelog").write_text(
        f"dps-agent ({version}) unstable; urgency=medium\n\n"
        "  * What changed is told in the CHANGELOG.md of DPS statistics.\n\n"
        f" -- DPS statistics maintainers <maintainers@dps-statistics.example>  {formatdate(seconds)}\n"
    )


def newest_file() -> int:
    """When the newest file of the agent was changed, in seconds since 1970."""
    return max(int(file.stat().st_mtime) for file in (PROJECT / "agent").rglob("*.py"))


def indented(text: str) -> str:
    """A text as a field of debian/copyright wants it: each line after a space, an empty one as a dot."""
    return "".join(f" {line.rstrip() or '.'}\n" for line in text.strip().splitlines())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the package is put")
    parser.add_argument("--version", help="another version than the source's")
    options = parser.parse_args(arguments)
    try:
        print(build(options.folder, os.environ, options.version))
    except NotBuilt as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
