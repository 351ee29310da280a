"""Make the installer for Windows: `python packaging/windows/build_msi.py FOLDER --bundle FROZEN` prints its path.

FROZEN is the folder that PyInstaller made of packaging/frozen/dps-agent.spec. It needs wixl, msitools and
gcc-mingw-w64-x86-64-win32, and osslsigncode where the environment names a certificate (signing.py).
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

sys.path.insert(0, str(Path(__file__).parent))  # run as a script, or imported by its tests

import sbom
import signing
import tables
from failure import NotBuilt

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
NEEDS = {
    "wixl": "wixl",
    "msibuild": "msitools",
    "msiinfo": "msitools",
    "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64-win32",
}
PROGRAMS = ("dps-agent.exe", "dps-presence.exe")
"""They have components of their own in product.wxs."""
TASKS = ("presence-task.xml", "disks-task.xml")
"""For Windows' Task Scheduler, beside the programs."""
OURS = uuid.UUID(tables.UPGRADE_CODE)
"""Every other identifier is derived from it, so that the same source gives the same ones."""
FILE_DATE_SECONDS = 1_704_067_200
"""2024-01-01, on every file of the cabinet."""


def missing() -> list[str]:
    """Debian packages without which nothing can be built."""
    return sorted({package for program, package in NEEDS.items() if shutil.which(program) is None})


def version_of(project: Path = PROJECT) -> str:
    """The agent's version, which is the installer's too."""
    found = re.search(r'^__version__ = "(\d+\.\d+\.\d+)"', (project / "agent/__init__.py").read_text(), re.MULTILINE)
    if found is None:
        raise NotBuilt("agent/__init__.py does not tell a version of three numbers")
    return found[1]


def build(target: Path, bundle: Path, environment: Mapping[str, str], version: str | None = None) -> Path:
    """Make the installer and return its path in `target`; tests of upgrades give another version than the source's.

    Raises:
        NotBuilt: a tool or a file is missing, or a step failed; the text says which.
    """
    if lacking := missing():
        raise NotBuilt(f"the installer cannot be built: install {' '.join(lacking)}")
    if absent := [name for name in PROGRAMS if not (bundle / name).is_file()]:
        raise NotBuilt(f"{bundle} lacks {' and '.join(absent)}: freeze the agent with packaging/frozen/dps-agent.spec")
    version = version or version_of()
    target.mkdir(parents=True, exist_ok=True)
    msi = target / f"dps-agent-{version}.msi"
    with tempfile.TemporaryDirectory(prefix="dps-agent-msi-") as folder:
        work = Path(folder)
        lay_out(work, bundle, environment)
        make(work, version)
        shutil.move(work / "product.msi", msi)
        signing.sign(msi, environment)
        sbom.write(msi, work / "bundle", version, uuid.uuid5(OURS, f"contents {version}"))
    return msi


def lay_out(work: Path, bundle: Path, environment: Mapping[str, str]) -> None:
    """Put what wixl reads where it looks for it: beside the source."""
    shutil.copytree(bundle, work / "bundle")
    for name in TASKS:
        shutil.copy2(HERE / name, work / "bundle")
    shutil.copy2(HERE / "product.wxs", work)
    compile_actions(work)
    for program in (work / "actions.dll", *(work / "bundle" / name for name in PROGRAMS)):
        signing.sign(program, environment)
    for file in (work / "bundle").rglob("*"):
        os.utime(file, (FILE_DATE_SECONDS, FILE_DATE_SECONDS))
    (work / "library.wxs").write_text(library(work / "bundle"))


