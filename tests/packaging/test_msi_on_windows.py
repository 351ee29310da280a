"""What Wine cannot show of the installer: rights, the service's configuration, the installer's own log.

On a Windows that may be thrown away, with DPS_MSI naming the installer; the release workflow does it.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.waiting import until

pytestmark = pytest.mark.real_windows

INSTALL_FAILURE = 1603
TOKEN = f"dps1-{'0' * 16}-{'1' * 64}"
PROGRAM = Path(r"C:\Program Files\DPS agent")
STATE = Path(r"C:\ProgramData\DPS agent")
DISKS = Path(r"C:\ProgramData\DPS Agent Disks")
DISKS_TASK = "DPS agent disks"
KEY = r"HKLM:\SOFTWARE\DPS agent"
SERVICE_ACCOUNT = r"NT SERVICE\dps-agent"
ONLY_THESE = {r"NT AUTHORITY\SYSTEM", r"BUILTIN\Administrators", SERVICE_ACCOUNT}


def told(*words: str | Path) -> str:
    return subprocess.run(list(map(str, words)), check=False, capture_output=True, text=True, timeout=120).stdout


def powershell(text: str) -> list[str]:
    return told("powershell", "-NoProfile", "-NonInteractive", "-Command", text).split("\n")


def accounts(path: Path | str) -> set[str]:
    """Who has any right on it."""
    lines = powershell(f"(Get-Acl -LiteralPath '{path}').Access | ForEach-Object {{ $_.IdentityReference.Value }}")
    return {line.strip() for line in lines if line.strip()}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The agent installed with a token that no collector knows; the text of the installer's most talkative log."""
    msi = os.environ.get("DPS_MSI")
    if not msi:
        pytest.skip("real Windows: DPS_MSI names no installer")
    file = tmp_path_factory.mktemp("log") / "install.log"
    properties = ["SERVER=https://collector.invalid", f"TOKEN={TOKEN}", "TAG=real-01"]
    done = subprocess.run(["msiexec", "/i", msi, "/qn", "/l*vx", str(file), *properties], check=False, timeout=300)
    assert done.returncode == 0, file.read_text("utf-16")
    yield file.read_text("utf-16")
    subprocess.run(["msiexec", "/x", msi, "/qn"], check=True, timeout=300)
    assert not PROGRAM.exists()
    assert not STATE.exists()
    assert not DISKS.exists()
    assert "DPS agent" not in told("schtasks", "/query", "/fo", "csv")


def test_the_log_of_the_installer_does_not_tell_the_token(log: str) -> None:
    assert "dps-agent" in log
    assert TOKEN not in log


def test_only_the_service_and_administrators_may_enter_the_state_folder(log: str) -> None:
    assert accounts(STATE) == ONLY_THESE
    assert accounts(STATE / "token") == ONLY_THESE
    assert (STATE / "token").read_text().strip() == TOKEN


def test_users_cannot_write_the_programs(log: str) -> None:
    right = f"(Get-Acl -LiteralPath '{PROGRAM}').Access | Where-Object {{ $_.IdentityReference -eq 'BUILTIN\\Users' }}"
    [rights] = [line.strip() for line in powershell(f"({right}).FileSystemRights") if line.strip()]
    assert rights == "ReadAndExecute, Synchronize"


def rights_of(path: Path | str, account: str, kind: str) -> list[str]:
    """What one account may do, in the words of Windows; `kind` is FileSystemRights or RegistryRights."""
    entry = f"(Get-Acl -LiteralPath '{path}').Access | Where-Object {{ $_.IdentityReference -eq '{account}' }}"
    return [line.strip() for line in powershell(f"({entry}).{kind}") if line.strip()]


def test_users_read_the_settings_of_the_installer_and_do_not_write_them(log: str) -> None:
    assert accounts(KEY) == {r"NT AUTHORITY\SYSTEM", r"BUILTIN\Administrators", r"BUILTIN\Users"}
    assert rights_of(KEY, r"BUILTIN\Users", "RegistryRights") == ["ReadKey"]


def test_the_service_reads_what_the_system_wrote_of_the_disks_and_writes_nothing_there(log: str) -> None:
    assert accounts(DISKS) == ONLY_THESE
    assert rights_of(DISKS, SERVICE_ACCOUNT, "FileSystemRights") == ["ReadAndExecute, Synchronize"]


def test_the_task_of_the_disks_runs_as_the_system_and_leaves_what_it_read(log: str) -> None:
    described = told("schtasks", "/query", "/tn", DISKS_TASK, "/v", "/fo", "list")
    assert "SYSTEM" in described
    assert "dps-agent.exe disks" in described
    subprocess.run(["schtasks", "/run", "/tn", DISKS_TASK], check=True, timeout=60)
    file = DISKS / "disks.json"
    until(file.exists, "the task has read the disks", 300)
    left = json.loads(file.read_text("utf-8"))
    assert left["source"] in ("smartctl", "windows")
    assert left["disks"], "a computer has a disk"
    assert "serial" not in file.read_text("utf-8").lower()


