"""Takes readings where they can be given up: in a child process on Linux, in a thread elsewhere.

A driver that never answers, or a server of print queues that hangs, must not keep a station from sending what it
counted. A child can be ended. A thread cannot; it is left behind and ends with the sender, some seconds later.
"""

import contextlib
import os
import pickle
import queue
import select
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from agent.errors import NoData
from agent.probes.base import Probe, Surroundings

Work = Sequence[tuple[Probe, Surroundings]]
_LENGTH = struct.Struct("!I")
_PIECE_BYTES = 65_536
_STANDARD_ERROR = 2


class Answer(NamedTuple):
    """How one probe ended: with an Outcome, with the reason for no data, or with an error."""

    kind: Literal["reading", "no_data", "failed"]
    content: Any


class Gone(Exception):
    """The worker ended without answering."""


class Worker(Protocol):
    """Does its work in order."""

    def answer(self, seconds: float) -> Answer | None:
        """The next answer; None when it does not come in so many seconds. Raises Gone."""

    def stop(self) -> None:
        """End it, whatever it is at."""


class Here:
    """A worker without a worker: every probe runs where it is asked for, and is waited for."""

    def __init__(self, work: Work) -> None:
        self._work = iter(work)

    def answer(self, seconds: float) -> Answer | None:  # noqa: ARG002 - the same signature for all workers
        return attempt(*next(self._work))

    def stop(self) -> None:
        pass


def attempt(probe: Probe, surroundings: Surroundings) -> Answer:
    try:
        return Answer("reading", probe(surroundings))
    except NoData as nothing:
        return Answer("no_data", str(nothing))
    except Exception as error:  # noqa: BLE001 - the top of the loop: a probe may fail in any way
        return Answer("failed", error)


class Aside:
    """A thread that is left behind when it hangs."""

    def __init__(self, work: Work) -> None:
        self._answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        self._stopped = False
        threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def answer(self, seconds: float) -> Answer | None:
        try:
            found = self._answers.get(timeout=seconds)
        except queue.Empty:
            return None
        if found is None:
            raise Gone
        return found

    def stop(self) -> None:
        self._stopped = True

    def _run(self, work: Work) -> None:
        for probe, surroundings in work:
            if self._stopped:
                return
            self._answers.put(attempt(probe, surroundings))
        self._answers.put(None)


if sys.platform == "win32":
    _APART: Callable[[Work], Worker] = Aside
else:

    class Child:
        """A child process, which can be ended."""

        def __init__(self, work: Work) -> None:
            self._pipe, writing = os.pipe()
            self._received = b""
            self._process = os.fork()
            if self._process == 0:
                _answer_all(work, writing)
            os.close(writing)

        def answer(self, seconds: float) -> Answer | None:
            until = time.monotonic() + seconds
            while (found := self._whole()) is None:
                readable, _, _ = select.select([self._pipe], [], [], max(0.0, until - time.monotonic()))
                if not readable:
                    return None
                piece = os.read(self._pipe, _PIECE_BYTES)
                if not piece:
                    raise Gone
                self._received += piece
            return found

        def stop(self) -> None:
            os.close(self._pipe)
            os.kill(self._process, signal.SIGKILL)
            # Not waited for: one that hangs in a driver cannot even be killed. The system takes it when we end.
            os.waitpid(self._process, os.WNOHANG)

        def _whole(self) -> Answer | None:
            if len(self._received) < _LENGTH.size:
                return None
            (length,) = _LENGTH.unpack_from(self._received)
            end = _LENGTH.size + length
            if len(self._received) < end:
                return None
            content, self._received = self._received[_LENGTH.size : end], self._received[end:]
            found = pickle.loads(content)  # noqa: S301 - our own child wrote it, into a pipe that nobody else has
            return found if isinstance(found, Answer) else None

    def _answer_all(work: Work, pipe: int) -> None:
        """Answer and end; nothing of the parent may run a second time in here."""
        try:
            _let_go_of_all_but(pipe)
            for probe, surroundings in work:
                content = _packed(attempt(probe, surroundings))
                _write(pipe, _LENGTH.pack(len(content)) + content)
        finally:
            os._exit(0)

    def _let_go_of_all_but(pipe: int) -> None:
        """Close what the parent had open.

        A worked example: a child hangs in the driver of a dying disk and cannot even be killed. The lock of the sender
        is a file that is open, here too; kept, it would let no later sender of this station begin.
        """
        for descriptor in map(int, os.listdir("/dev/fd")):  # noqa: PTH208 pathlib is heavy
            if descriptor > _STANDARD_ERROR and descriptor != pipe:
                with contextlib.suppress(OSError):  # the one by which the folder was listed
                    os.close(descriptor)

    def _packed(answer: Answer) -> bytes:
        try:
            content = pickle.dumps(answer)
            pickle.loads(content)  # noqa: S301 - our own; some errors can be packed and not unpacked
        except Exception:  # noqa: BLE001 - an error may hold anything
            return pickle.dumps(Answer("failed", RuntimeError()))
        return content

    def _write(pipe: int, content: bytes) -> None:
        while content:
            content = content[os.write(pipe, content) :]

    _APART = Child


def apart() -> Callable[[Work], Worker]:
    """How this system gives a worker that can be given up."""
    return _APART
