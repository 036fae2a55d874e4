"""Another Evotor account, another community, and back: what stands, and nothing twice (R17)."""

import copy
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evosync.db import connections, selection, sync
from evosync.db.runs import RunKind
from evosync.engine.report import RunStatus
from evosync.engine.rules import AdoptPolicy, LeftBehind
from evosync.errors import NeedsPerson
from evosync.jobs.connections import check_evotor, check_vk
from evosync.jobs.reading import read_catalog
from evosync.sandbox.evotor.hands import ShopHands
from evosync.sandbox.vk.state import Item
from tests.flow.stand import Shop, open_shop, small_world
from tests.flow.test_adoption import QUESTION

OTHER_USER, OTHER_TOKEN = "01-000000000000888", "token-of-the-other-account"


@pytest.fixture(params=["ids told", "no ids"])
async def two_accounts(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path
) -> AsyncIterator[Shop]:
    """Give a shop beside which there is another account with goods of the same names."""
    world = small_world()
    ShopHands(world.evotor).add_account(OTHER_USER, OTHER_TOKEN)
    if request.param == "no ids":
        world.evotor.knobs.absent_fields = ("user_id",)
    async with open_shop(world, tmp_path, database_url) as opened:
        yield opened


def swap_accounts(shop: Shop) -> None:
    """Let the token that is connected open the other account, and back."""
    one, other = shop.world.evotor.state.users.values()
    one.tokens, other.tokens = other.tokens, one.tokens


async def confirm(shop: Shop, **settings: Any) -> None:
    """Read what is connected, switch all of it on and confirm the first push."""
    now = shop.opened.clock()
    await read_catalog(shop.opened, shop.user_id)
    write = shop.opened.database.write
    await write(selection.switch_all, shop.user_id, is_on=True, now=now)
    async with shop.opened.database.read() as tx:
        config = await sync.get_config(tx, shop.user_id)
    assert (config.enabled, config.confirmed_at) == (True, None)
    await write(sync.save_config, replace(config, confirmed_at=now, **settings), now)


async def refused(shop: Shop) -> None:
    """See that a run stops before it sends anything, and that the next does not even begin."""
    vk, before = shop.world.vk, copy.deepcopy(items_of(shop))
    writes = vk.writes
    report = (await shop.carry_out()).report
    assert report.error is not None
    assert (report.status, report.error.code) == (RunStatus.PAUSED, "never_confirmed")
    assert "Подключена другая касса Эвотор" in report.error.message
    with pytest.raises(NeedsPerson) as stopped:
        await shop.carry_out()
    assert stopped.value.code == "never_confirmed"
    assert (vk.writes, items_of(shop)) == (writes, before)


def items_of(shop: Shop) -> list[Item]:
    return shop.world.vk.items(shop.world.community_id)


def visible_ids(shop: Shop) -> set[int]:
    return {item.item_id for item in shop.visible()}


async def test_another_account_is_asked_about_and_nothing_is_made_twice(
    two_accounts: Shop,
) -> None:
    shop = two_accounts
    await shop.mirror()
    first = visible_ids(shop)
    swap_accounts(shop)
    await refused(shop)

    told = (await shop.carry_out(RunKind.PREVIEW)).report
    assert told.is_dry
    await confirm(shop)
    report = await shop.mirror()
    assert {one.code for one in report.problems} == {QUESTION}
    assert (len(report.problems), report.counts()["created"]) == (len(first), 0)
    assert visible_ids(shop) == first

    swap_accounts(shop)
    await refused(shop)
    await confirm(shop)
    report = await shop.mirror()
    assert (report.status, report.problems, report.counts()["created"]) == (RunStatus.DONE, (), 0)
    assert visible_ids(shop) == first
    assert (await shop.mirror()).is_empty


async def test_what_stands_moves_to_the_goods_of_the_other_account(two_accounts: Shop) -> None:
    shop = two_accounts
    await shop.mirror()
    first, skus = visible_ids(shop), {item.sku for item in items_of(shop)}
    swap_accounts(shop)
    await refused(shop)
    await confirm(shop, adopt=AdoptPolicy.AUTO)

    report = await shop.mirror()

    assert (report.counts()["relinked"], report.counts()["created"]) == (len(first), 0)
    assert visible_ids(shop) == first
    assert skus.isdisjoint(item.sku for item in items_of(shop))
    assert (await shop.mirror()).is_empty


async def test_what_is_left_behind_is_hidden_where_wanted_and_comes_back(
    two_accounts: Shop,
) -> None:
    shop = two_accounts
    _, other = shop.world.evotor.state.users.values()
    for store in other.stores.values():
        for product in store.products.values():
            product.name = f"Кофе, {product.name}"
    await shop.mirror()
    first = visible_ids(shop)
    swap_accounts(shop)
    await refused(shop)
    await confirm(shop, left_behind=LeftBehind.HIDE)

    held = (await shop.carry_out()).report.held
    assert held is not None
    assert visible_ids(shop) >= first
    await shop.carry_out(approve=held.digest)

    second = visible_ids(shop)
    assert second.isdisjoint(first)
    assert len(second) == len(first)
    assert (await shop.mirror()).is_empty

    swap_accounts(shop)
    await refused(shop)
    await confirm(shop, left_behind=LeftBehind.LEAVE)
    await shop.mirror()
    assert visible_ids(shop) == first | second
    assert (await shop.mirror()).is_empty


async def test_another_community_starts_anew_and_the_first_one_is_as_it_was_left(
    shop: Shop,
) -> None:
    await shop.mirror()
    first = copy.deepcopy(items_of(shop))
    another = shop.world.add_community("Вторая чайная")

    await connect_community(shop, another.community_id)
    with pytest.raises(NeedsPerson, match="не подтвердили"):
        await shop.carry_out()
    await confirm(shop)
    report = await shop.mirror()
    assert report.counts()["created"] == len(first)
    assert items_of(shop) == first

    await connect_community(shop, shop.world.community_id)
    with pytest.raises(NeedsPerson, match="не подтвердили"):
        await shop.carry_out()
    await confirm(shop)
    report = await shop.mirror()
    assert (report.status, report.counts()["created"]) == (RunStatus.DONE, 0)
    assert {item.item_id for item in items_of(shop)} == {item.item_id for item in first}


async def test_an_account_that_is_connected_by_its_token_asks_at_once(shop: Shop) -> None:
    ShopHands(shop.world.evotor).add_account(OTHER_USER, OTHER_TOKEN)
    await shop.mirror()
    before = copy.deepcopy(items_of(shop))

    other = await check_evotor(shop.opened, shop.user_id, OTHER_TOKEN)
    await shop.opened.database.write(connections.save_evotor, other, shop.opened.clock())

    with pytest.raises(NeedsPerson, match="не подтвердили"):
        await shop.carry_out()
    assert items_of(shop) == before


async def connect_community(shop: Shop, community_id: int) -> None:
    vk = await check_vk(shop.opened, shop.user_id, community_id, shop.world.vk_token)
    await shop.opened.database.write(connections.save_vk, vk, shop.opened.clock())
