"""One structured line per request: no address, no secret, no tag, nothing that a stranger can choose.

Lines are gathered and written a few times per second: a write per request would cost a tenth of the throughput.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple, TextIO

GATHERED = 256


class Line(NamedTuple):
    """One request. `path` is one of our own addresses, `outcome` a word of ours; 0 stands for no station."""

    path: str
    status: int
    outcome: str
    milliseconds: float
    site: int
    station: int


class RequestLog:
    """Lines for machines (json) or for people (pretty); none when there is no stream."""

    def __init__(self, stream: TextIO | None, log_format: str = "json") -> None:
        self._stream = stream
        self._lines: list[str] = []
        self._write: Callable[[str, Line], str] = _pretty if log_format == "pretty" else _json
        self._second = -1
        self._time = ""

    def add(self, now: float, line: Line) -> None:
        if self._stream is None:
            return
        second = int(now)
        if second != self._second:
            self._second = second
            self._time = datetime.fromtimestamp(second, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._lines.append(self._write(self._time, line))
        if len(self._lines) >= GATHERED:
            self.flush()

    def flush(self) -> None:
        if self._lines and self._stream is not None:
            lines, self._lines = self._lines, []
            self._stream.write("".join(lines))
            self._stream.flush()


def _json(time: str, line: Line) -> str:
    path, status, outcome, milliseconds, site, station = line
    return (
        f'{{"time":"{time}","event":"request","path":"{path}","status":{status},"outcome":"{outcome}",'
        f'"milliseconds":{milliseconds:.1f},"site":{site},"station":{station}}}\n'
    )


def _pretty(time: str, line: Line) -> str:
    path, status, outcome, milliseconds, site, station = line
    return f"{time} {status} {path} {outcome} {milliseconds:.1f} ms site={site} station={station}\n"
