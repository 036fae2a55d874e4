"""Anna, who signs in at both ends of a sandbox; its clock and ours may be put ahead."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx

from evosync import clock
from evosync.accounts.desk import Desk, open_desk
from evosync.accounts.sign_in import Visit
from evosync.alerts.post import Post
from evosync.db import accounts, connections, token_rotation
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.services import Service
from evosync.db.token_rotation import SealedTokens
from evosync.demo.shop import prepare
from evosync.jobs.connecting import Connector
from evosync.jobs.telling import tell_all
from evosync.outbound.grants import make_secret
from evosync.sandbox.world import SandboxWorld
from evosync.settings import Settings
from evosync.wiring import Installation, open_installation
from tests.accounts.stand import Mailbox
from tests.flow.stand import Shop, fast, open_shop, small_world

LIFE = timedelta(hours=1)  # of an access token of the sandbox's VK ID
DELAY_S = 0.4  # of an answer, long enough to do something in the meantime


class Clock:
    """Goes on, so far ahead of the world's as a test puts it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return clock.now() + self.ahead

    def epoch_s(self) -> float:
        return self().timestamp()

    def put(self, ahead: timedelta) -> None:
        self.ahead += ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Anna's shop, and what it takes to sign in and to look at what is kept of it."""

    shop: Shop
    clock: Clock
    desk: Desk
    mailbox: Mailbox

    @property
    def world(self) -> SandboxWorld:
        return self.shop.world

    @property
    def opened(self) -> Installation:
        return self.shop.opened

    async def connector(self) -> Connector:
        async with self.opened.database.read() as tx:
            user = await accounts.find_user(tx, self.shop.user_id)
        assert user is not None
        return Connector(opened=self.opened, desk=self.desk, user=user, visit=Visit(address=""))

    async def sign_in_vk(self) -> None:
        """Go to VK ID and come back, as a browser does."""
        vk_id = self.opened.vk_id
        assert vk_id is not None
        state, verifier = make_secret(), make_secret()
        back = await brought(vk_id.authorize_url(state=state, verifier=verifier))
        grant = await vk_id.exchange(
            code=back["code"], verifier=verifier, device_id=back["device_id"], state=state
        )
        await (await self.connector()).sign_in_vk(grant, back["device_id"])

    async def sign_in_evotor(self) -> None:
        """Go to Evotor and come back, as a browser does."""
        oauth = self.opened.evotor_oauth
        assert oauth is not None
        back = await brought(oauth.authorize_url(state=make_secret()))
        grant = await oauth.exchange(code=back["code"])
        await (await self.connector()).sign_in_evotor(grant)

    async def stored(self, service: Service = Service.VK) -> SealedTokens:
        """Give the tokens as the row holds them."""
        async with self.opened.database.read() as tx:
            found = await token_rotation.find_tokens(tx, service, self.shop.user_id)
        assert found is not None
        return found

    async def access(self, service: Service = Service.VK) -> str:
        """Give the access token that is kept."""
        return self.opened.vault.open((await self.stored(service)).access)

    async def vk(self) -> VkSignIn:
        async with self.opened.database.read() as tx:
            found = await connections.find_vk_sign_in(tx, self.shop.user_id)
        assert found is not None
        return found

    async def evotor(self) -> EvotorConnection:
        async with self.opened.database.read() as tx:
            found = await connections.find_evotor(tx, self.shop.user_id)
        assert found is not None
        return found

    async def letters(self) -> list[str]:
        """Write what is to be written, and give the kinds of all letters so far."""
        await tell_all(self.desk)
        return [letter.kind for letter in self.mailbox.letters]


def signing_world(clock: Clock) -> SandboxWorld:
    """Make the small shop in a world whose people say yes at once."""
    small = small_world()
    world = fast(SandboxWorld(small.evotor.state, small.vk.state, clock=clock.epoch_s))
    world.vkid.knobs.consent = world.evotor_oauth.knobs.consent = "grant"
    return world


@contextlib.asynccontextmanager
async def open_keeping(folder: Path, database_url: str) -> AsyncIterator[Keeping]:
    """Serve a world and give Anna, connected by pasted keys as yet."""
    clock = Clock()
    async with (
        open_shop(signing_world(clock), folder, database_url, clock=clock) as shop,
        open_desk_of(shop, clock) as keeping,
    ):
        yield keeping


@contextlib.asynccontextmanager
async def keeping_at(
    world: SandboxWorld, settings: Settings, clock: Clock
) -> AsyncIterator[Keeping]:
    """Give Anna in a world that is served already, as a process of ours opens it."""
    async with open_installation(settings, now=clock) as opened:
        shop = Shop(world=world, opened=opened, user_id=await prepare(opened, world))
        async with open_desk_of(shop, clock) as keeping:
            yield keeping


@contextlib.asynccontextmanager
async def open_desk_of(shop: Shop, clock: Clock) -> AsyncIterator[Keeping]:
    """Open a desk over a shop; letters go to a mailbox."""
    opened, mailbox = shop.opened, Mailbox()
    desk = open_desk(opened.settings, opened.database, opened.vault, opened.clock)
    desk = replace(desk, post=Post(mailbox))
    yield Keeping(shop=shop, clock=clock, desk=desk, mailbox=mailbox)
    await desk.close(5)


async def brought(url: str) -> dict[str, str]:
    """Send a browser away; gives what it brings back."""
    async with httpx.AsyncClient(verify=False) as browser:  # noqa: S501 - there is no TLS here
        answer = await browser.get(url)
    assert answer.is_redirect, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))
