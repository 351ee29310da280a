"""Sessions from user records that the test packs itself."""

import struct
from pathlib import Path

import pytest

from agent.errors import SourceLost
from agent.machine.base import BACKGROUND, FOREGROUND, LOG_OFF, LOG_ON, Event, OpenSession
from agent.machine.utmp import UtmpSource, records_of
from agent.machine.visitors import Rule

X86 = "h2xi32s4s32s256s2hiii16s20x"
AARCH64 = "h2xi32s4s32s256s2hqqq16s20x4x"
BOOT_TIME, USER_PROCESS, DEAD_PROCESS = 2, 7, 8
START = 1_760_000_000
UIDS = {"visitor": 1001, "second": 1002, "lightdm": 115, "root": 0, "colleague": 1500}


class KnownAccounts:
    def uid_of(self, user: str) -> int | None:
        return UIDS.get(user)

    def groups_of(self, user: str) -> frozenset[str]:
        return frozenset({"staff"} if user == "colleague" else ())


RULE = Rule(1000, remote_sessions=False, staff=frozenset({"@staff"}), accounts=KnownAccounts())


def record(
    line: str,
    user: str = "visitor",
    host: str = "",
    *,
    kind: int = USER_PROCESS,
    process: int = 100,
    layout: str = "<" + X86,
) -> bytes:
    texts = (line.encode(), line[-4:].encode(), user.encode(), host.encode())
    return struct.pack(layout, kind, process, *texts, 0, 0, process, START, 5, bytes(16))


def boot(layout: str = "<" + X86) -> bytes:
    return record("~", "reboot", "6.1.0-35-amd64", kind=BOOT_TIME, process=0, layout=layout)


class Machine:
    """A root folder with user records, processes and a terminal in front."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "run").mkdir()
        (root / "proc/100").mkdir(parents=True)
        (root / "sys/class/tty/tty0").mkdir(parents=True)

    def write(self, *records: bytes, in_front: str = "tty7") -> None:
        (self.root / "run/utmp").write_bytes(b"".join(records))
        (self.root / "sys/class/tty/tty0/active").write_text(in_front + "\n")

    def open(self, rule: Rule = RULE) -> UtmpSource:
        return UtmpSource(str(self.root), rule)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_log_on_at_the_screen_is_a_session_named_by_place_and_start(machine: Machine) -> None:
    machine.write(boot(), record("tty7", host=":0"))
    source = machine.open()
    assert source.present() == [OpenSession(f"tty7-{START}", False, True)]
    assert source.read() == []
    assert source.fileno() is None
    assert source.poll_seconds == 15


def test_sessions_come_go_and_change_places(machine: Machine) -> None:
    machine.write(boot())
    source = machine.open()
    machine.write(boot(), record("tty7", host=":0"))
    assert source.read() == [Event(LOG_ON, f"tty7-{START}")]
    machine.write(boot(), record("tty7", host=":0"), record("tty8", "second", ":1"), in_front="tty8")
    assert source.read() == [Event(BACKGROUND, f"tty7-{START}"), Event(LOG_ON, f"tty8-{START}")]
    machine.write(boot(), record("tty7", host=":0"), record("tty8", "second", ":1"), in_front="tty7")
    assert source.read() == [Event(FOREGROUND, f"tty7-{START}"), Event(BACKGROUND, f"tty8-{START}")]
    machine.write(boot(), record("tty7", host=":0", kind=DEAD_PROCESS), record("tty8", "second", ":1"))
    assert source.read() == [Event(LOG_OFF, f"tty7-{START}")]


@pytest.mark.parametrize(
    "other",
    [
        record(":0", "lightdm"),
        record("tty1", "root"),
        record("tty7", "colleague", ":0"),
        record("tty7", "stranger", ":0"),
        record("pts/0", "visitor", "192.0.2.7"),
        record("pts/1", "visitor", ":0"),
        record("pts/2", "visitor", "tmux(100).%0"),
        record("ttyS0", "visitor"),
        record("tty7", "visitor", ":0", process=101),
        record("tty7", "visitor", ":0", kind=DEAD_PROCESS),
    ],
    ids=["greeter", "root", "staff", "unknown", "ssh", "window", "tmux", "serial", "process is gone", "logged off"],
)
def test_everybody_else_is_ignored(machine: Machine, other: bytes) -> None:
    machine.write(boot(), other)
    assert machine.open().present() == []


def test_remote_log_ons_count_where_the_setting_says_so(machine: Machine) -> None:
    machine.write(boot(), record("pts/0", host="192.0.2.7"), record("pts/1", host=":0"))
    found = machine.open(RULE._replace(remote_sessions=True)).present()
    assert found == [OpenSession(f"pts/0-{START}", False, True)]


def test_neither_user_nor_host_leaves_the_source(machine: Machine) -> None:
    machine.write(boot(), record("pts/0", host="192.0.2.7"))
    source = machine.open(RULE._replace(remote_sessions=True))
    everything = repr(source.present()) + repr(
        [getattr(source, name) for name in UtmpSource.__slots__ if name != "_rule"]
    )
    assert "visitor" not in everything
    assert "192.0.2.7" not in everything


@pytest.mark.parametrize("layout", [order + fields for order in "<>" for fields in (X86, AARCH64)])
def test_records_of_every_size_and_byte_order_are_understood(layout: str) -> None:
    data = boot(layout) + record("tty7", host=":0", layout=layout) + record("tty1", layout=layout)
    assert [(found.line, found.process, found.start) for found in records_of(data)][1:] == [
        ("tty7", 100, START),
        ("tty1", 100, START),
    ]


def test_sizes_are_those_of_the_manual() -> None:
    assert (struct.calcsize("<" + X86), struct.calcsize("<" + AARCH64)) == (384, 400)


def test_a_truncated_record_and_a_senseless_one_cost_only_themselves() -> None:
    data = boot() + b"\xff" * 384 + record("tty7") + record("tty8")[:200]
    assert [found.line for found in records_of(data)] == ["~", "tty7"]


def test_noise_is_not_read_as_records() -> None:
    assert records_of(b"\xff" * 384 * 20) == []


def test_no_file_is_said_so(machine: Machine) -> None:
    with pytest.raises(SourceLost, match=r"^not readable: no user records$"):
        machine.open()


def test_a_file_that_nobody_writes_is_not_nobody_being_there(machine: Machine) -> None:
    machine.write()
    with pytest.raises(SourceLost, match=r"^not readable: empty user records$"):
        machine.open()


def test_a_file_that_disappears_is_a_lost_source(machine: Machine) -> None:
    machine.write(boot())
    source = machine.open()
    (machine.root / "run/utmp").unlink()
    with pytest.raises(SourceLost, match=r"^not readable: user records$"):
        source.read()
