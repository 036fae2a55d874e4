"""One user's trouble is nobody else's."""

import asyncio

from evosync.engine.report import RunStatus
from evosync.jobs.mirroring import Mirroring
from evosync.sandbox.comparison import list_wanted
from evosync.sandbox.evotor.faults import EvotorFault
from tests.flow.stand import POLL_S, Shop, until
from tests.jobs.stand import Tokens, joined, runs_of

ON_TIME_S = 20.0  # less than one request to a service that hangs may take
VERAS_ACCOUNT = "01-000000000000999"


async def ended(shop: Shop) -> None:
    """Wait for the end of somebody's one run."""
    async with asyncio.timeout(ON_TIME_S):
        while (await runs_of(shop))[0].status is RunStatus.RUNNING:  # noqa: ASYNC110 - it is a row
            await asyncio.sleep(POLL_S)


async def test_with_a_dead_token_and_a_hanging_evotor_beside_it_the_third_is_on_time(
    shop: Shop, mirroring: Mirroring
) -> None:
    world = shop.world
    own = {one.product_id for one in list_wanted(world)}
    world.vk.add_user("vk1.a.of-boris", 700_888, "Борис", "Борисов")
    world.vk.add_community(217_000_888, "У Бориса", [700_888])
    tokens = Tokens(evotor=world.evotor_token, vk="vk1.a.of-boris")
    boris = await joined(shop, "boris@example.com", 217_000_888, tokens)
    world.shop.add_account(VERAS_ACCOUNT, "token-of-vera")
    world.vk.add_community(217_000_999, "У Веры", list(world.vk.state.people))
    tokens = Tokens(evotor="token-of-vera", vk=world.vk_token)
    vera = await joined(shop, "vera@example.com", 217_000_999, tokens)

    world.vk.end_token("vk1.a.of-boris", 1117)
    world.evotor.faults.add(EvotorFault(token="token-of-vera", hang=True, times=None))
    for user in (boris, vera, shop):
        mirroring.enqueue(user.user_id)
    await until(
        lambda: own <= {item.sku for item in shop.visible()}, "the third is mirrored", ON_TIME_S
    )
    await ended(shop)
    [boriss], [veras] = await runs_of(boris), await runs_of(vera)
    assert boriss.status is RunStatus.PAUSED
    assert boriss.error_code == "connection_broken"
    assert veras.status is RunStatus.RUNNING
    assert not world.vk.items(217_000_888)
    assert not world.vk.items(217_000_999)
    await mirroring.stop(grace_s=0.1)
    world.evotor.faults.clear()
    assert (await vera.mirror()).status is RunStatus.DONE
    assert len(world.vk.visible_items(217_000_999)) == len(own)
