"""What the pages for technicians list is what there is."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PACKAGING = TESTS.parent / "packaging"


def marked() -> set[str]:
    """Names of the tests that only a real Windows runs."""
    found: set[str] = set()
    for file in TESTS.rglob("test_*.py"):
        text = file.read_text("utf-8")
        if re.search(r"^pytestmark = pytest\.mark\.real_windows", text, re.MULTILINE):
            found |= set(re.findall(r"^def (test_\w+)", text, re.MULTILINE))
        found |= set(re.findall(r"^@pytest\.mark\.real_windows\n(?:@.*\n)*def (test_\w+)", text, re.MULTILINE))
    return found


def test_every_test_of_a_real_windows_is_listed_and_nothing_else() -> None:
    text = (PACKAGING / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| `(test_\w+)` \|", text[text.index("### What Wine cannot show") :], re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == marked()
    workflow = (PACKAGING.parent / ".github/workflows/release.yml").read_text("utf-8")
    assert "pytest -q tests/agent" in workflow
    assert "pytest -q -m real_windows tests/packaging" in workflow


def test_every_file_that_the_pages_name_is_there() -> None:
    for page in PACKAGING.rglob("*.md"):
        text = page.read_text("utf-8")
        for link in re.findall(r"\]\(([\w./-]+)\)", text):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
        for path in re.findall(r"`((?:tests|packaging)/[\w./-]+\.\w+)`", text):
            assert (TESTS.parent / path).exists(), f"{page.name}: {path}"
