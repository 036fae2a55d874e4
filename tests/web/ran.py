"""Runs in the database of a test of pages: queued, going on, ended in whatever way."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from evosync.db import leases, runs
from evosync.db.runs import Run, RunEnd, RunKind, RunTrigger
from evosync.db.tables.journal import audit_log
from evosync.db.tables.runs import run_changes
from evosync.db.tables.runs import runs as run_rows
from evosync.db.tables.sync import approvals
from evosync.db.types import Tx, folded
from evosync.engine.held import Ask, make_held
from evosync.engine.report import RunStatus
from evosync.web.state import AppState

COMMUNITY = 7001
ASKED = tuple((Ask.HIDE.value, f"p{number}") for number in range(3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """The runs of one person."""

    state: AppState
    user_id: int

    async def queue(self, kind: RunKind = RunKind.MIRROR) -> int:
        """Let a run wait."""
        return await self.state.database.write(
            runs.create_run, self.user_id, kind, RunTrigger.BUTTON, self.state.opened.clock()
        )

    async def begin(self, kind: RunKind = RunKind.MIRROR, **values: Any) -> int:
        """Let a run go on; `values` are columns of its row."""
        run_id, now = await self.queue(kind), self.state.opened.clock()
        write, holder = self.state.database.write, leases.new_holder()
        # Whoever carries it out holds the user's place, or it would be taken for dead.
        await write(leases.take, leases.mirror_lease(self.user_id), holder)
        await write(runs.claim_run, run_id, holder.token, now, COMMUNITY)
        if values:
            await self.set(run_id, **values)
        return run_id

    async def end(self, status: RunStatus, kind: RunKind = RunKind.MIRROR, **end: Any) -> int:
        """Let a run have ended."""
        run_id = await self.begin(kind)
        await self.finish(run_id, status, **end)
        return run_id

    async def finish(self, run_id: int, status: RunStatus, **end: Any) -> None:
        """Let a run end."""
        ended, now = RunEnd(status=status, **end), self.state.opened.clock()
        await self.state.database.write(runs.finish_run, run_id, ended, now)

    async def hold(self, members: Any = ASKED, kind: RunKind = RunKind.MIRROR) -> Run:
        """Let a run have asked whether it may hide goods."""
        status = RunStatus.HELD if kind is RunKind.MIRROR else RunStatus.DONE
        held = make_held(members, ["Пропали бы товары."])
        return await self.get(await self.end(status, kind, held=held, live_items=5))

    async def get(self, run_id: int) -> Run:
        """Read a run."""
        async with self.state.database.read() as tx:
            run = await runs.find_run(tx, run_id)
        assert run is not None
        return run

    async def set(self, run_id: int, **values: Any) -> None:
        """Set columns of a run's row."""
        query = update(run_rows).where(run_rows.c.id == run_id).values(**values)

        async def work(tx: Tx) -> None:
            await tx.execute(query)

        await self.state.database.write(work)

    async def send(self, run_id: int, *names: str, outcome: str = "done", **values: Any) -> None:
        """Let a run have sent new prices."""
        rows = [
            {
                "run_id": run_id,
                "user_id": self.user_id,
                "kind": "update",
                "product_id": name[:36],
                "name": name,
                "name_folded": folded(name),
                "changes": {"price": [100_00, 120_00]},
                "outcome": outcome,
                "created_at": self.state.opened.clock(),
            }
            | values
            for name in names
        ]

        async def work(tx: Tx) -> None:
            await tx.execute(insert(run_changes), rows)

        await self.state.database.write(work)

    async def answers(self) -> list[str]:
        """List what was answered so far."""
        async with self.state.database.read() as tx:
            return list(await tx.scalars(select(approvals.c.answer).order_by(approvals.c.id)))

    async def acts(self) -> list[tuple[str, int | None]]:
        """List what the log of acts says was done, and with whose account."""
        query = select(audit_log.c.action, audit_log.c.subject_id).order_by(audit_log.c.id)
        async with self.state.database.read() as tx:
            return [(row.action, row.subject_id) for row in await tx.execute(query)]
