"""Makes files outlive a power cut: what is written, and that it is there under its name."""

import os
from pathlib import Path


def flush(file: Path) -> None:
    """The contents of a file are on the disk when this returns; raises OSError."""
    # Windows flushes only what is open for writing.
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(folder: Path) -> None:
    """The names in a folder are on the disk when this returns; Windows does that by itself."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put(source: Path, target: Path) -> None:
    """Move a flushed file over another of the same folder: at every moment one of the two is there whole."""
    source.replace(target)
    flush_folder(target.parent)
