"""Small system files, read without pathlib: it would cost the resident service memory."""

LARGEST_READ_BYTES = 1024 * 1024


def bytes_of(path: str) -> bytes:
    """The first MiB of a file."""
    with open(path, "rb") as file:  # noqa: PTH123 - no pathlib here
        return file.read(LARGEST_READ_BYTES)


def text_of(path: str) -> str:
    """The first MiB of a text file; empty if it cannot be read."""
    try:
        return bytes_of(path).decode("utf-8", "replace")
    except OSError:
        return ""
