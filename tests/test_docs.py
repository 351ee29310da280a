"""What the documents say is what the code does."""

import dataclasses
import importlib
import re
import subprocess
import sys
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.wire import v1
from collector.storage.files.entered import ENTRIES
from collector.storage.files.register import REGISTER

ROOT = Path(__file__).resolve().parent.parent
README_COMMAND = ROOT / ".ci" / "readme_command.py"


def section(document: str, heading: str) -> str:
    """The text under a heading, up to the next one of the same or a higher level."""
    text = (ROOT / document).read_text("utf-8")
    level = len(heading) - len(heading.lstrip("#"))
    found = re.search(rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{level}}} |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{document} has no heading {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """Cells of the tables in a text, without their heads and rulers."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {number - 1 for number, line in enumerate(lines) if set(line) <= set("|-: ")}
    rulers = {number + 1 for number in heads}
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for number, line in enumerate(lines)
        if number not in heads | rulers
    ]


def first_words(text: str) -> list[str]:
    return [row[0].strip("`") for row in rows(text)]


def dataclass_in(hint: Any) -> tuple[type | None, bool]:
    """The dataclass inside a type, if there is one, and whether it stands in a list."""
    if dataclasses.is_dataclass(hint):
        return typing.cast("type", hint), False
    inside = [dataclass_in(argument) for argument in typing.get_args(hint)]
    found = next((pair for pair in inside if pair[0] is not None), (None, False))
    return found[0], found[1] or typing.get_origin(hint) is tuple


def wire_fields(message: type, prefix: str = "") -> Iterator[str]:
    """Paths of the fields that hold values: `runs[].sleeps[].from_seconds`."""
    hints = typing.get_type_hints(message)
    for field in dataclasses.fields(message):
        inner, repeated = dataclass_in(hints[field.name])
        path = prefix + field.name
        if inner is None:
            yield path
        else:
            yield from wire_fields(inner, f"{path}[]." if repeated else f"{path}.")


@dataclasses.dataclass
class Inner:
    seconds: int


@dataclasses.dataclass
class Outer:
    plain: typing.Annotated[str, "bounds"]
    counts: tuple[int, ...]
    one: Inner | None
    many: typing.Annotated[tuple[Inner, ...], "bounds"]


def test_the_walk_finds_fields_at_every_depth() -> None:
    assert list(wire_fields(Outer)) == ["plain", "counts", "one.seconds", "many[].seconds"]


def test_the_table_reader_gives_the_rows_of_every_table_and_nothing_else() -> None:
    text = "| A | B |\n| --- | ---: |\n| `x` | 1 \\| 2 |\n\nwords\n\n| A |\n| --- |\n| `y` |\n"
    assert rows(text) == [["`x`", "1 \\| 2"], ["`y`"]]
    assert first_words(text) == ["x", "y"]


@pytest.mark.parametrize(
    ("heading", "message"),
    [("### The envelope", v1.Envelope), ("### The enrolment request", v1.EnrolmentRequest)],
)
def test_every_wire_field_has_a_row_in_what_is_measured_and_every_row_a_field(heading: str, message: type) -> None:
    assert first_words(section("agent/README.md", heading)) == list(wire_fields(message))


def test_every_row_of_what_is_measured_says_what_in_which_unit_and_why() -> None:
    for row in rows(section("agent/README.md", "## What is measured")):
        assert len(row) == 4
        assert all(row), row


@pytest.mark.parametrize("heading", ["Run it", "Test it"])
def test_the_readme_has_one_block_with_one_command_line_under(heading: str) -> None:
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```$", section("README.md", f"## {heading}"), re.MULTILINE | re.DOTALL)
    assert [len(block.splitlines()) for block in blocks] == [1]
    printed = subprocess.run([sys.executable, README_COMMAND, heading], check=True, capture_output=True, text=True)
    assert printed.stdout == blocks[0]


def test_ci_refuses_a_heading_that_has_no_command() -> None:
    refused = subprocess.run([sys.executable, README_COMMAND, "Sing it"], check=False, capture_output=True, text=True)
    assert refused.returncode == 1
    assert "0 command lines" in refused.stderr


def shown(default: Any) -> str:
    if default in (None, "", (), []):
        return "empty"
    return f"`{str(default).lower()}`" if isinstance(default, bool) else f"`{default}`"


@pytest.mark.parametrize("program", ["agent", "collector"])
def test_the_settings_table_says_of_every_setting_what_the_code_says(program: str) -> None:
    settings = importlib.import_module(f"{program}.config").SETTINGS
    documented = rows(section(f"{program}/README.md", "## Settings"))
    assert documented == [[f"`{setting.name}`", shown(setting.default), setting.meaning] for setting in settings]


def links(document: Path) -> list[str]:
    """Relative targets of the links of a Markdown file, without their fragments."""
    found = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8"))
    return [target for target in found if "://" not in target]


@pytest.mark.parametrize(
    "document",
    [*ROOT.glob("*.md"), *(ROOT / name / "README.md" for name in ("agent", "collector", "packaging", "tests"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_file_that_a_document_points_to_is_there(document: Path) -> None:
    assert document.is_file()
    assert [target for target in links(document) if not (document.parent / target).exists()] == []


def test_contributing_lists_the_verbs_of_poe_with_their_help() -> None:
    tasks = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["poe"]["tasks"]
    listed = {row[0].strip("`"): row[1] for row in rows(section("CONTRIBUTING.md", "## Verbs"))}
    assert listed == {f"poe {name}": task["help"] for name, task in tasks.items()}


CONTRIBUTING_PATH = re.compile(r"`((?:agent|collector|packaging|tests|\.ci)/[^`\s]*)`")


def test_every_existing_place_that_a_recipe_names_is_there() -> None:
    """A recipe may name a file that is still to be written with a word in capitals: `agent/probes/NAME.py`."""
    named = CONTRIBUTING_PATH.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    assert named
    assert [name for name in named if not re.search("[A-Z]{4}", name) and not (ROOT / name).exists()] == []


def test_no_recipe_has_more_than_seven_steps() -> None:
    recipes = re.split(r"^### ", section("CONTRIBUTING.md", "## Recipes"), flags=re.MULTILINE)[1:]
    assert [recipe.splitlines()[0] for recipe in recipes] == [
        "Add a probe",
        "Add a wire field",
        "Add a page",
        "Add an alert rule",
    ]
    assert all(1 < len(re.findall(r"^\d+\. ", recipe, re.MULTILINE)) <= 7 for recipe in recipes)


def test_the_table_of_files_names_every_table_and_its_columns() -> None:
    text = section("collector/README.md", "## The register, and what people enter")
    documented = {row[0].strip("`"): tuple(re.findall(r"`(\w+)`", row[1])) for row in rows(text)}
    assert documented == {f"{kind.word}.csv": kind.columns for kind in (*REGISTER, *ENTRIES)}
