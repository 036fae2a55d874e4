"""What becomes of a product in few words: never a promise that no run would keep."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from evosync.catalog.problem import Problem
from evosync.db.known_items import ListedItem
from evosync.db.shelf import ListedProduct, Slot
from evosync.db.sync import SyncConfig
from evosync.engine.fates import FATES
from evosync.engine.rules import GonePolicy
from evosync.web.product_states import Mood, badge_of, reason_in_words
from tests.builders import NOON, SHOP

IDLE = Mood(
    store_id=SHOP,
    config=SyncConfig(user_id=1),
    is_mirrored=False,
    next_at=None,
    now=NOON,
    zone="Europe/Moscow",
)
DUE = replace(IDLE, is_mirrored=True, next_at=NOON + timedelta(minutes=25))
ITEM = ListedItem(
    item_id=5, price=100, is_shown=True, written_price=100, written_stock=7, store_ids=(SHOP,)
)
CALLED = replace(ITEM, title='Чай "Ассам"', written_title='Чай "Ассам"')


def listed(fate: str, item: ListedItem | None = None, **values: Any) -> ListedProduct:
    defaults: dict[str, Any] = {
        "name": "Чай",
        "parent_id": None,
        "code": "",
        "barcodes": (),
        "price": 100,
        "quantity": None,
        "measure_name": "",
    }
    slot = Slot("a", "a", fate, is_on=True)
    return ListedProduct(slot=slot, item=item, **defaults | values)


@pytest.mark.parametrize(
    ("product", "mood", "word"),
    [
        pytest.param(listed("in_vk", ITEM), DUE, "В VK", id="as it should be"),
        pytest.param(listed("in_vk", ITEM, price=120), DUE, "Обновится в 15:25", id="dearer"),
        pytest.param(listed("in_vk", ITEM, price=120), IDLE, "В VK", id="nobody would send it"),
        pytest.param(listed("in_vk", CALLED, name="Чай  &quot;Ассам&quot;"), DUE, "В VK", id="ok"),
        pytest.param(listed("in_vk", CALLED, name="Кофе"), DUE, "Обновится в 15:25", id="renamed"),
        pytest.param(
            listed("in_vk", replace(CALLED, title="Руками"), name='Чай "Ассам"'),
            DUE,
            "В VK",
            id="VK did not take the name",
        ),
        pytest.param(listed("in_vk", CALLED, name="Мёд"), DUE, "В VK", id="a short name"),
        pytest.param(
            listed("in_vk", CALLED, name="50 г, листовой", parent_id="sizes"),
            DUE,
            "В VK",
            id="a modification, which its group names",
        ),
        pytest.param(
            listed("in_vk", replace(ITEM, store_ids=("other", SHOP)), price=120),
            DUE,
            "В VK",
            id="another store prices it",
        ),
        pytest.param(
            listed("in_vk", replace(ITEM, written_price=120), price=120),
            DUE,
            "В VK",
            id="VK did not take it",
        ),
        pytest.param(listed("queued"), DUE, "Отправится в 15:25", id="to be sent"),
        pytest.param(listed("queued"), IDLE, "Ждёт отправки", id="no mirror"),
        pytest.param(
            listed("queued"),
            replace(DUE, next_at=NOON + timedelta(days=1)),
            "Отправится 3 ноября в 15:00",
            id="tomorrow",
        ),
        pytest.param(
            listed("queued"), replace(DUE, next_at=None), "Отправится скоро", id="nobody knows"
        ),
        pytest.param(listed("product_off", ITEM), DUE, "Скроется в 15:25", id="switched off"),
        pytest.param(
            listed("product_off", ITEM),
            replace(DUE, config=replace(DUE.config, gone=GonePolicy.LEAVE)),
            "Выключен",
            id="left as it is",
        ),
        pytest.param(
            listed("product_off", replace(ITEM, store_ids=(SHOP, "other"))),
            DUE,
            "Выключен",
            id="another store sells it",
        ),
        pytest.param(listed("group_off"), DUE, "Группа выключена", id="group"),
        pytest.param(listed("no_price"), DUE, "Нет цены", id="a reason"),
    ],
)
def test_a_badge(product: ListedProduct, mood: Mood, word: str) -> None:
    assert badge_of(product, mood).word == word


@pytest.mark.parametrize("fate", FATES)
def test_every_fate_has_a_badge_and_but_two_a_reason(fate: str) -> None:
    assert badge_of(listed(fate), IDLE).word
    assert bool(reason_in_words(listed(fate), [])) == (fate not in {"in_vk", "queued"})


def test_a_reason_is_told_as_the_last_run_told_it() -> None:
    told = [
        Problem(product_id="a", store_id=SHOP, name="", code=code, detail={"why": "мало слов"})
        for code in ("name_adjusted", "vk_rejected")
    ]
    assert reason_in_words(listed("vk_rejected"), told) == "VK отклонил товар: мало слов."
    assert "сокращено" in reason_in_words(listed("in_vk", ITEM), told)
