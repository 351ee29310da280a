"""What the recipe of the frozen program leaves out is nothing that the agent loads."""

import ast
import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
EXTRA = PROJECT / "agent/equipment/snmp.py"
"""Loaded where a printer is asked by SNMP, which the frozen program says that it cannot."""


def loaded_at_once(source: str) -> set[str]:
    """Names of the modules that a file loads as soon as it is loaded itself."""
    found: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def test_no_module_of_the_agent_loads_what_is_left_out() -> None:
    recipe = (PROJECT / "packaging/frozen/dps-agent.spec").read_text("utf-8")
    left_out = {
        name
        for block in re.findall(r"^ *UNUSED \+?= \[(.*?)\]", recipe, re.MULTILINE | re.DOTALL)
        for name in re.findall(r'"([\w.]+)"', block)
    }
    assert {"unittest", "sqlite3"} <= left_out
    for file in set((PROJECT / "agent").rglob("*.py")) - {EXTRA}:
        assert loaded_at_once(file.read_text("utf-8")) & left_out == set(), file


def test_what_windows_loads_needs_no_part_that_is_for_linux_alone_and_the_other_way_round() -> None:
    recipe = (PROJECT / "packaging/frozen/dps-agent.spec").read_text("utf-8")
    for system in ("LINUX", "WINDOWS"):
        block = re.search(rf"^OF_{system} = \((.*?)^\)", recipe, re.MULTILINE | re.DOTALL)
        assert block is not None
        parts = {f"agent.{name}" for name in re.findall(r'"([\w.]+)"', block[1])}
        for file in (PROJECT / "agent").rglob("*.py"):
            name = ".".join(file.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")
            if name not in parts and not name.startswith(tuple(f"{part}." for part in parts)):
                assert loaded_at_once(file.read_text("utf-8")) & parts == set(), file
