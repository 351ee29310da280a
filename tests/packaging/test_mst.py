"""The settings of a site as a transform of the installer, made as Group Policy's page says, and read back."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.hollow_msi import WINDOWS, needs_wixl

if sys.platform != "linux":
    pytest.skip("only Linux: wixl", allow_module_level=True)

pytestmark = needs_wixl


def make(msi: Path, *settings: str) -> subprocess.CompletedProcess[str]:
    """Beside the installer."""
    words: list[str | Path] = [sys.executable, WINDOWS / "build_mst.py", msi, msi.with_name("site.mst"), *settings]
    return subprocess.run(words, check=False, capture_output=True, text=True)


def told(msi: Path, what: str) -> str:
    return subprocess.run(
        ["msiinfo", what, str(msi.with_name("site.mst"))], check=True, capture_output=True, text=True
    ).stdout


def test_the_recipe_for_group_policy_gives_a_transform_for_every_version(msi: Path, tmp_path: Path) -> None:
    text = (WINDOWS / "GPO.md").read_text("utf-8")
    line = text.partition("```sh\n")[2].partition("```")[0]
    shutil.copy2(msi, tmp_path / "dps-agent-VERSION.msi")
    line = line.replace("packaging/windows/", f"{WINDOWS}/").replace("python3", sys.executable)
    subprocess.run(["sh", "-e", "-c", line], cwd=tmp_path, check=True)
    made = (tmp_path / "site.mst").read_bytes()
    assert make(msi, "SERVER=https://collector.example.org", r"TOKENFILE=\\server\dps$\token").returncode == 0
    assert made == msi.with_name("site.mst").read_bytes(), "the same settings give the same file"
    assert b"SERVERhttps://collector.example.orgTOKENFILE\\\\server\\dps$\\token" in made
    same_upgrade_code, row_may_be_there = 0x800 << 16, 1
    assert f"Restrict: {same_upgrade_code | row_may_be_there}" in told(msi, "suminfo")
    assert ";{6F1B5C0E-59B2-4C58-9B77-3B1C1E7F2A90}" in told(msi, "suminfo")


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("TOKEN=dps1-0", "give TOKENFILE"),
        ("PORT=1", "no property of the installer: SERVER, "),
        ("TAG=é", "without accents"),
        ("TAG=", "without accents"),
        ("TAG", "without accents"),
        ("TAG=a\nb", "without accents"),
        (f"PROXY={'x' * 5000}", "without accents"),
    ],
)
def test_what_a_transform_must_not_or_cannot_hold_is_refused(msi: Path, setting: str, reason: str) -> None:
    msi.with_name("site.mst").unlink(missing_ok=True)
    done = make(msi, "SERVER=https://collector.example.org", setting)
    assert (done.returncode, done.stdout) == (1, "")
    assert reason in done.stderr
    assert not msi.with_name("site.mst").exists()


def test_another_product_gets_none(tmp_path: Path) -> None:
    (tmp_path / "other.msi").write_text("x")
    assert "is no installer of the agent" in make(tmp_path / "other.msi", "TAG=x").stderr
