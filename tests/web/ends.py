"""One person's two ends, looked at behind the pages: what stands, what was written down."""

import asyncio
from dataclasses import dataclass, replace

import httpx
from sqlalchemy import select
from starlette.applications import Starlette

from evosync.db import connections, journal, sync
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.journal import Act
from evosync.db.tables.journal import alerts_sent
from evosync.web.state import AppState
from tests.web.outside import Outside
from tests.web.page import Page, read_page
from tests.web.people import Person, browser


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """A person, the service they use, and the world outside."""

    app: Starlette
    state: AppState
    person: Person
    outside: Outside

    def of(self, person: Person) -> "Ends":
        """Give the ends of another person."""
        return replace(self, person=person)

    def browser(self) -> httpx.AsyncClient:
        """Open a browser of the person."""
        return browser(self.app, self.person)

    async def settled(self) -> None:
        """Wait until what was just connected has been read."""
        while tasks := list(self.state.mirroring._tasks.values()):
            await asyncio.wait(tasks)
            await asyncio.sleep(0)

    async def evotor(self) -> EvotorConnection | None:
        async with self.state.database.read() as tx:
            return await connections.find_evotor(tx, self.person.id)

    async def vk(self) -> VkSignIn | None:
        async with self.state.database.read() as tx:
            return await connections.find_vk_sign_in(tx, self.person.id)

    async def standing_evotor(self) -> EvotorConnection:
        found = await self.evotor()
        assert found is not None
        return found

    async def standing_vk(self) -> VkSignIn:
        found = await self.vk()
        assert found is not None
        return found

    async def acts(self) -> list[Act]:
        """List what was written down, the first one first."""
        async with self.state.database.read() as tx:
            return (await journal.list_acts(tx, journal.ActSearch()))[::-1]

    async def alerts(self) -> dict[str, str]:
        """Return the state of each alert by what it is of."""
        async with self.state.database.read() as tx:
            found = await tx.execute(select(alerts_sent.c.subject, alerts_sent.c.state))
            return {row.subject: row.state for row in found}

    async def confirm(self) -> None:
        """Say yes to the first push, as things are connected now."""
        now = self.state.desk.clock()
        async with self.state.database.read() as tx:
            config = await sync.get_config(tx, self.person.id)
        confirmed = replace(config, confirmed_at=now)
        await self.state.database.write(sync.save_config, confirmed, now)

    async def is_confirmed(self) -> bool:
        async with self.state.database.read() as tx:
            return (await sync.get_config(tx, self.person.id)).confirmed_at is not None


async def page_at(client: httpx.AsyncClient, path: str) -> Page:
    """Open a page of ours."""
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return page_of(answer)


def page_of(answer: httpx.Response) -> Page:
    """Read an answer as a person does."""
    page = read_page(answer.text)
    page.text = " ".join(page.text.split())
    return page
