"""`python -m tests.flow.set_ahead serve`: `evosync …` on a machine whose clock can be set ahead.

Nothing of the program is changed: what it asks is answered later than it is. That is the time of
day (`time.time`, `datetime.now`), by which it writes and APScheduler's timer counts, and the
monotonic clock, by which the loop's own timers and waits go. By how much comes from a file that
all processes of a story share; between two changes of it time goes on at its own pace. SQLite's
and MariaDB's own clocks, which only leases go by, are left alone, and so are `perf_counter`s.

The time of day can also leap by itself, as when NTP or a person sets the clock: then SQLite's,
which is the machine's, goes with it.
"""

import mmap
import os
import sqlite3
import struct
import sys
import time
from datetime import UTC, datetime, tzinfo
from importlib import import_module
from pathlib import Path
from typing import Any

AHEAD_FILE = "TEST_AHEAD_FILE"
_SECONDS = struct.Struct("<dd")  # that passed for all clocks; that the time of day leapt
# Whoever asks `datetime` for the moment; all others are given it.
_ASKING = ("evosync.clock", "apscheduler.schedulers.base", "apscheduler.triggers.interval")


class Ahead:
    """A clock so many seconds ahead of the machine's, for all who share a file."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_SECONDS.pack(0.0, 0.0))
        self.path = path
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _SECONDS.size)

    @property
    def seconds(self) -> float:
        """By how much."""
        return self._both()[0]

    @property
    def leapt(self) -> float:
        """By how much more, or less, the time of day."""
        return self._both()[1]

    def skip(self, seconds: float) -> None:
        """Set the clock further ahead."""
        self._shared[:] = _SECONDS.pack(self.seconds + seconds, self.leapt)

    def leap(self, seconds: float) -> None:
        """Set the time of day alone ahead, or back."""
        self._shared[:] = _SECONDS.pack(self.seconds, self.leapt + seconds)

    def __call__(self) -> float:
        """Give unix seconds of a clock that nobody lets leap."""
        return time.time() + self.seconds

    def _both(self) -> tuple[float, float]:
        passed, leapt = _SECONDS.unpack(self._shared)
        return passed, leapt


class _Moments(datetime):
    """What `datetime` is to whoever asks it for the moment: plain ones, by the set clock."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.fromtimestamp(time.time(), tz)


def _set_ahead(path: Path) -> None:
    ahead = Ahead(path)
    day, steady, connect = time.time, time.monotonic, sqlite3.connect

    def open_file(*args: Any, **options: Any) -> sqlite3.Connection:
        opened: sqlite3.Connection = connect(*args, **options)
        opened.create_function("strftime", 2, lambda *_: _in_sqlite(day() + ahead.leapt))
        return opened

    # All before anything that keeps one of them for itself is imported.
    time.time = lambda: day() + ahead.seconds + ahead.leapt
    time.monotonic = lambda: steady() + ahead.seconds
    sqlite3.connect = open_file  # type: ignore[assignment]
    for name in _ASKING:
        import_module(name).datetime = _Moments  # type: ignore[attr-defined]


def _in_sqlite(seconds: float) -> str:
    """Give a moment as `leases.database_now` asks for it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


if __name__ == "__main__":
    _set_ahead(Path(os.environ.pop(AHEAD_FILE)))
    sys.argv[0] = "evosync"
    import_module("evosync.cli.main").main()
