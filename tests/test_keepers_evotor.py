"""Tokens of Evotor's OAuth: renewed in time, with a new refresh token or with the same."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from evosync.db.services import Service
from evosync.engine.report import RunStatus
from evosync.errors import NeedsPerson, TryLater
from evosync.jobs.connections import list_stores
from evosync.sandbox.sign_in import SignInFault
from tests.keeping.stand import Keeping, open_keeping

WEEK = timedelta(days=7)
EVOTOR = Service.EVOTOR


@pytest.fixture
async def keeping(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Keeping]:
    async with open_keeping(tmp_path, sqlite_url) as opened:
        await opened.sign_in_evotor()
        yield opened


def refuse_all(keeping: Keeping) -> None:
    """Let Evotor take no token any more that it gave."""
    [owner] = keeping.world.evotor.state.users.values()
    owner.tokens_until.clear()


@pytest.mark.parametrize("rotates", [True, False], ids=["a new refresh token", "the same"])
async def test_a_till_is_read_on_with_a_token_renewed_in_time(
    keeping: Keeping, rotates: bool
) -> None:
    oauth, vault = keeping.world.evotor_oauth, keeping.opened.vault
    oauth.knobs.rotates_refresh = rotates
    before = await keeping.stored(EVOTOR)
    for turn in (1, 2):
        keeping.clock.put(WEEK * 0.9)
        assert (await keeping.shop.mirror()).status is RunStatus.DONE
        assert oauth.counters["refreshes"] == turn
    after = await keeping.stored(EVOTOR)
    assert before.refresh is not None
    assert after.refresh is not None
    assert (vault.open(after.refresh) != vault.open(before.refresh)) is rotates


async def test_a_refused_token_is_renewed_once_and_the_till_is_read(keeping: Keeping) -> None:
    refuse_all(keeping)
    keeper = keeping.opened.evotor_keeper(keeping.shop.user_id)
    assert await list_stores(keeping.opened, keeper)
    assert keeping.world.evotor_oauth.counters["refreshes"] == 1


async def test_while_evotor_gives_none_the_old_token_is_used_until_it_is_over(
    keeping: Keeping,
) -> None:
    oauth = keeping.world.evotor_oauth
    oauth.faults.add(SignInFault(call="refresh", status=502, html=True, times=None))
    keeping.clock.put(WEEK * 0.9)
    keeper = keeping.opened.evotor_keeper(keeping.shop.user_id)
    assert await list_stores(keeping.opened, keeper)
    keeping.clock.put(WEEK * 0.2)
    with pytest.raises(TryLater):
        await keeper.token()
    oauth.faults.clear()
    assert await list_stores(keeping.opened, keeper)


async def test_an_owner_who_ended_the_access_connects_anew(keeping: Keeping) -> None:
    world = keeping.world
    [owner] = world.evotor.state.users
    world.evotor_oauth.revoke_all(owner)
    keeping.clock.put(WEEK * 1.1)
    keeper = keeping.opened.evotor_keeper(keeping.shop.user_id)
    with pytest.raises(NeedsPerson, match="Подключите кассу ещё раз"):
        await keeper.token()
    await keeping.sign_in_evotor()
    assert await list_stores(keeping.opened, keeping.opened.evotor_keeper(keeping.shop.user_id))
