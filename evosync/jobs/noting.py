"""How far a run has come, written down as it goes, so that any process can tell."""

import asyncio

import structlog

from evosync.db.engine import Database
from evosync.db.run_queue import note_stage
from evosync.engine.apply import Progress
from evosync.errors import EvoSyncError

log = structlog.get_logger(__name__)


class StageNotes:
    """Writes each new stage of one run to its row; between stages nothing is written.

    How many changes are done is told by the rows of changes themselves.
    """

    def __init__(self, database: Database, run_id: int, also: Progress) -> None:
        self._database = database
        self._run_id = run_id
        self._also = also
        self._stage: str | None = None
        self._writing: asyncio.Task[None] | None = None

    def tell(self, stage: str, done: int, total: int) -> None:
        """Take the news of the engine; implements `Progress`."""
        self._also(stage, done, total)
        if stage != self._stage:
            self._stage = stage
            planned = total if stage == "apply" else None
            before = self._writing
            self._writing = asyncio.create_task(self._write(before, stage, planned))

    async def settled(self) -> None:
        """Wait until what was told is written."""
        if self._writing is not None:
            await self._writing

    async def _write(
        self, before: asyncio.Task[None] | None, stage: str, planned: int | None
    ) -> None:
        if before is not None:
            await before
        try:
            await self._database.write(note_stage, self._run_id, stage, planned)
        except EvoSyncError as error:
            # Nothing depends on it but what a page shows.
            log.warning("stage not written", stage=stage, cause=error.cause)
