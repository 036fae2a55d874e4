"""The log's short queue and its writer: runs go on whatever becomes of the log."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from dataclasses import replace
from datetime import datetime

import structlog

from evosync.apilog.entries import Call, Keep, entry_of, entry_of_call
from evosync.apilog.entry import Entry
from evosync.apilog.rows import row_of
from evosync.db.api_logs import NewLog, add_logs
from evosync.db.engine import Database
from evosync.outbound.exchange import Exchange

log = structlog.get_logger(__name__)

# From the first entry to its writing, so that others can join it: a run at VK's pace makes three
# requests a second, and a transaction costs many times what a row costs.
PAUSE_S = 5.0
BATCH = 200  # rows of one INSERT
MOST_WAITING = 2000  # entries; a service that sends ten requests a second fills it in minutes
MOST_BYTES = 16 * 1024 * 1024  # of bodies that wait
BATCH_BYTES = 2 * 1024 * 1024  # of bodies in one transaction


class RequestRecorder:
    """Takes entries at once and writes them behind, in batches; implements Recorder.

    It begins to write by itself when there is something, and rests when there
    is nothing. What finds no room, or no database, is dropped and counted.
    """

    def __init__(
        self,
        database: Database,
        *,
        keep: Keep,
        clock: Callable[[], datetime],
        pause_s: float = PAUSE_S,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._database = database
        self._keep = keep
        self._clock = clock
        self._pause_s = pause_s
        self._most_bytes = most_bytes
        self._waiting: deque[Entry] = deque()
        self._bytes = 0
        self._dropped = 0
        self._writer: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._is_closed = False

    def record(self, exchange: Exchange) -> None:
        """Take note of an exchange that has just ended."""
        with _whatever_happens():
            bound = structlog.contextvars.get_contextvars()
            self.add(entry_of(exchange, keep=self._keep, ended_at=self._clock(), bound=bound))

    def record_call(self, call: Call) -> None:
        """Take note of a webhook that has just been answered."""
        with _whatever_happens():
            self.add(entry_of_call(call, keep=self._keep))

    def add(self, entry: Entry) -> None:
        """Put an entry in the queue; it is dropped when there is no room."""
        if self._is_closed or len(self._waiting) >= MOST_WAITING:
            self._drop(1)
            return
        size = entry.bodies.size if entry.bodies else 0
        if size and self._bytes + size > self._most_bytes:
            entry, size = replace(entry, bodies=None), 0
        self._waiting.append(entry)
        self._bytes += size
        if len(self._waiting) >= BATCH:
            self._hurry.set()
        if self._writer is None:
            # In a context of its own: its lines are not about the run that happened to be first.
            self._writer = asyncio.get_running_loop().create_task(
                self._write(), name="request log", context=Context()
            )

    async def close(self, grace_s: float) -> None:
        """Write what waits, within so many seconds; what comes later is dropped."""
        self._is_closed = True
        self._hurry.set()
        if self._writer is not None:
            _, late = await asyncio.wait({self._writer}, timeout=grace_s)
            if late:
                self._drop(len(self._waiting))
                self._writer.cancel()
                await asyncio.wait({self._writer})
        self._tell()

    async def _write(self) -> None:
        try:
            while self._waiting:
                await self._pause()
                while batch := self._take():
                    await self._save(batch)
                self._tell()
        finally:
            self._writer = None

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._pause_s):
                await self._hurry.wait()
        except TimeoutError:
            pass
        if not self._is_closed:
            self._hurry.clear()

    def _take(self) -> list[Entry]:
        batch: list[Entry] = []
        size = 0
        while self._waiting and len(batch) < BATCH and size < BATCH_BYTES:
            batch.append(self._waiting.popleft())
            bodies = batch[-1].bodies
            size += bodies.size if bodies else 0
        self._bytes -= size
        return batch

    async def _save(self, batch: Sequence[Entry]) -> None:
        try:
            await self._database.write(add_logs, await _rows(batch))
        except asyncio.CancelledError:
            self._drop(len(batch))
            raise
        except Exception as error:  # noqa: BLE001 - whatever the database does, runs go on
            log.warning("request log not written", error=type(error).__name__)
            self._drop(len(batch))

    def _drop(self, count: int) -> None:
        self._dropped += count

    def _tell(self) -> None:
        if self._dropped:
            log.warning("requests not logged", dropped=self._dropped)
            self._dropped = 0


@contextmanager
def _whatever_happens() -> Iterator[None]:
    try:
        yield
    except Exception:
        log.exception("request not logged")


async def _rows(batch: Sequence[Entry]) -> list[NewLog]:
    """Mask what there is to mask, in a thread: it takes milliseconds a body."""
    if any(entry.bodies for entry in batch):
        return await asyncio.to_thread(lambda: [row_of(entry) for entry in batch])
    return [row_of(entry) for entry in batch]
