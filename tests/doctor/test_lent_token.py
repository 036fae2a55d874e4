"""The doctor's look at a sign-in whose token the service renews: it spends nothing of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evosync.db.services import Service
from evosync.doctor.connections import TITLES, look_at_connections
from evosync.doctor.lent_token import LentToken
from evosync.doctor.verdict import State, Verdict
from evosync.sandbox.world import VK_USER_ID
from tests.keeping.stand import LIFE, Keeping, open_keeping


@pytest.fixture
async def keeping(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Keeping]:
    async with open_keeping(tmp_path, sqlite_url) as opened:
        await opened.sign_in_vk()
        yield opened


async def told_of_vk(keeping: Keeping) -> Verdict:
    """Examine both connections; gives the one line on VK's, after nothing was changed."""
    before = await keeping.stored(), await keeping.vk(), await keeping.letters()
    verdicts = await look_at_connections(keeping.opened)
    assert (await keeping.stored(), await keeping.vk(), await keeping.letters()) == before
    assert keeping.world.vkid.counters["refreshes"] == 0
    [line] = [each for each in verdicts if each.title.startswith(TITLES[Service.VK])]
    return line


async def test_a_token_that_may_still_be_renewed_is_used_or_left_alone(keeping: Keeping) -> None:
    assert (await told_of_vk(keeping)).state is State.GOOD
    keeping.clock.put(LIFE * 0.9)
    assert (await told_of_vk(keeping)).state is State.GOOD
    keeping.clock.put(LIFE * 0.2)
    over = await told_of_vk(keeping)
    assert (over.state, over.told) == (
        State.UNKNOWN,
        "Подключено 1, работает 1, проверено сейчас 0.",
    )


async def test_a_refused_token_that_may_be_renewed_tells_of_no_trouble(keeping: Keeping) -> None:
    keeping.world.vkid.expire_access(VK_USER_ID)
    assert (await told_of_vk(keeping)).state is State.UNKNOWN


async def test_a_token_that_the_service_renewed_meanwhile_is_asked_with(keeping: Keeping) -> None:
    opened, user_id = keeping.opened, keeping.shop.user_id
    lent = LentToken(opened.shelf, Service.VK, user_id)
    old = await lent.token()
    fresh = await opened.vk_keeper(user_id).refresh(old)
    assert fresh not in {None, old}
    assert await lent.refresh(old) == await lent.token() == fresh
    assert not lent.is_spent