def test_a_folder_that_holds_something_else_is_no_state_folder(log: str, tmp_path: Path) -> None:
    (tmp_path / "of somebody else.txt").write_text("x")
    subprocess.run(["icacls", str(tmp_path), "/setowner", "*S-1-5-32-544"], check=True, timeout=60)
    msi = os.environ["DPS_MSI"]
    subprocess.run(["msiexec", "/x", msi, "/qn", "KEEPSTATE=1"], check=True, timeout=300)
    refused = subprocess.run(["msiexec", "/i", msi, "/qn", f"STATEDIR={tmp_path}"], check=False, timeout=300)
    assert refused.returncode == INSTALL_FAILURE
    assert (tmp_path / "of somebody else.txt").read_text() == "x"
    properties = ["SERVER=https://collector.invalid", f"TOKEN={TOKEN}", "TAG=real-01"]
    subprocess.run(["msiexec", "/i", msi, "/qn", *properties], check=True, timeout=300)


def test_the_service_has_an_identity_of_its_own_and_is_started_again(log: str) -> None:
    assert "UNRESTRICTED" in told("sc", "qsidtype", "dps-agent")
    recovery = told("sc", "qfailure", "dps-agent")
    assert recovery.count("RESTART") == 3
    configured = told("sc", "qc", "dps-agent")
    assert "AUTO_START" in configured
    assert r"NT AUTHORITY\LocalService" in configured


def test_it_listens_on_no_port_and_the_firewall_knows_nothing_of_it(log: str) -> None:
    service = "(Get-CimInstance Win32_Service -Filter \"Name='dps-agent'\").ProcessId"
    assert [line.strip() for line in powershell(f"{service} -gt 0") if line.strip()] == ["True"]
    listening = f"Get-NetTCPConnection -State Listen | Where-Object OwningProcess -eq {service}"
    heard = f"Get-NetUDPEndpoint | Where-Object OwningProcess -eq {service}"
    rules = "Get-NetFirewallApplicationFilter | Where-Object Program -like '*DPS agent*'"
    for question in (listening, heard, rules):
        assert [line for line in powershell(question) if line.strip()] == []


def test_a_repair_and_a_second_installation_keep_what_the_service_wrote(log: str) -> None:
    before = sorted(path.name for path in STATE.iterdir())
    msi = os.environ["DPS_MSI"]
    for words in (["/fa", msi], ["/i", msi]):
        subprocess.run(["msiexec", *words, "/qn"], check=True, timeout=300)
    assert set(before) <= {path.name for path in STATE.iterdir()}
    assert (STATE / "token").read_text().strip() == TOKEN


def test_the_task_of_a_kiosk_is_taken(log: str) -> None:
    words = ["schtasks", "/create", "/f", "/tn", "DPS agent presence", "/xml", str(PROGRAM / "presence-task.xml")]
    subprocess.run(words, check=True, timeout=60)
    assert "dps-presence.exe" in told("schtasks", "/query", "/tn", "DPS agent presence", "/v", "/fo", "list")


@pytest.mark.skipif("DPS_TRANSFORM" not in os.environ, reason="real Windows: DPS_TRANSFORM names no transform")
def test_a_transform_gives_the_settings(log: str) -> None:
    msi, transform = os.environ["DPS_MSI"], os.environ["DPS_TRANSFORM"]
    subprocess.run(["msiexec", "/x", msi, "/qn"], check=True, timeout=300)
    subprocess.run(["msiexec", "/i", msi, "/qn", f"TRANSFORMS={transform}"], check=True, timeout=300)
    assert '"https://transform.invalid"' in told(PROGRAM / "dps-agent.exe", "config")
    assert '"by-transform"' in told(PROGRAM / "dps-agent.exe", "config")


@pytest.mark.skipif("DPS_OLDER_MSI" not in os.environ, reason="real Windows: DPS_OLDER_MSI names no older installer")
def test_an_upgrade_keeps_the_token_and_the_state(log: str) -> None:
    msi, older = os.environ["DPS_MSI"], os.environ["DPS_OLDER_MSI"]
    subprocess.run(["msiexec", "/x", msi, "/qn", "KEEPSTATE=1"], check=True, timeout=300)
    properties = ["SERVER=https://collector.invalid", f"TOKEN={TOKEN}"]
    subprocess.run(["msiexec", "/i", older, "/qn", *properties], check=True, timeout=300)
    before = (STATE / "agent.log").read_text()
    subprocess.run(["msiexec", "/i", msi, "/qn"], check=True, timeout=300)
    assert before
    assert (STATE / "agent.log").read_text().startswith(before)
    assert (STATE / "token").read_text().strip() == TOKEN
    # And back: refused, and nothing changes.
    refused = subprocess.run(["msiexec", "/i", older, "/qn"], check=False, timeout=300)
    assert refused.returncode == INSTALL_FAILURE
    assert (STATE / "token").read_text().strip() == TOKEN
