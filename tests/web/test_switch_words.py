"""What turning switches comes to, in words."""

from typing import Any

import pytest

from evosync.catalog.snapshot import ReadingState
from evosync.db.catalog import CachedStore
from evosync.db.selection import Switch, SwitchKind
from evosync.db.switches import Turn
from evosync.engine.consequences import Consequence
from evosync.engine.rules import GonePolicy, Selection
from evosync.jobs.switching import Weighed
from evosync.web.switch_words import question_of, told_of
from tests.builders import SHOP, store

STORE = Switch(store_id=SHOP, kind=SwitchKind.STORE, entity_id=SHOP)
GROUP = Switch.group(SHOP, "tea", name="Чай")
PRODUCT = Switch(store_id=SHOP, kind=SwitchKind.PRODUCT, entity_id="assam")
WITH_STORE = Selection(stores=frozenset({SHOP}))
WITH_GROUP = Selection(stores=frozenset({SHOP}), groups=frozenset({(SHOP, "tea")}))


def ids(count: int) -> frozenset[str]:
    return frozenset(f"p{number}" for number in range(count))


def hides(count: int) -> frozenset[tuple[str, str]]:
    return frozenset(("hide", each) for each in ids(count))


def weighed(gone: GonePolicy = GonePolicy.HIDE, **found: Any) -> Weighed:
    return Weighed(consequence=Consequence(**found), place=None, gone=gone)


def turn(*switches: Switch, is_on: bool = True) -> Turn:
    return Turn(user_id=1, switches=switches, is_on=is_on)


def cached(state: ReadingState = ReadingState.WHOLE) -> CachedStore:
    return CachedStore(
        store=store(name="Чайная"),
        state=state,
        reason="",
        position=0,
        new_groups=False,
        is_new=False,
    )


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("switches", "found", "shop", "after", "said"),
    [
        pytest.param([GROUP], weighed(added=ids(1)), cached(), WITH_GROUP,
            "+1 товар пойдёт в VK.", id="one"),
        pytest.param([GROUP], weighed(added=ids(22)), cached(), WITH_GROUP,
            "+22 товара пойдут в VK.", id="a few"),
        pytest.param([STORE, GROUP], weighed(added=ids(38)), None, WITH_GROUP,
            "+38 товаров пойдут в VK.", id="many"),
        pytest.param([STORE], weighed(), cached(), WITH_STORE,
            "Магазин включён. Теперь выберите группы.", id="a store without groups"),
        pytest.param([STORE], weighed(), cached(), WITH_GROUP,
            "Магазин включён. Новых карточек в VK от этого не прибавится.", id="a store"),
        pytest.param([GROUP], weighed(), cached(), Selection(),
            "Группа включена. Магазин «Чайная» выключен: пока так, товары в VK не пойдут.",
            id="a group of a store that is off"),
        pytest.param([STORE], weighed(), cached(ReadingState.NOT_PAID), WITH_STORE,
            "Магазин включён. Приложение для магазина не оплачено в Эвоторе: "
            "читать его товары нельзя.", id="not paid"),
        pytest.param([GROUP], weighed(), cached(ReadingState.UNREADABLE), WITH_GROUP,
            "Группа включена. Магазин прочитан не целиком: "
            "товары пойдут в VK, когда Эвотор ответит.", id="not read"),
        pytest.param([PRODUCT], weighed(), cached(), WITH_GROUP,
            "Товар включён. Новых карточек в VK от этого не прибавится.", id="a product"),
        pytest.param([STORE, GROUP], weighed(), None, WITH_GROUP,
            "Выбрано всё. Новых карточек в VK от этого не прибавится.", id="all"),
    ],
)  # fmt: skip
def test_switching_on_tells_what_comes(
    switches: list[Switch], found: Weighed, shop: CachedStore | None, after: Selection, said: str
) -> None:
    assert plain(told_of(turn(*switches), found, shop, after)) == said


@pytest.mark.parametrize(
    ("switches", "found", "said"),
    [
        pytest.param([GROUP], weighed(leaving=hides(36), dropped=ids(40)),
            "36 товаров скроются из VK.", id="hidden"),
        pytest.param([PRODUCT], weighed(leaving=hides(1)),
            "1 товар скроется из VK.", id="one hidden"),
        pytest.param([GROUP], weighed(GonePolicy.DELETE, leaving=hides(2)),
            "2 товара удалятся из VK.", id="deleted"),
        pytest.param([GROUP], weighed(GonePolicy.ZERO, leaving=hides(5)),
            "5 товаров снимутся с продажи в VK.", id="without stock"),
        pytest.param([GROUP], weighed(dropped=ids(3)), "3 товара не пойдут в VK.", id="not sent"),
        pytest.param([GROUP], weighed(GonePolicy.LEAVE, dropped=ids(1)),
            "1 товар не пойдёт в VK. Карточки, которые там уже есть, останутся.", id="left"),
        pytest.param([STORE], weighed(), "Магазин выключен.", id="nothing"),
        pytest.param([STORE, GROUP], weighed(), "Выбор снят.", id="all, and nothing"),
    ],
)  # fmt: skip
def test_switching_off_tells_what_goes(switches: list[Switch], found: Weighed, said: str) -> None:
    assert plain(told_of(turn(*switches, is_on=False), found, None, Selection())) == said


@pytest.mark.parametrize(
    ("gone", "title", "end"),
    [
        (GonePolicy.HIDE, "Скрыть 4 товара в VK?", "Включите снова — вернутся те же карточки."),
        (
            GonePolicy.DELETE,
            "Удалить 4 товара из VK?",
            "Удалённые карточки VK возвращает только какое-то время.",
        ),
        (
            GonePolicy.ZERO,
            "Снять с продажи 4 товара в VK?",
            "Карточки останутся, купить их будет нельзя.",
        ),
    ],
)
def test_the_question_names_how_many_go_and_how_many_stay(
    gone: GonePolicy, title: str, end: str
) -> None:
    found = weighed(gone, leaving=hides(4), asked=hides(4), left=6, on_sale=10)
    asked = question_of(turn(GROUP, is_on=False), found)
    assert plain(asked.title) == title
    assert plain(asked.text) == f"Сейчас в VK продаётся 10 товаров. Останется 6 из 10. {end}"
    assert asked.keep == "Не выключать"


def test_the_question_tells_apart_what_was_switched_off_earlier() -> None:
    found = weighed(leaving=hides(1), asked=hides(3), left=0, on_sale=3)
    asked = question_of(turn(STORE), found)
    assert "Не останется ни одного. Из них 2 — то, что вы выключили раньше." in asked.text
    assert asked.keep == "Не включать"
