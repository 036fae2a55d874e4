"""Changes in words: what it is, what stood, what will stand or stands."""

from typing import Any

import pytest

from evosync.db.run_rows import KINDS, ChangeLine
from evosync.web.change_words import say_change
from tests.builders import NOON


def line(*kinds: str, **values: Any) -> ChangeLine:
    section = next(each for each, listed in KINDS.items() if kinds[0] in listed)
    given: dict[str, Any] = {
        "name": "Мёд",
        "outcome": "planned",
        "product_id": "p",
        "at": NOON,
    } | values
    return ChangeLine(section=section, kinds=frozenset(kinds), **given)


NEW = {
    "title": [None, "Мёд (кг)"],
    "price": [None, 420_00],
    "stock": [None, 0],
    "category": [None, 7],
    "description": [],
}
PRICE = {"price": [1250_00, 1420_50]}


@pytest.mark.parametrize(
    ("told", "word", "before", "after"),
    [
        pytest.param(
            line("create", changes=NEW, put_in=("Сладкое",)),
            "Новый",
            "–",
            "420\u00a0₽, название «Мёд (кг)», нет в наличии, в подборку «Сладкое»",
            id="new",
        ),
        pytest.param(
            line("update", changes=PRICE),
            "Цена",
            "1\u2009250\u00a0₽",
            "1\u2009420,50\u00a0₽",
            id="price",
        ),
        pytest.param(
            line("update", changes={"title": ["Чай", "Чай белый"], "description": []} | PRICE),
            "Цена, название, описание",
            "1\u2009250\u00a0₽, «Чай»",
            "1\u2009420,50\u00a0₽, «Чай белый», описание изменится",
            id="several fields",
        ),
        pytest.param(
            line("update", changes={"photo": [], "category": [1, 2]}, outcome="done"),
            "Картинка, категория",
            "–",
            "Картинка изменена, категория изменена",
            id="what cannot be shown",
        ),
        pytest.param(
            line("update", changes={"stock": [None, 12_000]}),
            "Остаток",
            "Остаток неизвестен",
            "Остаток 12\u2009000",
            id="stock",
        ),
        pytest.param(line("hide"), "Скрыть", "Виден", "Скрыт", id="hide"),
        pytest.param(line("hide", outcome="done"), "Скрыт", "Виден", "Скрыт", id="hidden"),
        pytest.param(line("delete", outcome="failed"), "Удалить", "Стоит в VK", "Удалён", id="del"),
        pytest.param(
            line("zero", changes={"stock": [5, 0]}),
            "Нет в наличии",
            "Остаток 5",
            "Нет в наличии",
            id="zero",
        ),
        pytest.param(
            line("restore", changes={"price": [None, 990_00]}),
            "Вернуть",
            "Не виден",
            "Снова виден, 990\u00a0₽",
            id="restore",
        ),
        pytest.param(
            line("adopt", "update", changes={"price": [1_00, 2_00]}),
            "Узнать",
            "Карточка уже есть, 1\u00a0₽",
            "Это карточка товара, 2\u00a0₽",
            id="adopt",
        ),
        pytest.param(
            line("relink", changes={"sku": ["a", "b"]} | PRICE),
            "В кассе заведён заново",
            "1\u2009250\u00a0₽",
            "Карточка та же, 1\u2009420,50\u00a0₽",
            id="relink",
        ),
        pytest.param(
            line("lose"), "Нет в VK", "Был в VK", "Карточку удалили в VK", id="lost in VK"
        ),
        pytest.param(
            line("take_from_album", taken_from=("Чёрный",), put_in=("Пуэр",)),
            "Подборка",
            "«Чёрный»",
            "«Пуэр»",
            id="moved",
        ),
        pytest.param(
            line("take_from_album", taken_from=("Чёрный",)),
            "Подборка",
            "«Чёрный»",
            "Без подборки",
            id="out of its album",
        ),
        pytest.param(
            line("add_album", "put_in_album", goods=21), "Новая подборка", "–", "21\u00a0товар"
        ),
        pytest.param(
            line("edit_album", changes={"title": ["Чай", "Чаи"], "is_hidden": [False, False]}),
            "Название подборки",
            "«Чай»",
            "«Чаи»",
            id="renamed album",
        ),
        pytest.param(
            line("edit_album", changes={"title": ["Чай", "Чай"], "is_hidden": [False, True]}),
            "Скрыть подборку",
            "Видна",
            "Скрыта: в ней нет товаров",
            id="emptied album",
        ),
        pytest.param(
            line("take_album", changes={"album_id": [None, 3]}),
            "Узнать подборку",
            "Уже есть в VK",
            "Подборка этой группы",
            id="known album",
        ),
        pytest.param(line("put_in_album", goods=3), "В подборку", "–", "3\u00a0товара", id="put"),
    ],
)
def test_a_change_is_said(told: ChangeLine, word: str, before: str, after: str) -> None:
    said = say_change(told)
    assert (said.word, said.before, said.after) == (word, before, after)


@pytest.mark.parametrize("kind", [kind for kinds in KINDS.values() for kind in kinds])
@pytest.mark.parametrize("outcome", ["planned", "done"])
def test_every_kind_has_words_even_without_values(kind: str, outcome: str) -> None:
    said = say_change(line(kind, outcome=outcome))
    assert said.word
    assert said.icon


def test_what_became_of_a_change_is_told_apart() -> None:
    refused = say_change(line("hide", outcome="failed", code="100", message="bad"))
    assert (refused.state, refused.outcome, refused.answer) == ("danger", "Не вышло", "bad")
    put_off = say_change(line("hide", outcome="failed", code="0"))
    assert (put_off.state, put_off.outcome) == ("secondary", "Отложено")
    assert say_change(line("hide", outcome="held")).state == "warning"
