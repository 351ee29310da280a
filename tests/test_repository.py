"""What the repository holds, and what it must not."""

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent

TOP_LEVEL = {
    ".ci",
    ".github",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "agent",
    "collector",
    "packaging",
    "pyproject.toml",
    "requirements-dev.lock",
    "requirements.lock",
    "tests",
}

LONGEST_FILE_LINES = 400
MAY_BE_LONGER = (".json", ".lock", ".po", ".pot", ".svg")

# One letter stands in brackets wherever the word itself would make this file fail its own test.
FORBIDDEN = {
    "a path of one developer's machine": r"(?<![\w.])/(wor[k]/(main|shared)|roo[t]/|tmp/ven[v]|opt/(wheel[s]|pyp[i]))",
    "the host of a package registry": r"pyp[i]\.org|pythonhoste[d]|npmj[s]\.(org|com)|deb\.debia[n]\.org",
    "who or what wrote it": r"(?i)co-authore[d]-by|generate[d] (with|by) (an? )?(ai|model)\b|languag[e] model",
    "work that is not done": r"\b(TOD[O]|FIXM[E]|XX[X])\b",
}


@cache
def files() -> tuple[Path, ...]:
    """What git tracks, and what it would track with the next commit."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this copy is not a git checkout, or git is not installed: {error}")
    return tuple(path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file())


def lines_with(pattern: str, text: str) -> list[str]:
    return [line.strip()[:100] for line in text.splitlines() if re.search(pattern, line)]


def test_the_top_level_is_what_everybody_expects_and_nothing_else() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in files()} == TOP_LEVEL


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in files()
        if (lines := lines_with(FORBIDDEN[what], path.read_text("utf-8", errors="replace")))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of one developer's machine", "cd /{}/main".format("work")),
        ("a path of one developer's machine", "open('/{}/.ssh/x')".format("root")),
        ("the host of a package registry", "--index-url https://{}.org/simple".format("pypi")),
        ("who or what wrote it", "Co-{}-By: X <x@example.org>".format("Authored")),
        ("work that is not done", "# {}DO: later".format("TO")),
    ],
)
def test_the_search_finds(what: str, line: str) -> None:
    assert lines_with(FORBIDDEN[what], f"first\n{line}\nlast") == [line]


def test_the_search_leaves_folders_of_other_names_alone() -> None:
    assert (
        lines_with(FORBIDDEN["a path of one developer's machine"], "/var/lib/roots/ tests/root/ a.home/x /work/ing")
        == []
    )


def test_no_file_has_grown_past_400_lines() -> None:
    grown = {
        str(path.relative_to(ROOT)): count
        for path in files()
        if path.suffix not in MAY_BE_LONGER and b"\0" not in (content := path.read_bytes())
        if (count := content.count(b"\n")) > LONGEST_FILE_LINES
    }
    assert grown == {}


def test_the_licence_is_complete() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\nEUPL © the European Union 2007, 2016\n")
    assert re.findall(r"^(\d+)\.\w", text, re.MULTILINE) == [str(article) for article in range(1, 16)]
    assert "Appendix" in text
    assert text.endswith("require the production of a new EUPL version.\n")


def wanted(*, development: bool) -> list[Requirement]:
    """What pyproject.toml asks for: the two programs; developers need every extra, and the group."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = table["project"]["optional-dependencies"]
    names = set(extras) if development else {"agent", "collector"}
    lines = [line for name in sorted(names) for line in extras[name]]
    return [Requirement(line) for line in lines + (table["dependency-groups"]["dev"] if development else [])]


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", text, re.MULTILINE))


def dashed(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(("lock", "development"), [("requirements.lock", False), ("requirements-dev.lock", True)])
def test_the_lock_holds_every_dependency_in_a_version_that_the_project_allows(lock: str, development: bool) -> None:
    versions = locked(lock)
    outside = [
        str(requirement)
        for requirement in wanted(development=development)
        if not requirement.specifier.contains(versions.get(dashed(requirement.name), "0"), prereleases=False)
    ]
    assert outside == [], "run `poe lock`"


def test_developers_have_the_versions_that_users_have() -> None:
    development = locked("requirements-dev.lock")
    assert {name: development.get(name) for name in locked("requirements.lock")} == locked("requirements.lock")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_a_hash(lock: str) -> None:
    packages = re.split(r"^(?=[a-z0-9])", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE)[1:]
    # A package may stand twice, for older and newer versions of Python.
    assert {each.partition("==")[0] for each in packages} == set(locked(lock))
    assert [package.splitlines()[0] for package in packages if "--hash=sha256:" not in package] == []


def test_the_changelog_says_of_every_dependency_what_it_saves() -> None:
    said = set(re.findall(r"[\w-]+", (ROOT / "CHANGELOG.md").read_text("utf-8").lower()))
    assert {dashed(requirement.name) for requirement in wanted(development=True)} - said == set()
