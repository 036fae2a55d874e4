"""Items that somebody made by hand under our goods' names, and a database that was lost."""

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evosync.db import adoption, problems, sync
from evosync.db.links import Place
from evosync.engine.memory import Answer, Decision
from evosync.engine.report import RunReport, RunStatus
from evosync.engine.rules import AdoptPolicy
from evosync.sandbox.comparison import find_differences
from evosync.sandbox.vk.state import Item
from tests.flow.stand import Shop, open_shop, product_named

TEA, CUP = "Чай номер 1", "Чашка белая"
QUESTION = "awaiting_adoption"


def add_by_hand(shop: Shop, item_id: int, title: str, **values: Any) -> Item:
    """Put an item on the market that somebody made by hand."""
    community = shop.world.vk.state.communities[shop.world.community_id]
    now = shop.world.vk.clock() - 86_400
    defaults: dict[str, Any] = {
        "description": "Сделано руками",
        "category_id": 40932,
        "price": 9_900,
    }
    item = Item(item_id=item_id, title=title, created_at=now, updated_at=now, **defaults | values)
    community.items[item_id] = item
    community.order.append(item_id)
    return item


async def set_policy(shop: Shop, policy: AdoptPolicy) -> None:
    async with shop.opened.database.read() as tx:
        config = await sync.get_config(tx, shop.user_id)
    changed = replace(config, adopt=policy)
    await shop.opened.database.write(sync.save_config, changed, shop.opened.clock())


async def answer(shop: Shop, said: Answer) -> None:
    """Answer every question that stands."""
    place = Place(user_id=shop.user_id, community_id=shop.world.community_id)
    async with shop.opened.database.read() as tx:
        asked = await adoption.list_asked(tx, shop.user_id)
    decisions = [Decision(product_id=each.product_id, answer=said) for each in asked]
    await shop.opened.database.write(adoption.save_decisions, place, decisions, shop.opened.clock())


def asked(report: RunReport) -> set[str]:
    return {one.name for one in report.problems if one.code == QUESTION}


def titled(shop: Shop, title: str) -> list[Item]:
    items = shop.world.vk.items(shop.world.community_id)
    return [item for item in items if item.title == title]


async def test_a_yes_makes_what_stands_ours_and_leaves_it_the_owners_text(shop: Shop) -> None:
    by_hand = add_by_hand(shop, 7, CUP)
    before = copy.deepcopy(by_hand)
    report = await shop.mirror()
    assert (report.status, asked(report)) == (RunStatus.DONE, {CUP})
    assert report.counts()["created"] == 4
    assert by_hand == before

    await answer(shop, Answer.YES)
    report = await shop.mirror()

    assert (report.counts()["relinked"], report.counts()["created"]) == (1, 0)
    cup = product_named(shop.world, CUP)
    assert (by_hand.price, by_hand.sku, by_hand.description) == (390_00, cup.id, "Сделано руками")
    assert shop.albums_of(cup) == ["Посуда"]
    assert (await shop.mirror()).is_empty
    async with shop.opened.database.read() as tx:
        assert await problems.list_problems(tx, shop.user_id) == []
    cup.description = "Тонкий фарфор"
    await shop.mirror()
    assert by_hand.description.startswith("Тонкий фарфор")
    assert len(titled(shop, CUP)) == 1


async def test_a_no_creates_beside_what_stands_and_is_not_asked_again(shop: Shop) -> None:
    by_hand = add_by_hand(shop, 7, CUP)
    before = copy.deepcopy(by_hand)
    await shop.mirror()
    await answer(shop, Answer.NO)

    report = await shop.mirror()

    assert (report.counts()["created"], asked(report)) == (1, set())
    assert len(titled(shop, CUP)) == 2
    assert (await shop.mirror()).is_empty
    assert by_hand == before


async def test_auto_takes_pairs_and_asks_what_is_ambiguous(shop: Shop) -> None:
    cup = add_by_hand(shop, 7, "чашка  белая")
    teas = [add_by_hand(shop, item_id, TEA, sku="100-7") for item_id in (8, 9)]
    before = copy.deepcopy(teas)
    await set_policy(shop, AdoptPolicy.AUTO)

    report = await shop.mirror()

    assert (report.counts()["relinked"], report.counts()["created"]) == (1, 3)
    assert (asked(report), cup.price, cup.title) == ({TEA}, 390_00, "чашка  белая")
    assert teas == before
    await answer(shop, Answer.YES)
    await shop.mirror()
    assert [(one.price, one.sku) for one in teas] == [(101_00, "100-7"), (9_900, "100-7")]
    assert (await shop.mirror()).is_empty


async def test_never_creates_beside_whatever_stands(shop: Shop) -> None:
    by_hand = add_by_hand(shop, 7, CUP)
    before = copy.deepcopy(by_hand)
    await set_policy(shop, AdoptPolicy.NEVER)

    report = await shop.mirror()

    assert (report.counts()["created"], report.problems, by_hand) == (5, (), before)
    assert (await shop.mirror()).is_empty


@pytest.mark.parametrize("returns_sku", [True, False], ids=["VK tells skus", "VK tells none"])
async def test_a_lost_database_is_made_anew_from_what_stands_without_a_double(
    shop: Shop, empty_url: str, tmp_path: Path, *, returns_sku: bool
) -> None:
    shop.world.vk.knobs.returns_sku = returns_sku
    await shop.mirror()
    before = {item.item_id for item in shop.visible()}
    (tmp_path / "new").mkdir()
    async with open_shop(shop.world, tmp_path / "new", empty_url) as anew:
        report = await anew.mirror()
        assert report.counts()["created"] == 0
        if not returns_sku:
            # By their names alone a person has to say that they are the same.
            assert len(asked(report)) == len(before)
            await answer(anew, Answer.YES)
            report = await anew.mirror()
        assert report.counts()["relinked"] == len(before)
        assert {item.item_id for item in anew.visible()} == before
        assert not find_differences(anew.world)
        assert (await anew.mirror()).counts()["created"] == 0
        assert (await anew.mirror()).is_empty


async def test_an_item_that_shows_after_its_product_has_left_is_hidden(shop: Shop) -> None:
    cup = product_named(shop.world, CUP)
    await shop.mirror()
    late = shop.item(cup)
    community = shop.world.vk.state.communities[shop.world.community_id]
    # As if VK had shown nothing of it until its product was deleted, linked to none by then.
    double = replace(late, item_id=late.item_id + 500)
    shop.world.delete_product(cup.id)
    await shop.mirror()
    community.items[double.item_id] = double
    community.order.append(double.item_id)

    await shop.mirror()

    assert cup.id not in {item.sku for item in shop.visible()}
    assert (await shop.mirror()).is_empty