def compile_actions(work: Path) -> None:
    (work / "actions.def").write_text("EXPORTS\n" + "\n".join(tables.FUNCTIONS) + "\n")
    command(
        [
            "x86_64-w64-mingw32-gcc",
            *("-shared", "-O2", "-s", "-Wall", "-Wextra", "-Werror", "-static-libgcc", "-Wl,--no-insert-timestamp"),
            *("-Wl,--nxcompat", "-Wl,--dynamicbase", "-Wl,--high-entropy-va"),
            f'-DSERVICE_SID="{tables.service_sid()}"',
            *(
                "-o",
                "actions.dll",
                str(HERE / "actions.c"),
                "actions.def",
                "-lmsi",
                "-ladvapi32",
                "-lole32",
                "-loleaut32",
            ),
        ],
        work,
    )


def library(bundle: Path) -> str:
    """Every file of the bundle but the programs, one component each, with identifiers that stay from build to build."""
    names: list[str] = []
    inside = "".join(components(bundle, bundle, names))
    references = "".join(f"<ComponentRef Id={quoteattr(name)}/>" for name in names)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">'
        f'<Fragment><DirectoryRef Id="ProgramFolder">{inside}</DirectoryRef></Fragment>'
        f'<Fragment><ComponentGroup Id="Library">{references}</ComponentGroup></Fragment></Wix>\n'
    )


def components(bundle: Path, folder: Path, names: list[str]) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        place = path.relative_to(bundle).as_posix()
        identifier = uuid.uuid5(OURS, place)
        if path.is_dir():
            inside = "".join(components(bundle, path, names))
            yield f'<Directory Id="d{identifier.hex}" Name={quoteattr(path.name)}>{inside}</Directory>'
        elif place not in PROGRAMS:
            names.append(f"c{identifier.hex}")
            yield (
                f'<Component Id="c{identifier.hex}" Guid="{str(identifier).upper()}" Win64="yes">'
                f'<File Id="f{identifier.hex}" Source={quoteattr("bundle/" + place)} KeyPath="yes"/></Component>'
            )


def make(work: Path, version: str) -> None:
    """Write product.msi."""
    defined = {"Win64": "yes", "Version": version, "ProductCode": product_code(version)}
    given = [word for name, value in defined.items() for word in ("-D", f"{name}={value}")]
    command(["wixl", "-a", "x64", *given, "-o", "product.msi", "product.wxs", "library.wxs"], work)
    registry = command(["msiinfo", "export", "product.msi", "Registry"], work)
    found = re.search(r"^(\S+)\t2\tSOFTWARE\\DPS agent\tserver\t", registry, re.MULTILINE)
    if found is None:
        raise NotBuilt("product.wxs has no registry value for the server")
    for statement in tables.statements(found[1]):
        command(["msibuild", "product.msi", "-q", statement], work)
    # The package code tells one file from another: the same content has the same one.
    content = hashlib.sha256()
    for file in sorted((work / "bundle").rglob("*")):
        content.update(file.read_bytes() if file.is_file() else b"")
    for name in ("product.wxs", "library.wxs", "actions.dll"):
        content.update((work / name).read_bytes())
    code = str(uuid.uuid5(OURS, version + content.hexdigest())).upper()
    command(["msibuild", "product.msi", "-s", "DPS agent", "DPS statistics", "x64;1033", f"{{{code}}}"], work)


def product_code(version: str) -> str:
    """A new one for each version, the same one whenever that version is built."""
    return str(uuid.uuid5(OURS, f"product {version}")).upper()


def command(words: Sequence[str], cwd: Path) -> str:
    done = subprocess.run(words, cwd=cwd, capture_output=True, check=False, text=True, stdin=subprocess.DEVNULL)
    if done.returncode or "CRITICAL" in done.stderr:
        raise NotBuilt(f"{words[0]} failed: " + " / ".join((done.stdout + done.stderr).strip().splitlines()[-8:]))
    return done.stdout


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the installer is put")
    parser.add_argument("--bundle", type=Path, required=True, help="the folder that PyInstaller made")
    parser.add_argument("--version", help="another version than the source's")
    options = parser.parse_args(arguments)
    try:
        print(build(options.folder, options.bundle, os.environ, options.version))
    except NotBuilt as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
