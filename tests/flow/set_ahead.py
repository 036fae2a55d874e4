"""`python -m tests.flow.set_ahead serve`: `evosync …` on a machine whose clock can be set ahead.

Nothing of the program is changed: what it asks is answered later than it is. That is the time of
day (`time.time`, `datetime.now`), by which it writes and APScheduler's timer counts, and the
monotonic clock, by which the loop's own timers and waits go. By how much comes from a file that
all processes of a story share; between two changes of it time goes on at its own pace. SQLite's
and MariaDB's own clocks, which only leases go by, are left alone, and so are `perf_counter`s.
"""

import mmap
import os
import struct
import sys
import time
from collections.abc import Callable
from datetime import datetime, tzinfo
from importlib import import_module
from pathlib import Path

AHEAD_FILE = "TEST_AHEAD_FILE"
_SECONDS = struct.Struct("<d")
# Whoever asks `datetime` for the moment; all others are given it.
_ASKING = ("evosync.clock", "apscheduler.schedulers.base", "apscheduler.triggers.interval")


class Ahead:
    """A clock so many seconds ahead of the machine's, for all who share a file."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_SECONDS.pack(0.0))
        self.path = path
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _SECONDS.size)

    @property
    def seconds(self) -> float:
        """By how much."""
        ahead: float = _SECONDS.unpack(self._shared)[0]
        return ahead

    def skip(self, seconds: float) -> None:
        """Set the clock further ahead."""
        self._shared[:] = _SECONDS.pack(self.seconds + seconds)

    def __call__(self) -> float:
        """Give unix seconds."""
        return time.time() + self.seconds


def _later(clock: Callable[[], float], ahead: Ahead) -> Callable[[], float]:
    return lambda: clock() + ahead.seconds


class _Moments(datetime):
    """What `datetime` is to whoever asks it for the moment: plain ones, by the set clock."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.fromtimestamp(time.time(), tz)


def _set_ahead(path: Path) -> None:
    ahead = Ahead(path)
    # Both before anything that keeps one of them for itself is imported.
    time.time = _later(time.time, ahead)
    time.monotonic = _later(time.monotonic, ahead)
    for name in _ASKING:
        import_module(name).datetime = _Moments  # type: ignore[attr-defined]


if __name__ == "__main__":
    _set_ahead(Path(os.environ.pop(AHEAD_FILE)))
    sys.argv[0] = "evosync"
    import_module("evosync.cli.main").main()
