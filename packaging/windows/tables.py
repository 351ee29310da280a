"""The tables of the installer that wixl does not know, as statements of Windows Installer's SQL.

Learnt by trying with wixl 0.101: it aborts on conditions of components, on service configuration and on rights.
"""

import hashlib
import struct
from collections.abc import Iterator

SERVICE = "dps-agent"
UPGRADE_CODE = "6F1B5C0E-59B2-4C58-9B77-3B1C1E7F2A90"
"""The same in every version."""
REMEMBERED = {
    "SERVER": "server",
    "TAG": "tag",
    "TOKENFILE": "token_file",
    "CA": "ca_file",
    "STATEDIR": "state_folder",
    "STATEVOLUME": "state_volume",
    "PROXY": "proxy",
}
"""Properties that a deployer may give, and the values under HKLM\\SOFTWARE\\DPS agent that keep them."""
PUBLIC = (*REMEMBERED, "TOKEN", "KEEPSTATE")
HIDDEN = ("TOKEN", "WriteToken", "SetWriteToken", "PROXY", "KnownPROXY")
"""What the installer's log must not tell: the token, and a password that a proxy's address may hold."""
COMPONENTS = {
    "SERVER": "ServerValue",
    "TAG": "TagValue",
    "TOKENFILE": "TokenFileValue",
    "CA": "CaValue",
    "STATEDIR": "StateValue",
    "STATEVOLUME": "VolumeValue",
    "PROXY": "ProxyValue",
}
FUNCTIONS = ("OwnFolder", "OwnState", "OwnDisks", "WriteToken", "AwaitEnd", "Leave", "Schedule", "Unschedule", "Forget")
"""What actions.c offers."""
SPOOL = "spool\\"
STATE = (
    *(f"{SPOOL}{name}\\" for name in ("tmp", "tmp-send", "tmp-equipment", "pending", "held", "kept", "refused")),
    f"{SPOOL}dropped",
    f"{SPOOL}decided.json",
    SPOOL,
    *("enrolling.json", "identity.json", "prepared.json", "run.json", "sender.json", "trust.json"),
    *("equipment.json", "equipment.lock", "sender.lock", "service.lock", "agent.log", "agent.log.1"),
)
"""What the agent keeps in its state folder, the inner folders first. Never more: the folder may be a shared one."""

DISKS = ("disks.json", "disks.json.new")
"""What the task leaves in its folder."""
SHORT_OF_DISKS = "DPSDISKS|DPS Agent Disks"
OWN_FOLDERS = {"DataFolder": "OwnFolder", "StateFolder": "OwnState", "DisksFolder": "OwnDisks"}
"""Folders in places where anybody may make one, and which function of actions.c sees to each."""

SET_PROPERTY = 51
DEFERRED_AS_SYSTEM = 1 + 0x400 + 0x800
WHERE_IT_FAILS = 0x100
"""Done only where what comes after it in the installation fails: the installer then goes back."""
HIDE_TARGET = 0x2000
LOCAL_MACHINE = 2
REGISTRY_VALUE_64 = 2 + 0x10
INSTALL_OR_REINSTALL = 1 + 4
SID_INFO, FAILURE_ACTIONS_FLAG = 5, 4
UNRESTRICTED = 1

FIRST = "NOT Installed AND NOT WIX_UPGRADE_DETECTED"
FULL_REMOVAL = 'REMOVE~="ALL" AND NOT UPGRADINGPRODUCTCODE'
STAYS = 'NOT REMOVE~="ALL"'

# Only the service may enter it, which must not happen to a whole disk.
FOLDER_OF_ITS_OWN = 'NOT STATEDIR OR NOT (STATEDIR >> ":" OR STATEDIR >> ":\\")'
NO_FOLDER_OF_ITS_OWN = "STATEDIR must name a folder that holds nothing else, such as D:\\DPS agent."
VOLUME_WITH_ITS_ROOT = 'NOT STATEVOLUME OR STATEVOLUME >> "\\"'
NO_ROOT = "STATEVOLUME must end with a backslash, such as T:\\."

ONE_DAY_SECONDS = 86_400
RESTARTS = "1[~]1[~]1"
RESTART_DELAYS_MILLISECONDS = "10000[~]60000[~]300000"


def service_sid(name: str = SERVICE) -> str:
    """The account that Windows gives to a service: SHA-1 of its name in capitals, as five numbers."""
    digest = hashlib.sha1(name.upper().encode("utf-16-le"), usedforsecurity=False).digest()
    return "S-1-5-80-" + "-".join(map(str, struct.unpack("<5I", digest)))


