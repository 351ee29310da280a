"""A throw-away disk: a writable layer above a root folder that stays as it is.

What a machine wrote outlives its boots, until `reset`. `keep` makes what is written now part of what `reset` goes
back to: together they are a frozen disk. Killing a machine loses nothing that the kernel holds in its page cache,
so this disk shows what a pulled plug does to processes, not to a write that was never flushed.
"""

import fcntl
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import TextIO


class LayeredDisk:
    """One machine's disk, mounted at `root`, until `destroy`.

    `size_bytes` is that of a file system of its own for what is written; without it that is the host's.
    """

    def __init__(self, base: Path, folder: Path, name: str, size_bytes: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="disk-", dir=folder))
        self.owner = (self.folder / "owner.lock").open("w")
        claim(self.owner)
        self.root = self.folder / "root"
        self.root.mkdir()
        self.written = self.folder / "written"
        self.written.mkdir()
        self.is_small = size_bytes is not None
        if size_bytes is not None:
            make_file_system(self.folder / "written.img", size_bytes, self.written)
        self.lower = [base]
        self.upper = self.new_layer()
        self.mount()
        (self.root / "etc/hostname").write_text(f"{name}\n")
        machine_id = self.root / "etc/machine-id"
        machine_id.unlink(missing_ok=True)
        machine_id.write_text(f"{uuid.uuid4().hex}\n")
        self.keep()

    def new_layer(self) -> Path:
        layer = self.written / f"layer-{len(self.lower)}"
        layer.mkdir(mode=0o755)
        return layer

    def mount(self) -> None:
        work = self.written / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        lower = ":".join(str(layer) for layer in reversed(self.lower))
        options = f"lowerdir={lower},upperdir={self.upper},workdir={work}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, str(self.root)], check=True)

    def unmount(self) -> None:
        # Lazy: a process that a test left behind must not keep the disk from being cleared away.
        subprocess.run(["umount", "--recursive", "--lazy", str(self.root)], check=True)

    def keep(self) -> None:
        """Make the disk as it is now the state that `reset` goes back to."""
        self.unmount()
        self.lower.append(self.upper)
        self.upper = self.new_layer()
        self.mount()

    def reset(self) -> None:
        """Forget everything that was written since the last `keep`."""
        self.unmount()
        shutil.rmtree(self.upper)
        self.upper = self.new_layer()
        self.mount()

    def destroy(self) -> None:
        self.unmount()
        if self.is_small:
            subprocess.run(["umount", "--lazy", str(self.written)], check=True)
        self.owner.close()
        shutil.rmtree(self.folder)


def make_file_system(file: Path, size_bytes: int, point: Path) -> None:
    """An ext4 of this size in a file, mounted by way of a loop device, which goes with its last mount."""
    with file.open("wb") as image:
        image.truncate(size_bytes)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(file)], check=True)
    subprocess.run(["mount", "-o", "loop", str(file), str(point)], check=True)


def claim(lock: TextIO) -> bool:
    """Take the lock that says that a disk is in use; False when another process has it."""
    if sys.platform != "linux":
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def sweep(folder: Path) -> list[str]:
    """Clear away the disks of test runs that were killed: nobody holds their lock any more. Gives their names."""
    swept = []
    for owner in folder.glob("disk-*/owner.lock"):
        with owner.open() as lock:
            if not claim(lock):
                continue
            for point in ("root", "written"):
                words = ["umount", "--recursive", "--lazy", str(owner.with_name(point))]
                subprocess.run(words, capture_output=True, check=False)
            shutil.rmtree(owner.parent, ignore_errors=True)
        swept.append(owner.parent.name)
    return swept
