"""Nothing that stands in VK depends on which of two values an unproven fact has."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from evosync.db import sync
from evosync.db.types import Tx
from evosync.engine.report import RunReport, RunStatus
from evosync.engine.rules import GonePolicy, StockMode
from evosync.evotor import facts as evotor_facts
from evosync.facts import Fact
from evosync.sandbox.comparison import find_differences, find_miscounts
from evosync.sandbox.vk.faults import VkFault
from evosync.vk import facts as vk_facts
from tests.flow.stand import Shop, open_shop, product_named, small_world

CALM_RUNS = 6

# Facts about stocks show only where stocks are mirrored, those about deleted items only where
# items are deleted.
_STOCKS = {"quantity_right", "quantity_negative", "quantity_number"}
_DELETED = {"delete_frees_quota", "restore_window"}


FACTS = (*vk_facts.FACTS, *evotor_facts.FACTS)
# One shop tries all the claims at once, as all other stories do. What shows only when it is
# brought about is brought about with both values; in CI with the one that no other story has.
_PROVOKED = {"reset_unit", "retry_after", "execute_errors", "rejected_listed", *_STOCKS, *_DELETED}


def _is_in_ci(fact: Fact, *, is_otherwise: bool) -> bool:
    return fact not in _WRITTEN if is_otherwise else fact is FACTS[0]


# How Evotor writes its answers down: in CI one shop reads all that is otherwise at once.
_WRITTEN = [fact for fact in evotor_facts.FACTS if fact.name not in _PROVOKED]
_CASES = [
    pytest.param(
        fact,
        is_otherwise,
        id=f"{fact.name}-{'otherwise' if is_otherwise else 'claimed'}",
        marks=[] if _is_in_ci(fact, is_otherwise=is_otherwise) else [pytest.mark.wide],
    )
    for fact in FACTS
    for is_otherwise in (False, True)
    if is_otherwise or fact is FACTS[0] or fact.name in _PROVOKED
]


@pytest.fixture
async def shop(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(small_world(), tmp_path, sqlite_url) as opened:
        yield opened


def knobs_of(shop: Shop, fact: Fact) -> object:
    is_vk = fact in vk_facts.FACTS
    return shop.world.vk.knobs if is_vk else shop.world.evotor.knobs


async def configure(shop: Shop, fact: Fact) -> None:
    gone = GonePolicy.DELETE if fact.name in _DELETED else GonePolicy.HIDE
    mode = StockMode.REAL if fact.name in _STOCKS else StockMode.FIXED

    async def change(tx: Tx) -> None:
        before = await sync.get_config(tx, shop.user_id, will_save=True)
        await sync.save_config(tx, replace(before, gone=gone, stock_mode=mode), shop.opened.clock())

    await shop.opened.database.write(change)


def provoke(shop: Shop, fact: Fact) -> None:
    """Bring about what most days do not: a spent quota, a rejected item."""
    if fact.name in {"reset_unit", "retry_after"}:
        shop.world.evotor.knobs.rate_limit, shop.world.evotor.knobs.rate_window_s = 3, 1
    if fact.name == "execute_errors":
        shop.world.vk.faults.add(VkFault(method="market.edit", error=10, times=2))
    if fact.name == "rejected_listed":
        shop.world.vk.knobs.rejects_titles = "номер 2"


async def calm(shop: Shop) -> RunReport:
    """Run until a run has nothing left to write."""
    report = await shop.mirror()
    for _ in range(CALM_RUNS):
        writes = shop.world.vk.writes
        report = await shop.mirror()
        if shop.world.vk.writes == writes and report.status is RunStatus.DONE:
            break
    return report


def assert_true(shop: Shop, fact: Fact) -> None:
    assert not find_miscounts(shop.world)
    if fact.name not in _STOCKS:
        assert not find_differences(shop.world)
    assert shop.visible()
    assert not [item.title for item in shop.visible() if not item.photo_ids]
    shown = [album for album in shop.albums() if not album.is_hidden]
    assert shown
    assert not [album.title for album in shown if not album.photo_id]


@pytest.mark.parametrize(("fact", "is_otherwise"), _CASES)
async def test_a_shop_is_mirrored_with_either_value(
    shop: Shop, fact: Fact, is_otherwise: bool
) -> None:
    name, value = fact.switch
    assert getattr(knobs_of(shop, fact), name) != value
    if is_otherwise:
        setattr(knobs_of(shop, fact), name, value)
    await live_a_day(shop, fact)


async def test_a_shop_is_mirrored_whatever_way_evotor_writes_its_answers(shop: Shop) -> None:
    for fact in _WRITTEN:
        setattr(knobs_of(shop, fact), *fact.switch)
    assert len({fact.switch[0] for fact in _WRITTEN}) == len(_WRITTEN)
    await live_a_day(shop, _WRITTEN[0])


async def live_a_day(shop: Shop, fact: Fact) -> None:
    """Mirror, change what people change, and mirror again; all stands there as it should."""
    provoke(shop, fact)
    await configure(shop, fact)
    await calm(shop)
    assert_true(shop, fact)

    tea, cup = product_named(shop.world, "Чай номер 1"), product_named(shop.world, "Чашка белая")
    pie = product_named(shop.world, "Пирог с вишней")
    shop.world.set_price(tea.id, 222)
    shop.world.shop.rename_group(str(tea.parent_id), "Чаи")
    await shop.switch_product(cup, is_on=False)
    shop.world.shop.set_for_sale(pie.id, is_for_sale=False)
    await calm(shop)
    assert not [item for item in shop.visible() if item.title == "Чашка белая"]
    await shop.switch_product(cup, is_on=True)
    shop.world.shop.set_for_sale(pie.id, is_for_sale=True)
    report = await calm(shop)
    assert_true(shop, fact)
    assert report.status is RunStatus.DONE