def rights() -> dict[tuple[str, str], str]:
    """Who may do what, in the language of security descriptors; protected, so that nothing is inherited."""
    everything = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
    return {
        ("CreateFolder", "ProgramFolder"): everything + "(A;OICI;0x1200a9;;;BU)",
        ("CreateFolder", "DataFolder"): f"O:BAG:SY{everything}(A;OICI;0x1301bf;;;{service_sid()})",
        ("CreateFolder", "StateFolder"): f"O:BAG:SY{everything}(A;OICI;0x1301bf;;;{service_sid()})",
        ("CreateFolder", "DisksFolder"): f"O:BAG:SY{everything}(A;OICI;0x1200a9;;;{service_sid()})",
        ("Registry", "server"): "D:P(A;CI;KA;;;SY)(A;CI;KA;;;BA)(A;CI;KR;;;BU)",
    }


def statements(registry_key_of_server: str) -> Iterator[str]:
    """All of them, in order; wixl has chosen the key of the first registry value."""
    yield from about_properties()
    yield from about_folders()
    yield from about_actions()
    yield from about_removal()
    yield from about_service()
    yield from about_rights(registry_key_of_server)


def about_properties() -> Iterator[str]:
    known = ("WIX_DOWNGRADE_DETECTED", "WIX_UPGRADE_DETECTED")
    yield f"UPDATE `Property` SET `Value` = '{';'.join((*PUBLIC, *known))}' WHERE `Property` = 'SecureCustomProperties'"
    yield insert("Property", Property="MsiHiddenProperties", Value=";".join(HIDDEN))
    yield sequence("AppSearch", None, 50)
    for number, (name, value) in enumerate(REMEMBERED.items()):
        yield insert(
            "RegLocator",
            Signature_=f"Known{name}",
            Root=LOCAL_MACHINE,
            Key="SOFTWARE\\DPS agent",
            Name=value,
            Type=REGISTRY_VALUE_64,
        )
        yield insert("AppSearch", Property=f"Known{name}", Signature_=f"Known{name}")
        yield from set_property(f"Recall{name}", name, f"[Known{name}]", f"Known{name} AND NOT {name}", 61 + number)
        yield f"UPDATE `Component` SET `Condition` = '{name}' WHERE `Component` = '{COMPONENTS[name]}'"


def about_folders() -> Iterator[str]:
    short = {"ProgramFolder": "DPSAGENT|DPS agent", "DataFolder": "DPSAGENT|DPS agent", "DisksFolder": SHORT_OF_DISKS}
    for folder, names in short.items():
        yield f"UPDATE `Directory` SET `DefaultDir` = '{names}' WHERE `Directory` = '{folder}'"
    yield insert("LaunchCondition", Condition=FOLDER_OF_ITS_OWN, Description=NO_FOLDER_OF_ITS_OWN)
    yield insert("LaunchCondition", Condition=VOLUME_WITH_ITS_ROOT, Description=NO_ROOT)
    yield from set_property("NameStateFolder", "STATEDIR", "[STATEVOLUME]DPS agent", "STATEVOLUME AND NOT STATEDIR", 69)
    yield from set_property("UseStateFolder", "StateFolder", "[STATEDIR]", "STATEDIR", 70)


def about_actions() -> Iterator[str]:
    """What actions.c does. The folder must be ours before anything is put into it."""
    place = "[CommonAppDataFolder]DPS agent\\token"
    yield from set_property("NameTokenSource", "TokenSource", "[TOKENFILE]", "TOKENFILE AND NOT TOKEN", 58)
    yield from set_property("NameTokenFile", "TOKENFILE", place, "TOKEN OR TOKENFILE", 59)
    for number, (folder, function) in enumerate(OWN_FOLDERS.items()):
        words = f"[{folder}]|{rights()['CreateFolder', folder]}"
        yield from set_property(f"SetOwn{folder}", f"Own{folder}", words, STAYS, 3650 + 2 * number)
        yield from deferred(f"Own{folder}", function, STAYS, 3651 + 2 * number)
    stays_with_token = f"(TOKEN OR TokenSource) AND {STAYS}"
    words = f"{place}|[TOKEN]|[TokenSource]"
    yield from set_property("SetTakeTokenBack", "TakeTokenBack", "[DataFolder]|token", FIRST, 3747)
    yield from deferred("TakeTokenBack", "Forget", FIRST, 3748, WHERE_IT_FAILS)
    yield from set_property("SetWriteToken", "WriteToken", words, stays_with_token, 3749, HIDE_TARGET)
    yield from deferred("WriteToken", "WriteToken", stays_with_token, 3750, HIDE_TARGET)
    yield from deferred("TakeTaskBack", "Unschedule", FIRST, 5855, WHERE_IT_FAILS)
    yield from set_property("SetSchedule", "Schedule", "[ProgramFolder]disks-task.xml", STAYS, 5856)
    yield from deferred("Schedule", "Schedule", STAYS, 5857)
    yield from set_property("SetAwaitEnd", "AwaitEnd", "[#AgentProgram]", "Installed", 1901)
    yield from deferred("AwaitEnd", "AwaitEnd", "Installed", 1902)
    yield from set_property("SetLeave", "Leave", "[#PresenceProgram]", FULL_REMOVAL, 2100)
    yield from deferred("Leave", "Leave", FULL_REMOVAL, 2101)
    # Within the transaction: an upgrade that fails gives the older version back.
    yield "UPDATE `InstallExecuteSequence` SET `Sequence` = 1501 WHERE `Action` = 'RemoveExistingProducts'"


