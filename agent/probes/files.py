"""Small text files of the system, as probes read them."""

from pathlib import Path

from agent.wire.words import printable

__all__ = ["entries_of", "printable", "text_of", "word_of"]

LARGEST_READ_BYTES = 1024 * 1024


def text_of(root: Path, place: str) -> str | None:
    """The first MiB of a text file under the root; None where there is no such file. Other errors pass."""
    try:
        with (root / place).open("rb") as file:
            return file.read(LARGEST_READ_BYTES).decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return None


def word_of(root: Path, place: str) -> str:
    """The content of a small file of /sys; empty where it is missing or has nothing to say (many refuse reading)."""
    try:
        return (text_of(root, place) or "").strip()
    except OSError:
        return ""


def entries_of(folder: Path, beginning: str) -> list[Path]:
    """What a folder of the kernel holds under names that begin so; none where it is missing or closed."""
    try:
        return sorted(entry for entry in folder.iterdir() if entry.name.startswith(beginning))
    except OSError:
        return []
