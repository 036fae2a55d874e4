"""An account that goes, or is shut out, while its run goes on."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from evosync.accounts import administration
from evosync.accounts.desk import Desk, open_desk
from evosync.db import account_changes, accounts, journal, runs
from evosync.db.accounts import NewUser, User, UserStatus
from evosync.db.deletion import tables_of_users
from evosync.db.roles import RoleName
from evosync.db.tables.runs import leases
from evosync.jobs.mirroring import Mirroring
from tests.flow.stand import Shop, until
from tests.jobs.stand import DELAY_S, quiet, runs_of

ADDRESS = "198.51.100.7"
SETTLED = timedelta(minutes=5)  # after so long an add in doubt is decided


@pytest.fixture
async def desk(shop: Shop, mirroring: Mirroring) -> AsyncIterator[Desk]:
    opened = shop.opened
    made = open_desk(
        opened.settings, opened.database, opened.vault, opened.clock, stop_work=mirroring.drop
    )
    yield made
    await made.close(5)


@pytest.fixture
async def gleb(shop: Shop) -> User:
    """Give Gleb, who installed it all."""
    new = NewUser(
        email="gleb@example.com",
        role=RoleName.SYSTEM,
        status=UserStatus.ACTIVE,
        password_hash="$argon2id$",
    )
    user_id = await shop.opened.database.write(accounts.create_user, new, shop.opened.clock())
    async with shop.opened.database.read() as tx:
        found = await accounts.find_user(tx, user_id or 0)
    assert found is not None
    return found


@pytest.fixture
async def pushing(shop: Shop, mirroring: Mirroring) -> AsyncIterator[None]:
    """Let a first run stand in the middle of many goods, and one more wait behind it."""
    for number in range(60):
        shop.world.add_product(f"Пряник {number}", 10)
    shop.world.vk.knobs.execute_delay_s = DELAY_S
    mirroring.enqueue(shop.user_id)
    await until(lambda: bool(shop.visible()), "the first batch stands")
    mirroring.enqueue(shop.user_id)
    yield
    await quiet()


@pytest.mark.usefixtures("pushing")
async def test_a_deletion_cancels_the_run_and_leaves_no_row_and_all_goods(
    shop: Shop, mirroring: Mirroring, desk: Desk, gleb: User
) -> None:
    with capture_logs() as events:
        await administration.delete(desk, gleb, shop.user_id, ADDRESS)
        stood = len(shop.visible())
        await mirroring.enqueue_due()
        await quiet()
    async with shop.opened.database.read() as tx:
        for table in tables_of_users():
            mine = select(func.count()).where(table.c.user_id == shop.user_id)
            assert await tx.scalar(mine) == 0, table.name
        assert await accounts.find_user(tx, shop.user_id) is None
        [act] = await journal.list_acts(tx)
    assert act.action == "account.deleted"
    # Goods in VK stay, and nothing was sent any more.
    assert 0 < stood < 65
    assert len(shop.visible()) == stood
    assert [each for each in events if each["log_level"] in {"error", "critical"}] == []


@pytest.mark.usefixtures("pushing")
async def test_a_suspension_ends_the_run_at_once_and_what_it_left_is_found_later(
    shop: Shop, mirroring: Mirroring, desk: Desk, gleb: User
) -> None:
    await administration.suspend(desk, gleb, shop.user_id, ADDRESS)
    stood = len(shop.visible())
    async with shop.opened.database.read() as tx:
        assert not (await tx.execute(leases.select())).all()
    await mirroring.enqueue_due()
    await quiet()
    assert len(await runs_of(shop)) == 1
    assert len(shop.visible()) == stood < 65

    now = shop.opened.clock()
    write = shop.opened.database.write
    await write(account_changes.set_status, shop.user_id, UserStatus.ACTIVE, now)
    later = shop.later(SETTLED)
    await later.mirror()
    async with shop.opened.database.read() as tx:
        cut, *_ = (await runs.list_runs(tx, shop.user_id))[::-1]
    assert cut.error_code == "interrupted"
    titles = [item.title for item in shop.visible()]
    assert len(titles) == len(set(titles)) == 65
