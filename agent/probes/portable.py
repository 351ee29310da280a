"""What psutil tells on every system; used where a probe does not find the files of Linux."""

import psutil

_TICKS_PER_SECOND = 1000
_IDLE = ("idle", "iowait")
_COUNTED_TWICE = ("guest", "guest_nice")


def processor_ticks() -> tuple[int, int, int]:
    """Logical processors, and milliseconds of all of them: busy, in all."""
    times = psutil.cpu_times()._asdict()
    for name in _COUNTED_TWICE:
        times.pop(name, None)
    total = sum(times.values())
    idle = sum(times.get(name, 0.0) for name in _IDLE)
    return psutil.cpu_count() or 1, int((total - idle) * _TICKS_PER_SECOND), int(total * _TICKS_PER_SECOND)


def memory_bytes() -> dict[str, int]:
    memory = psutil.virtual_memory()
    return {"total_bytes": memory.total, "available_bytes": min(memory.available, memory.total)}


def fixed_volumes() -> list[tuple[str, str]]:
    """Mount point and file system of each fixed volume."""
    return [
        (partition.mountpoint, partition.fstype)
        for partition in psutil.disk_partitions(all=False)
        if partition.fstype and "removable" not in partition.opts and "cdrom" not in partition.opts
    ]
