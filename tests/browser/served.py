"""A service over a served sandbox: where its settings say that Evotor and VK are."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from evosync.accounts.passwords import hash_again
from evosync.db import connections
from evosync.db.accounts import NewUser, UserStatus, create_user, find_user_by_email
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.types import Tx
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.world import (
    EVOTOR_OAUTH_CLIENT_ID,
    EVOTOR_OAUTH_CLIENT_SECRET,
    VK_CLIENT_ID,
    SandboxWorld,
)
from tests.browser.stand import Stand, open_stand
from tests.browser.town import PASSWORD
from tests.flow.stand import REQUESTS_PER_SECOND, seeded_world, until

ANNA = "anna@example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running service, and the sandbox that it takes for Evotor and VK."""

    stand: Stand
    world: SandboxWorld
    sandbox: str

    async def a_round_later(self) -> None:
        """Wait for a round of checks that begins after now."""
        before = len(self.stand.rounds())
        await until(lambda: len(self.stand.rounds()) >= before + 2, "a whole round of checks")

    async def evotor(self) -> EvotorConnection | None:
        """Look into the database for Anna's till."""
        async with self.stand.desk.database.read() as tx:
            return await connections.find_evotor(tx, await self._anna(tx))

    async def vk(self) -> VkSignIn | None:
        """Look into the database for Anna's sign-in at VK."""
        async with self.stand.desk.database.read() as tx:
            return await connections.find_vk_sign_in(tx, await self._anna(tx))

    async def _anna(self, tx: Tx) -> int:
        anna = await find_user_by_email(tx, ANNA)
        assert anna is not None
        return anna.id


@contextlib.asynccontextmanager
async def open_served(
    folder: Path, template: Path, *, with_evotor: bool = False, **environ: str
) -> AsyncIterator[Served]:
    """Serve a seeded world and start a service over it; `with_evotor` = it signs in too."""
    world = seeded_world()
    async with serve_sandbox(world) as url:
        given = _pointing_at(url) | (_with_evotor(url) if with_evotor else {}) | environ
        async with open_stand(folder, template, **given) as stand:
            yield Served(stand=stand, world=world, sandbox=url)


async def let_in_anna(served: Served) -> None:
    """Make Anna's account."""
    desk = served.stand.desk
    new = NewUser(
        email=ANNA,
        status=UserStatus.ACTIVE,
        name="Анна",
        password_hash=await hash_again(PASSWORD),
        email_confirmed_at=desk.clock(),
    )
    assert await desk.database.write(create_user, new, desk.clock()) is not None


def _pointing_at(sandbox: str) -> dict[str, str]:
    """Make the settings by which a service finds a sandbox, and people sign in there."""
    return {
        "EVOTOR_API_URL": f"{sandbox}/evotor",
        "VK_API_URL": f"{sandbox}/vk",
        "VK_ID_URL": f"{sandbox}/vkid",
        "VK_CLIENT_ID": VK_CLIENT_ID,
        "VK_UPLOAD_HOSTS": "127.0.0.1",
        "VK_REQUESTS_PER_SECOND": str(REQUESTS_PER_SECOND),
    }


def _with_evotor(sandbox: str) -> dict[str, str]:
    """Make the settings by which people sign in at Evotor too."""
    return {
        "EVOTOR_OAUTH_URL": f"{sandbox}/evotor-oauth",
        "EVOTOR_OAUTH_CLIENT_ID": EVOTOR_OAUTH_CLIENT_ID,
        "EVOTOR_OAUTH_CLIENT_SECRET": EVOTOR_OAUTH_CLIENT_SECRET,
    }
