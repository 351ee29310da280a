"""The command line: one word, then its options. Each word loads only what it needs."""

import gc
import os
import sys

WORDS = ("run", "send", "enroll", "status", "show", "config", "check", "hardware", "disks", "equipment", "generalize")

USAGE = """usage: dps-agent WORD [options]

  run      count sessions until stopped; what the system starts
  send     read the hardware and send what waits, once
  presence tell the service the seconds since the last input; what the visitor's desktop starts
  enroll   exchange an enrolment token for this station's secret
  status   what is counted, when it was last sent, what waits
  show     exactly what would be sent next (administrators), or the table of fields
  config   each setting, its value and where it came from
  check    whether everything here is as it should be
  equipment  ask the printers and projectors that the settings name
  generalize  forget who this computer is, before its disk becomes an image
  disks    leave the health of the disks for `send`; what the system starts, as root
  hardware leave the key of this PC to the service's account; what the system starts, as root

dps-agent WORD --help tells the options of a word. dps-agent --version tells the version.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one word; its exit code is 0 when all is well, 1 when something is wrong here, 2 for a wrong command."""
    words = sys.argv[1:] if arguments is None else arguments
    word = words[0] if words else ""
    os.umask(0o077)  # whatever we write is for our own account
    if word == "resident" and sys.platform == "linux":
        # Not in the usage: started by `run` with the settings on standard input, and kept as small as it can be.
        from agent.hosts.console import main as resident  # noqa: PLC0415 each word loads only what it needs

        return resident()
    if word == "service" and sys.platform == "win32":
        # Not in the usage: started by Windows' service manager, and as small.
        from agent.hosts.windows import main as service  # noqa: PLC0415 the same

        return service()
    if word == "presence":
        # Not one of the commands: it runs in each visitor's session, in 11 MiB, and has no settings.
        from agent.presence.program import main as presence  # noqa: PLC0415 the same

        return presence(words[1:])
    if word in (*WORDS, "settings"):
        gc.disable()  # a word lives for a moment and needs no collection; this saves a contact a tenth of its time
        from agent.commands import run_word  # noqa: PLC0415 the same

        return run_word(word, words[1:])
    return about(word)


def about(word: str) -> int:
    """What this program is, or that there is no such word."""
    if word in ("--version", "-V"):
        from agent import __version__  # noqa: PLC0415 each word loads only what it needs

        sys.stdout.write(f"dps-agent {__version__}\n")
        return 0
    if word in ("--help", "-h"):
        sys.stdout.write(USAGE)
        return 0
    there_are = ", ".join((*WORDS, "presence"))
    sys.stderr.write(USAGE if not word else f"dps-agent: there is no word {word!r}; choose one of {there_are}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
