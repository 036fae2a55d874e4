"""A person's shop in the database: its two ends, its runs, its problems."""

from dataclasses import replace

from evosync.catalog.problem import Problem
from evosync.db import connections, problems, runs, sync
from evosync.db.connection_health import Finding, mark_checked
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.services import Service
from evosync.engine.report import RunStatus
from evosync.web.state import AppState

SHOP, COMMUNITY = "Чайная на Садовой", "Чай и кофе"
RED, GREEN, UNCHECKED = "red", "green", "unchecked"


class Shop:
    """What somebody has connected, and what became of it."""

    def __init__(self, state: AppState, user_id: int) -> None:
        self.state = state
        self.user_id = user_id

    async def connect(self, evotor: str | None, vk: str | None) -> None:
        """Connect the ends, each unchecked, red or green; None leaves one out."""
        now, write = self.state.desk.clock(), self.state.database.write
        if evotor is not None:
            shop = EvotorConnection(user_id=self.user_id, sealed_token="x", store_name=SHOP)
            await write(connections.save_evotor, shop, now)
        if vk is not None:
            community = VkSignIn(
                user_id=self.user_id,
                community_id=7000 + self.user_id,
                sealed_token="x",
                community_name=COMMUNITY,
            )
            await write(connections.save_vk, community, now)
        green = Finding(connected_at=now)
        red = replace(green, error="Ключ больше не подходит.", code="connection_broken")
        findings = {RED: red, GREEN: green}
        for service, colour in ((Service.EVOTOR, evotor), (Service.VK, vk)):
            if colour in findings:
                await write(mark_checked, service, self.user_id, findings[colour], now)

    async def switch_on(self) -> None:
        async with self.state.database.read() as tx:
            config = await sync.get_config(tx, self.user_id)
        on = replace(config, enabled=True)
        await self.state.database.write(sync.save_config, on, self.state.desk.clock())

    async def add_run(
        self, status: RunStatus, kind: RunKind = RunKind.MIRROR, **counts: int
    ) -> None:
        now, write = self.state.desk.clock(), self.state.database.write
        run_id = await write(runs.create_run, self.user_id, kind, RunTrigger.TIMER, now)
        if status is not RunStatus.QUEUED:
            await write(runs.claim_run, run_id, "worker", now)
        if status not in {RunStatus.QUEUED, RunStatus.RUNNING}:
            await write(runs.finish_run, run_id, RunEnd(status=status, counts=counts), now)

    async def add_problems(self, **counts: int) -> None:
        found = [
            Problem(product_id=f"{code} {number}", store_id="s", name="Чай", code=code)
            for code, count in counts.items()
            for number in range(count)
        ]
        await self.state.database.write(
            problems.save_problems, self.user_id, found, self.state.desk.clock()
        )
