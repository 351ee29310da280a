"""How many logical processors there are, and how busy they were since the previous contact."""

from typing import NamedTuple

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import text_of
from agent.wire.v1 import Processor


class Ticks(NamedTuple):
    """Time of all processors together since the boot, in a unit that cancels out."""

    processors: int
    busy: int
    total: int


def read(surroundings: Surroundings) -> Outcome:
    text = text_of(surroundings.root, "proc/stat")
    if text is None:
        # On Linux the file says it; loading psutil would cost each contact 40 ms.
        from agent.probes import portable  # noqa: PLC0415 - for the reason above

        ticks = Ticks(*portable.processor_ticks())
    else:
        ticks = ticks_of(text)
    return outcome_of(ticks, surroundings)


def outcome_of(ticks: Ticks, surroundings: Surroundings) -> Outcome:
    """What these ticks tell beside those of the previous contact of the same boot."""
    busy_percent = None
    if surroundings.boot_id and surroundings.previous.get("boot_id") == surroundings.boot_id:
        busy_percent = busy_between(
            surroundings.previous.get("busy"), surroundings.previous.get("total"), ticks.busy, ticks.total
        )
    return Outcome(
        Processor(logical_processors=ticks.processors, busy_percent=busy_percent),
        {"boot_id": surroundings.boot_id, "busy": ticks.busy, "total": ticks.total},
    )


def ticks_of(proc_stat: str) -> Ticks:
    """From /proc/stat, see proc(5).

    Waiting for a disk is idle time. Guest time is inside user and nice time already, so it is left out of both sums.
    """
    processors = 0
    busy = total = 0
    for line in proc_stat.splitlines():
        name, *figures = line.split()[:9] or [""]
        if name == "cpu" and len(figures) >= 4:  # noqa: PLR2004 - user, nice, system, idle exist on every kernel
            user, nice, system, idle, waiting, *interrupts = [int(figure) for figure in [*figures, "0"]]
            busy = user + nice + system + sum(interrupts)
            total = busy + idle + waiting
        elif name[:3] == "cpu" and name[3:].isdigit():
            processors += 1
    if not processors or not total:
        raise NoData("the kernel does not count processor time")
    return Ticks(processors, busy, total)


def busy_between(busy_before: object, total_before: object, busy: int, total: int) -> int | None:
    """Whole percent; None where nothing passed or the counters went back."""
    if not isinstance(busy_before, int) or not isinstance(total_before, int):
        return None
    passed = total - total_before
    worked = busy - busy_before
    if passed <= 0 or worked < 0:
        return None
    return min(100, round(100 * worked / passed))
