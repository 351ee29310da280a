"""What stands in the installer, read back from the file; nothing is installed."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from agent.__main__ import WORDS
from agent.config import SETTINGS
from agent.machine.sddl import OUR_SERVICE
from agent.spool import FOLDERS
from tests.packaging.hollow_msi import WINDOWS, built, needs_wixl

if sys.platform != "linux":
    pytest.skip("only Linux: wixl", allow_module_level=True)

ADMX = "{http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions}"
LARGEST_WORDS = 4096
LANGUAGES = ("en-US", "fr-FR", "nl-NL")

Table = list[dict[str, str]]


def table(msi: Path, name: str) -> Table:
    done = subprocess.run(["msiinfo", "export", str(msi), name], check=True, capture_output=True, text=True)
    head, _, _, *rows = (line.split("\t") for line in done.stdout.replace("\r", "").splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]


@needs_wixl
def test_the_token_is_hidden_and_kept_by_no_table(msi: Path) -> None:
    properties = {row["Property"]: row["Value"] for row in table(msi, "Property")}
    hidden = properties["MsiHiddenProperties"].split(";")
    assert {"TOKEN", "WriteToken", "PROXY"} <= set(hidden)
    assert "TOKEN" in properties["SecureCustomProperties"].split(";")
    assert not [row for row in table(msi, "Registry") if "[TOKEN]" in row["Value"]]
    hide_target = 0x2000
    uses = [row for row in table(msi, "CustomAction") if "[TOKEN]" in row["Target"] or row["Target"] == "WriteToken"]
    assert {row["Action"] for row in uses} == {"SetWriteToken", "WriteToken"}
    assert all(int(row["Type"]) & hide_target and row["Action"] in hidden for row in uses)


@needs_wixl
def test_the_service_is_local_service_with_an_identity_of_its_own_and_starts_again(msi: Path) -> None:
    [service] = table(msi, "ServiceInstall")
    own_process, automatic = "16", "2"
    assert (service["Name"], service["ServiceType"], service["StartType"]) == ("dps-agent", own_process, automatic)
    assert (service["StartName"], service["Arguments"]) == (r"NT AUTHORITY\LocalService", "service")
    assert service["Password"] == ""
    kinds = {row["ConfigType"]: row["Argument"] for row in table(msi, "MsiServiceConfig")}
    sid_type, failure_flag = "5", "4"
    assert kinds == {sid_type: "1", failure_flag: "1"}
    [recovery] = table(msi, "MsiServiceConfigFailureActions")
    restart = "1"
    assert recovery["Actions"].split("[~]") == [restart] * 3
    assert len(recovery["DelayActions"].split("[~]")) == 3
    install, stop, remove = 0x1, 0x2 | 0x20, 0x80
    events = [int(row["Event"]) for row in table(msi, "ServiceControl")]
    assert sum(events) == install + stop + remove


@needs_wixl
def test_only_the_service_and_administrators_enter_the_state_folder_and_nobody_else_writes_the_program(
    msi: Path,
) -> None:
    rights = {row["LockObject"]: row["SDDLText"] for row in table(msi, "MsiLockPermissionsEx")}
    for folder in ("DataFolder", "StateFolder"):
        assert re.findall(r"\(A;[^;]*;[^;]*;;;([^)]*)\)", rights[folder]) == ["SY", "BA", OUR_SERVICE]
        assert "D:P(" in rights[folder]
    read_and_run = "0x1200a9"
    assert f"(A;OICI;{read_and_run};;;BU)" in rights["ProgramFolder"]
    assert rights["ProgramFolder"].count(";FA;") == 2
    [registry] = [row["Registry"] for row in table(msi, "Registry") if row["Name"] == "server"]
    assert "(A;CI;KR;;;BU)" in rights[registry]
    folders = {row["Directory_"] for row in table(msi, "CreateFolder")}
    assert folders == {"ProgramFolder", "DataFolder", "StateFolder", "DisksFolder"}
    # What SYSTEM writes of the disks the service may read and never write.
    allowed = re.findall(r"\(A;OICI;([^;]*);;;([^)]*)\)", rights["DisksFolder"])
    assert allowed == [("FA", "SY"), ("FA", "BA"), (read_and_run, OUR_SERVICE)]
    # Made with these rights from the first moment, before the installer would make them.
    actions = {row["Action"]: row for row in table(msi, "CustomAction")}
    order = {row["Action"]: int(row["Sequence"]) for row in table(msi, "InstallExecuteSequence")}
    for folder, function in {"DataFolder": "OwnFolder", "StateFolder": "OwnState", "DisksFolder": "OwnDisks"}.items():
        assert actions[f"Own{folder}"]["Target"] == function
        assert actions[f"SetOwn{folder}"]["Target"] == f"[{folder}]|{rights[folder]}"
        assert order["InstallInitialize"] < order[f"Own{folder}"] < order["CreateFolders"]


@needs_wixl
def test_an_upgrade_takes_nothing_away_and_a_removal_everything(msi: Path) -> None:
    conditions = {row["Action"]: row["Condition"] for row in table(msi, "InstallExecuteSequence")}
    for action in ("Leave", "ForgetState", "ForgetToken", "ForgetDisks", "Unschedule"):
        assert conditions[action].startswith('REMOVE~="ALL" AND NOT UPGRADINGPRODUCTCODE'), action
        assert conditions.get(f"Set{action}", conditions[action]) == conditions[action]
    assert conditions["ForgetState"].endswith("AND NOT KEEPSTATE")
    [told] = [row["Target"] for row in table(msi, "CustomAction") if row["Action"] == "SetForgetState"]
    names = told.split("|")
    assert names[0] == "[StateFolder]"
    assert {f"spool\\{folder}\\" for folder in FOLDERS} <= set(names)
    # Every file that the agent names somewhere in its code.
    code = "".join(path.read_text("utf-8") for path in (WINDOWS.parents[1] / "agent").rglob("*.py"))
    kept = set(re.findall(r"""[/"]([a-z]+\.(?:json|lock|log))["{]""", code)) - {"disks.json", "dpkg.log"}
    assert {"identity.json", "service.lock", "agent.log"} <= kept
    assert kept <= {name.removeprefix("spool\\") for name in names}
    assert names.index("spool\\") > max(names.index(f"spool\\{folder}\\") for folder in FOLDERS)


@needs_wixl
def test_what_was_said_is_remembered_from_the_64_bit_registry(msi: Path) -> None:
    settings = {setting.name for setting in SETTINGS}
    raw_64 = "18"
    found = {row["Signature_"]: row for row in table(msi, "RegLocator")}
    written = {row["Name"]: row for row in table(msi, "Registry") if row["Key"] == r"SOFTWARE\DPS agent"}
    assert set(written) == {row["Name"] for row in found.values()} <= settings
    assert all(row["Type"] == raw_64 for row in found.values())
    conditions = {row["Component"]: row["Condition"] for row in table(msi, "Component")}
    for row in written.values():
        assert f"[{conditions[row['Component_']]}]" == row["Value"]


@needs_wixl
def test_each_version_has_its_product_code_and_all_have_one_upgrade_code(
    msi: Path, bundle: Path, tmp_path: Path
) -> None:
    def codes(file: Path) -> tuple[str, str]:
        properties = {row["Property"]: row["Value"] for row in table(file, "Property")}
        return properties["ProductCode"], properties["UpgradeCode"]

    other = built(tmp_path, bundle, "--version", "0.0.9")
    again = built(tmp_path, bundle)
    assert codes(other)[0] != codes(msi)[0]
    assert codes(other)[1] == codes(msi)[1]
    assert codes(again) == codes(msi)
    conditions = [row["Description"] for row in table(msi, "LaunchCondition")]
    assert any("A newer version" in text for text in conditions)
    # The same source twice: only the moment of making differs.
    streams = [
        subprocess.run(["msiinfo", "suminfo", str(file)], check=True, capture_output=True, text=True).stdout
        for file in (msi, again)
    ]
    undated = [re.sub(r"(Created|Last saved):.*", "", text) for text in streams]
    assert undated[0] == undated[1]


@needs_wixl
def test_a_volume_is_named_with_its_root_and_gives_the_state_folder(msi: Path) -> None:
    conditions = [row["Condition"] for row in table(msi, "LaunchCondition")]
    assert 'NOT STATEVOLUME OR STATEVOLUME >> "\\"' in conditions
    [folder] = [row for row in table(msi, "CustomAction") if row["Action"] == "NameStateFolder"]
    assert (folder["Source"], folder["Target"]) == ("STATEDIR", "[STATEVOLUME]DPS agent")
    order = {row["Action"]: int(row["Sequence"]) for row in table(msi, "InstallExecuteSequence")}
    assert order["RecallSTATEVOLUME"] < order["NameStateFolder"] < order["UseStateFolder"]


@needs_wixl
def test_it_asks_nothing_opens_no_port_and_never_restarts(msi: Path) -> None:
    names = subprocess.run(["msiinfo", "tables", str(msi)], check=True, capture_output=True, text=True).stdout.split()
    assert "Dialog" not in names
    properties = {row["Property"]: row["Value"] for row in table(msi, "Property")}
    assert properties["REBOOT"] == "ReallySuppress"
    dll_as_system = 1 + 0x400 + 0x800
    hidden, where_it_fails = 0x2000, 0x100
    kinds = {int(row["Type"]) & ~hidden & ~where_it_fails for row in table(msi, "CustomAction")}
    assert kinds == {51, dll_as_system}  # no program is started, so no firewall is told and no word is seen


@needs_wixl
def test_an_installation_that_fails_leaves_no_token_and_no_task(msi: Path) -> None:
    rows = {row["Action"]: row for row in table(msi, "InstallExecuteSequence")}
    kinds = {row["Action"]: (int(row["Type"]), row["Target"]) for row in table(msi, "CustomAction")}
    as_system_where_it_fails = 1 + 0x100 + 0x400 + 0x800
    for action, function, undone in (
        ("TakeTokenBack", "Forget", "WriteToken"),
        ("TakeTaskBack", "Unschedule", "Schedule"),
    ):
        assert kinds[action] == (as_system_where_it_fails, function)
        assert int(rows[action]["Sequence"]) < int(rows[undone]["Sequence"])
        assert rows[action]["Condition"] == "NOT Installed AND NOT WIX_UPGRADE_DETECTED"


def test_the_task_of_the_disks_runs_our_program_as_the_system_after_each_start_and_daily() -> None:
    text = (WINDOWS / "disks-task.xml").read_text("ascii")
    assert "encoding=" not in text, "Task Scheduler is told the text, and reads it as UTF-16"
    assert len(text) < LARGEST_WORDS, "actions.c reads no more"
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    told = {each.tag.removeprefix(space): (each.text or "").strip() for each in ET.fromstring(text).iter()}
    assert {"BootTrigger", "CalendarTrigger"} <= set(told)
    assert (told["UserId"], told["Command"]) == ("S-1-5-18", r"%ProgramFiles%\DPS agent\dps-agent.exe")
    assert told["Arguments"] in WORDS
    assert (told["MultipleInstancesPolicy"], told["ExecutionTimeLimit"]) == ("IgnoreNew", "PT10M")


def test_the_task_of_a_kiosk_starts_presence_for_everybody_with_nobodys_rights() -> None:
    text = (WINDOWS / "presence-task.xml").read_text("ascii")
    assert "encoding=" not in text, "Task Scheduler is told the text, and reads it as UTF-16"
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    task = ET.fromstring(text)
    told = {element.tag.removeprefix(space): (element.text or "").strip() for element in task.iter()}
    assert "LogonTrigger" in told
    assert (told["GroupId"], told["RunLevel"]) == ("S-1-5-32-545", "LeastPrivilege")
    assert told["Command"] == r"%ProgramFiles%\DPS agent\dps-presence.exe"
    assert (told["MultipleInstancesPolicy"], told["ExecutionTimeLimit"]) == ("Parallel", "PT0S")


def test_every_policy_is_a_setting_and_reads_well_in_three_languages() -> None:
    root = ET.parse(WINDOWS / "policy/dps-agent.admx").getroot()
    settings = {setting.name: setting for setting in SETTINGS}
    values: list[str] = []
    for policy in root.iter(f"{ADMX}policy"):
        assert policy.get("class") == "Machine"
        assert policy.get("key") == r"SOFTWARE\Policies\DPS agent"
        inner = [element.get("valueName") for element in policy.iter() if element.get("valueName")]
        values += [name for name in inner if name]
    assert len(values) == len(set(values))
    # Sending without encryption is for a test on a desk, never for a fleet.
    assert set(values) == set(settings) - {"allow_plain_http"}
    text = (WINDOWS / "policy/dps-agent.admx").read_text("utf-8")
    # Intune refuses a template that uses another one which was not imported before it.
    assert root.find(f"{ADMX}policyNamespaces/{ADMX}using") is None
    for language in LANGUAGES:
        resources = ET.parse(WINDOWS / f"policy/{language}/dps-agent.adml").getroot()
        for kind, tag in (("string", "string"), ("presentation", "presentation")):
            wanted = set(re.findall(rf"\$\({kind}\.(\w+)\)", text))
            there = {element.get("id"): element for element in resources.iter() if element.tag.endswith("}" + tag)}
            assert wanted == set(there), language
            assert all("".join(element.itertext()).strip() for element in there.values())


def test_no_policy_text_is_left_in_another_language() -> None:
    def texts(language: str) -> dict[str | None, str | None]:
        resources = ET.parse(WINDOWS / f"policy/{language}/dps-agent.adml").getroot()
        return {element.get("id"): element.text for element in resources.iter() if element.tag.endswith("}string")}

    english, french, dutch = (texts(language) for language in LANGUAGES)
    same = {name for name in english if english[name] in (french[name], dutch[name])}
    assert same <= {"Server"}  # a collector is a collector in Dutch too
    assert french != dutch
