"""The demo's shop: its owner, its connections, its settings."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from evosync.accounts.passwords import hash_password
from evosync.db import accounts, selection, sync
from evosync.db.accounts import NewUser, UserStatus
from evosync.db.roles import RoleName
from evosync.errors import Misconfigured
from evosync.jobs.connections import (
    check_evotor,
    check_vk,
    save_checked_evotor,
    save_checked_vk,
)
from evosync.jobs.reading import read_catalog
from evosync.sandbox.world import (
    EVOTOR_OAUTH_CLIENT_ID,
    EVOTOR_OAUTH_CLIENT_SECRET,
    VK_CLIENT_ID,
    SandboxWorld,
)
from evosync.settings import Settings
from evosync.wiring import Installation

EMAIL = "anna@example.com"
PASSWORD = "chaynaya-demo"  # noqa: S105 - the demo's, no secret

# A newcomer changes a price on the till and wants to see it in VK soon.
ROUND = timedelta(seconds=10)
CHECKS = timedelta(seconds=30)
WEBHOOK_SECRET = "sandbox-webhook-secret"  # noqa: S105 - the demo's, no secret
SETTLE_SECONDS = 5  # the sandbox shows a new item at once; VK may take minutes


def demo_settings(folder: Path, sandbox_url: str, *, port: int = 8000) -> Settings:
    """Make the demo's settings: the environment and `.env` have no say in them."""
    return Settings(
        data_dir=folder,
        port=port,
        evotor_webhook_secret=WEBHOOK_SECRET,
        evotor_oauth_url=f"{sandbox_url}/evotor-oauth",
        evotor_oauth_client_id=EVOTOR_OAUTH_CLIENT_ID,
        evotor_oauth_client_secret=EVOTOR_OAUTH_CLIENT_SECRET,
        vk_id_url=f"{sandbox_url}/vkid",
        vk_client_id=VK_CLIENT_ID,
        health_check_interval_seconds=int(CHECKS.total_seconds()),
        evotor_api_url=f"{sandbox_url}/evotor",
        vk_api_url=f"{sandbox_url}/vk",
        vk_upload_hosts="127.0.0.1",
        vk_settle_seconds=SETTLE_SECONDS,
        backup_interval_hours=0,  # of toys nobody needs a copy
        catalog_refresh_interval_seconds=int(ROUND.total_seconds()),
    )


def seeded(goods: Path | None) -> SandboxWorld:
    """Make a fresh world: the tea shop, or the goods of a file. Raises Misconfigured."""
    try:
        return SandboxWorld.seeded(goods=goods)
    except ValueError as error:
        raise Misconfigured("--goods", str(error)) from None


async def prepare(opened: Installation, world: SandboxWorld) -> int:
    """Make the shop owner, connect both ends and switch everything on; returns the user id.

    One that was cut short is gone through again.
    """
    user_id = await _owner(opened)
    await connect(opened, user_id, world)
    return user_id


async def connect(opened: Installation, user_id: int, world: SandboxWorld) -> None:
    """Connect an account to both ends of a world and switch everything on, unless that was done."""
    write, now = opened.database.write, opened.clock
    async with opened.database.read() as tx:
        if (await sync.get_config(tx, user_id)).confirmed_at is not None:
            return
    evotor = await check_evotor(opened, user_id, world.evotor_token)
    await write(save_checked_evotor, evotor, now())
    vk = await check_vk(opened, user_id, world.community_id, world.vk_token)
    await write(save_checked_vk, vk, now())
    await read_catalog(opened, user_id)
    await write(selection.switch_all, user_id, is_on=True, now=now())
    async with opened.database.read() as tx:
        config = await sync.get_config(tx, user_id)
    await write(sync.save_config, replace(config, enabled=True, confirmed_at=now()), now())


async def _owner(opened: Installation) -> int:
    async with opened.database.read() as tx:
        owner = await accounts.find_user_by_email(tx, EMAIL)
    if owner is not None:
        return owner.id
    new = NewUser(
        email=EMAIL,
        role=RoleName.SYSTEM,
        status=UserStatus.ACTIVE,
        password_hash=await hash_password(PASSWORD),
        name="Анна",
    )
    user_id = await opened.database.write(accounts.create_user, new, opened.clock())
    if user_id is None:
        raise Misconfigured("DATA_DIR", "демо уже запущено в этой папке.")
    return user_id
