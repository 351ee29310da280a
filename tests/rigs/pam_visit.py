"""Opens one session as a display manager, a console or sshd does, and closes it when standard input ends.

Runs as root inside the machine, on its own python3, with the standard library only.
Writes one line, the session's number at logind, as soon as the session is open.
The user records (utmp, wtmp) are written too, as display managers and sshd do.
"""

import argparse
import ctypes
import os
import platform
import pwd
import select
import struct
import sys
import time

assert sys.platform == "linux"

PAM_TTY, PAM_RHOST = 3, 4
USER_PROCESS, DEAD_PROCESS = 7, 8
UTMPX = "=hxxi32s4s32s256shhiii16s20s"
UTMPX_64 = "=hxxi32s4s32s256shhqqq16s20s4x"  # arm64 counts seconds in 64 bits
WTMP = b"/var/log/wtmp"

Conversation = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


class PamConversation(ctypes.Structure):
    _fields_ = (("ask", Conversation), ("data", ctypes.c_void_p))


class Pam:
    """One PAM transaction: what login, sshd and the display managers do around a session."""

    def __init__(self, service: str, user: str) -> None:
        self.library = ctypes.CDLL("libpam.so.0")
        self.library.pam_strerror.restype = ctypes.c_char_p
        self.library.pam_getenvlist.restype = ctypes.POINTER(ctypes.c_char_p)
        self.handle = ctypes.c_void_p()
        self.conversation = PamConversation(Conversation(lambda *_: 19), None)  # PAM_CONV_ERR: nobody answers
        self.call("start", service.encode(), user.encode(), ctypes.byref(self.conversation), ctypes.byref(self.handle))

    def call(self, name: str, *arguments: object) -> None:
        first = () if name == "start" else (self.handle,)
        code = getattr(self.library, f"pam_{name}")(*first, *arguments)
        if code:
            sys.exit(f"pam_{name}: {self.library.pam_strerror(self.handle, code).decode()}")

    def environment(self) -> dict[str, str]:
        words = self.library.pam_getenvlist(self.handle)
        pairs: dict[str, str] = {}
        for index in range(10_000):
            if words[index] is None:
                break
            name, _, value = words[index].decode().partition("=")
            pairs[name] = value
        return pairs


def record(kind: int, user: str, line: str, host: str) -> None:
    """Write one user record: kind is USER_PROCESS or DEAD_PROCESS."""
    layout = UTMPX_64 if platform.machine() == "aarch64" else UTMPX
    name = user if kind == USER_PROCESS else ""
    ident = line[-4:]
    entry = struct.pack(
        layout,
        kind,
        os.getpid(),
        line.encode(),
        ident.encode(),
        name.encode(),
        host.encode(),
        0,
        0,
        0,
        int(time.time()),
        0,
        b"",
        b"",
    )
    libc = ctypes.CDLL("libc.so.6")
    libc.setutxent()
    libc.pututxline(entry)
    libc.endutxent()
    libc.updwtmpx(WTMP, entry)


def become(user: pwd.struct_passwd, words: list[str], environment: dict[str, str]) -> None:
    """Turn this process into the visitor's first one; never returns."""
    os.setsid()
    os.initgroups(user.pw_name, user.pw_gid)
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.chdir("/")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.execvpe(words[0], words, environment)


def main() -> None:
    parser = argparse.ArgumentParser()
    for option in ("user", "service", "class", "kind", "seat", "line", "remote-host", "display"):
        parser.add_argument(f"--{option}", default="")
    parser.add_argument("words", nargs="+")
    wanted = vars(parser.parse_args())
    user = pwd.getpwnam(wanted["user"])

    pam = Pam(wanted["service"], user.pw_name)
    pam.call("set_item", PAM_TTY, wanted["line"].encode())
    if wanted["remote_host"]:
        pam.call("set_item", PAM_RHOST, wanted["remote_host"].encode())
    session = {"XDG_SESSION_TYPE": wanted["kind"], "XDG_SESSION_CLASS": wanted["class"], "XDG_SEAT": wanted["seat"]}
    for name, value in session.items():
        if value:
            pam.call("putenv", f"{name}={value}".encode())
    pam.call("open_session", 0)

    environment = {
        "HOME": user.pw_dir,
        "LANG": "C.UTF-8",
        "LOGNAME": user.pw_name,
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "SHELL": user.pw_shell,
        "USER": user.pw_name,
        **({"DISPLAY": wanted["display"]} if wanted["display"] else {}),
        **pam.environment(),
    }
    if "XDG_SESSION_ID" not in environment:
        sys.exit("PAM opened a session, but logind did not: is systemd-logind running?")
    record(USER_PROCESS, user.pw_name, wanted["line"], wanted["remote_host"])
    visitor = os.fork()
    if visitor == 0:
        become(user, wanted["words"], environment)
    print(environment["XDG_SESSION_ID"], flush=True)

    ended = os.pidfd_open(visitor)
    select.select([sys.stdin, ended], [], [])  # the test logs off, or the visitor's program has ended
    if not select.select([ended], [], [], 0)[0]:
        os.kill(visitor, 15)
        if not select.select([ended], [], [], 5)[0]:
            os.kill(visitor, 9)
    os.waitpid(visitor, 0)
    record(DEAD_PROCESS, user.pw_name, wanted["line"], wanted["remote_host"])
    pam.call("close_session", 0)
    pam.call("end", 0)


if __name__ == "__main__":
    main()
