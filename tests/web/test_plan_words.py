"""A plan in words: what is done, to how much, and what stays as it is."""

from typing import Any

import pytest

from evosync.db.run_rows import Section
from evosync.web.plan_words import Plan, PlanLine, say_plan

_ANEW = "заведён в кассе заново у 1"


def plan(section: Section | None = None, count: int = 0, **values: Any) -> Plan:
    return Plan(sections={} if section is None else {section: count}, **values)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            plan(Section.NEW, 6),
            ["Добавим 6 товаров. Они есть в кассе, но ещё не стоят в VK."],
            id="new",
        ),
        pytest.param(
            plan(Section.NEW, 1),
            ["Добавим 1 товар. Он есть в кассе, но ещё не стоит в VK."],
            id="one new",
        ),
        pytest.param(
            plan(Section.CHANGED, 9, fields={"title": 2, "price": 5, "album": 1}),
            ["Изменим 9 товаров. Цена у 5, название у 2, подборка у 1."],
            id="changed",
        ),
        pytest.param(
            plan(Section.CHANGED, 3, kinds={"adopt": 1, "relink": 1, "lose": 1}),
            [f"Изменим 3 товара. Карточка найдена в VK у 1, {_ANEW}, карточку удалили в VK у 1."],
            id="found, made anew, lost",
        ),
        pytest.param(
            plan(Section.BACK, 2),
            ["Вернём 2 товара. Покупатели снова увидят их в VK."],
            id="back",
        ),
        pytest.param(
            plan(Section.OFF, 6, kinds={"hide": 1, "zero": 3, "delete": 2}),
            [
                "Скроем 1 карточку. Покупатели её не увидят.",
                "Поставим «Нет в наличии» у 3 товаров. Карточки останутся видны.",
                "Удалим 2 карточки. Так выбрано в настройках.",
            ],
            id="off sale",
        ),
        pytest.param(
            plan(Section.ALBUMS, 3, kinds={"add_album": 2}),
            ["Создадим 2 подборки и обновим 1."],
            id="albums",
        ),
        pytest.param(
            plan(Section.ALBUMS, 1, kinds={"add_album": 1}),
            ["Создадим 1 подборку."],
            id="new album",
        ),
        pytest.param(plan(Section.ALBUMS, 5), ["Обновим 5 подборок."], id="known albums"),
        pytest.param(plan(unchanged=201), ["201 товар уже совпадает, их не трогаем."], id="201"),
        pytest.param(plan(unchanged=1), ["1 товар уже совпадает, его не трогаем."], id="one right"),
        pytest.param(plan(unchanged=11), ["11 товаров уже совпадают, их не трогаем."], id="11"),
        pytest.param(
            plan(unsent=13), ["13 товаров не отправим, у каждого есть причина."], id="unsent"
        ),
        pytest.param(plan(left=2), ["По вашему решению не отправим 2 изменения."], id="left"),
        pytest.param(
            plan(unread=2, unpaid=1),
            [
                "2 магазина не удалось прочитать целиком: их товары не трогаем.",
                "1 магазин без оплаты в Эвоторе: его товары не трогаем.",
            ],
            id="stores",
        ),
        pytest.param(plan(), [], id="nothing"),
    ],
)
def test_a_plan_is_said(given: Plan, said: list[str]) -> None:
    assert [in_full(line) for line in say_plan(given)] == said


def in_full(line: PlanLine) -> str:
    return f"{line.act} {line.text}".strip().replace("\u00a0", " ")