def about_removal() -> Iterator[str]:
    """The state stays in an upgrade, and where KEEPSTATE asks for it; the token never outlives the program."""
    places = {
        "ForgetState": ("|".join(("[StateFolder]", *STATE)), f"{FULL_REMOVAL} AND NOT KEEPSTATE"),
        "ForgetToken": ("[DataFolder]|token", FULL_REMOVAL),
        "ForgetDisks": (f"[DisksFolder]|{'|'.join(DISKS)}", FULL_REMOVAL),
    }
    yield from deferred("Unschedule", "Unschedule", FULL_REMOVAL, 2102)
    for number, (name, (words, condition)) in enumerate(places.items()):
        yield from set_property(f"Set{name}", name, words, condition, 2110 + 2 * number)
        yield from deferred(name, "Forget", condition, 2111 + 2 * number)


def about_service() -> Iterator[str]:
    yield (
        "CREATE TABLE `MsiServiceConfig` (`MsiServiceConfig` CHAR(72) NOT NULL, `Name` CHAR(255) NOT NULL, "
        "`Event` SHORT NOT NULL, `ConfigType` LONG NOT NULL, `Argument` CHAR(255), `Component_` CHAR(72) NOT NULL "
        "PRIMARY KEY `MsiServiceConfig`)"
    )
    for key, kind, argument in (("Sid", SID_INFO, UNRESTRICTED), ("Failure", FAILURE_ACTIONS_FLAG, 1)):
        yield insert(
            "MsiServiceConfig",
            MsiServiceConfig=key,
            Name=SERVICE,
            Event=INSTALL_OR_REINSTALL,
            ConfigType=kind,
            Argument=str(argument),
            Component_="Service",
        )
    yield (
        "CREATE TABLE `MsiServiceConfigFailureActions` (`MsiServiceConfigFailureActions` CHAR(72) NOT NULL, "
        "`Name` CHAR(255) NOT NULL, `Event` SHORT NOT NULL, `ResetPeriod` LONG, `RebootMessage` CHAR(255), "
        "`Command` CHAR(255), `Actions` CHAR(255), `DelayActions` CHAR(255), `Component_` CHAR(72) NOT NULL "
        "PRIMARY KEY `MsiServiceConfigFailureActions`)"
    )
    yield insert(
        "MsiServiceConfigFailureActions",
        MsiServiceConfigFailureActions="Restart",
        Name=SERVICE,
        Event=INSTALL_OR_REINSTALL,
        ResetPeriod=ONE_DAY_SECONDS,
        Actions=RESTARTS,
        DelayActions=RESTART_DELAYS_MILLISECONDS,
        Component_="Service",
    )
    yield sequence("MsiConfigureServices", 'VersionMsi >= "5.00"', 5850)


def about_rights(registry_key_of_server: str) -> Iterator[str]:
    yield (
        "CREATE TABLE `MsiLockPermissionsEx` (`MsiLockPermissionsEx` CHAR(72) NOT NULL, "
        "`LockObject` CHAR(72) NOT NULL, `Table` CHAR(32) NOT NULL, `SDDLText` CHAR(0) NOT NULL, `Condition` CHAR(255) "
        "PRIMARY KEY `MsiLockPermissionsEx`)"
    )
    for (table, name), text in rights().items():
        lock = registry_key_of_server if table == "Registry" else name
        yield insert(
            "MsiLockPermissionsEx", MsiLockPermissionsEx=f"Rights{name}", LockObject=lock, Table=table, SDDLText=text
        )


def set_property(action: str, name: str, text: str, condition: str, number: int, more: int = 0) -> Iterator[str]:
    yield insert("CustomAction", Action=action, Type=SET_PROPERTY + more, Source=name, Target=text)
    yield sequence(action, condition, number)


def deferred(action: str, function: str, condition: str, number: int, more: int = 0) -> Iterator[str]:
    yield insert("CustomAction", Action=action, Type=DEFERRED_AS_SYSTEM + more, Source="Actions", Target=function)
    yield sequence(action, condition, number)


def sequence(action: str, condition: str | None, number: int) -> str:
    given = {} if condition is None else {"Condition": condition}
    return insert("InstallExecuteSequence", Action=action, **given, Sequence=number)


def insert(table: str, **row: str | int) -> str:
    names = ", ".join(f"`{name}`" for name in row)
    values = ", ".join(str(value) if isinstance(value, int) else f"'{value}'" for value in row.values())
    return f"INSERT INTO `{table}` ({names}) VALUES ({values})"
