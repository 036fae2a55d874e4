"""The page of one store's groups, and what its switches come to."""

import re
from dataclasses import replace

import pytest
from httpx import AsyncClient

from evosync.catalog.product import Attribute
from evosync.db.memory import list_consents
from evosync.db.selection import Switch, SwitchKind
from evosync.db.switches import Turn
from evosync.engine.memory import Verdict
from evosync.engine.rules import NO_GROUP, GonePolicy
from evosync.web.shown_groups import key_of
from evosync.web.state import AppState
from tests.builders import SHOP, group, product, store, store_reading
from tests.web.ends import Ends, page_at, page_of
from tests.web.people import Person
from tests.web.till import Till

GROUPS = f"/catalog/stores/{SHOP}/groups"
SIZES = group("sizes", name="Сенча", parent_id="green", attributes=(Attribute(id="s", name="Вес"),))
TEAS = [f"tea-{number}" for number in range(12)]
BY_SCRIPT = {"HX-Request": "true"}


@pytest.fixture
async def till(state: AppState, anna: Person) -> Till:
    """Give Anna's till: teas in groups of groups, cups, and a product outside any group."""
    made = Till(state=state, user_id=anna.id)
    await made.connect()
    homes = ("tea", "green", "sizes")
    teas = [
        product(each, name=f"Чай {each}", parent_id=homes[number % 3])
        for number, each in enumerate(TEAS)
    ]
    cups = [product(f"cup-{number}", name=f"Чашка {number}", parent_id="cups") for number in "123"]
    await made.read(
        store_reading(
            *teas,
            *cups,
            product("bag", name="Пакет"),
            store=store(name="Чайная"),
            groups=(
                group(),
                group("green", name="Зелёный", parent_id="tea"),
                SIZES,
                group("cups", name="Чашки"),
            ),
        )
    )
    return made


async def rows(client: AsyncClient) -> list[tuple[str, str, bool]]:
    """Return the rows of the page: names, counts, and whether they are on."""
    answer = await client.get(GROUPS)
    assert answer.status_code == 200
    return [
        (" ".join(name.split()), count, on == "true")
        for name, count, on in re.findall(
            r'<label[^>]*for="g\w+-on">\s*(.*?)\s*(?:<span|</label>).*?'
            r'text-body-secondary">(\d+)<.*?aria-checked="(\w+)"',
            answer.text,
            re.DOTALL,
        )
    ]


async def test_groups_are_a_tree_with_their_own_goods(annas: AsyncClient, till: Till) -> None:
    assert await rows(annas) == [
        ("Чай", "4", False),
        ("Зелёный", "8", False),
        ("Чашки", "3", False),
        ("Без группы", "1", False),
    ]
    page = await page_at(annas, GROUPS)
    assert "Группы ещё не выбраны. Магазин выключен" in page.text
    assert "всего 12" in page.text
    assert "Сенча" not in page.text


async def test_a_switch_is_turned_and_says_what_it_brings(
    annas: AsyncClient, till: Till, ends: Ends
) -> None:
    await annas.post(f"/catalog/stores/{SHOP}/toggle", data={"on": "1"})
    answer = await annas.post(f"{GROUPS}/cups/toggle", data={"on": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, GROUPS)
    page = await page_at(annas, GROUPS)
    assert "+3 товара пойдут в VK." in page.text
    assert "Выбрано: 1 группа из 3, всего 3 товара." in page.text
    assert (await till.chosen()).groups == {(SHOP, "cups")}
    acts = [act for act in await ends.acts() if act.action == "catalog.switched"]
    assert [act.detail["name"] for act in acts] == ["Чайная", "Чашки"]


async def test_subgroups_go_along_where_that_is_wanted(annas: AsyncClient, till: Till) -> None:
    both = {"with_subgroups": "1"}
    await annas.post(f"{GROUPS}/tea/toggle", data={"on": "1"} | both)
    assert (await till.chosen()).groups == {(SHOP, "tea"), (SHOP, "green")}
    await annas.post(f"{GROUPS}/green/toggle", data={"on": "0"})
    page = await page_at(annas, GROUPS)
    assert "Выключить с подгруппами" in page.text
    assert "Включить с подгруппами" in page.text
    await annas.post(f"{GROUPS}/tea/toggle", data={"on": "0"} | both)
    assert (await till.chosen()).groups == set()


async def test_a_script_gets_the_row_and_the_sentences_alone(
    annas: AsyncClient, till: Till
) -> None:
    await till.choose_all()
    url = f"{GROUPS}/{NO_GROUP}/toggle"
    answer = await annas.post(url, data={"on": "0"}, headers=BY_SCRIPT)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert f'id="{key_of(NO_GROUP)}-on"' in answer.text
    assert 'aria-checked="false"' in answer.text
    page = page_of(answer)
    assert "1 товар не пойдёт в VK." in page.text
    assert "Пока отправка не включена, в VK ничего не меняется." in page.text
    assert "Выбрано: 3 группы из 3, всего 15 товаров." in page.text


async def test_a_mirror_that_is_on_offers_to_send_at_once(annas: AsyncClient, till: Till) -> None:
    await till.choose_all()
    await till.mirror()
    await annas.post(f"{GROUPS}/cups/toggle", data={"on": "0"})
    answer = await annas.get(GROUPS)
    assert "Изменение отправится в ближайший запуск." in page_of(answer).text
    assert 'action="/sync/run"' in answer.text


async def test_much_is_asked_about_first_and_then_no_run_asks_again(
    annas: AsyncClient, till: Till, ends: Ends
) -> None:
    await till.choose_all()
    await till.mirror()
    await till.publish(*TEAS, "cup-1")
    form = {"on": "0", "with_subgroups": "1"}
    answer = await annas.post(f"{GROUPS}/tea/toggle", data=form)
    assert answer.status_code == 200
    page = page_of(answer)
    assert "Скрыть 12 товаров в VK?" in page.text
    assert "Сейчас в VK продаётся 13 товаров. Останется 1 из 13." in page.text
    assert {name: page.values[name] for name in form} == form
    assert len((await till.chosen()).groups) == 4
    yes = {"confirmed": page.values["confirmed"]}
    answer = await annas.post(f"{GROUPS}/tea/toggle", data=form | yes)
    assert answer.status_code == 303
    assert (await till.chosen()).groups == {(SHOP, "cups"), (SHOP, NO_GROUP)}
    assert "12 товаров скроются из VK." in (await page_at(annas, GROUPS)).text
    async with till.state.database.read() as tx:
        [consent] = await list_consents(tx, till.place, till.state.desk.clock())
    assert consent.verdict is Verdict.STATED
    assert consent.members == {("hide", each) for each in TEAS}
    assert "held.stated" in [act.action for act in await ends.acts()]
    # On again, nothing is agreed to any more: what goes then goes for another reason.
    await annas.post(f"{GROUPS}/tea/toggle", data={"on": "1", "with_subgroups": "1"})
    async with till.state.database.read() as tx:
        assert await list_consents(tx, till.place, till.state.desk.clock()) == ()


async def test_a_yes_counts_for_just_what_it_was_given_for(annas: AsyncClient, till: Till) -> None:
    await till.choose_all()
    await till.mirror()
    await till.publish(*TEAS, "cup-1")
    url, form = f"{GROUPS}/tea/toggle", {"on": "0", "with_subgroups": "1"}
    yes = page_of(await annas.post(url, data=form)).values["confirmed"]
    for agreed in ("12", "0", "999999", yes[:-1], "много", "9" * 10_000):
        answer = await annas.post(url, data=form | {"confirmed": agreed})
        assert "Скрыть 12 товаров" in page_of(answer).text, agreed
    await till.mirror(GonePolicy.DELETE)
    answer = await annas.post(url, data=form | {"confirmed": yes})
    assert "Удалить 12 товаров из VK?" in page_of(answer).text
    await till.mirror(GonePolicy.HIDE)
    # As many, and not the same.
    await till.publish(*TEAS[1:], "cup-1", "cup-2")
    off = Switch(store_id=SHOP, kind=SwitchKind.PRODUCT, entity_id="cup-1")
    await till.turn(Turn(user_id=till.user_id, switches=(off,), is_on=False))
    text = page_of(await annas.post(url, data=form | {"confirmed": yes})).text
    assert "Скрыть 12 товаров в VK?" in text
    assert "Из них 1 — то, что вы выключили раньше." in text
    assert len((await till.chosen()).groups) == 4


async def test_one_product_is_weighed_with_what_other_switches_have_not_sent_yet(
    annas: AsyncClient, till: Till
) -> None:
    await till.choose_all()
    await till.mirror()
    await till.publish(*TEAS, "cup-1", "cup-2", "cup-3", "bag")
    await annas.post(f"{GROUPS}/tea/toggle", data={"on": "0"})  # 4 of 16 ask nothing
    answer = await annas.post(f"/catalog/stores/{SHOP}/products/cup-1/toggle", data={"on": "0"})
    assert "Скрыть 5 товаров в VK?" in page_of(answer).text
    assert "Из них 4 — то, что вы выключили раньше." in page_of(answer).text
    assert not (await till.chosen()).products_off


async def test_a_script_gets_the_question_and_the_switch_stays(
    annas: AsyncClient, till: Till
) -> None:
    await till.choose_all()
    await till.publish(*TEAS)
    for url, form in (
        (f"/catalog/stores/{SHOP}/toggle", {}),
        (f"{GROUPS}/tea/toggle", {"with_subgroups": "1"}),
    ):
        answer = await annas.post(url, data={"on": "0"} | form, headers=BY_SCRIPT)
        assert answer.headers["hx-reswap"] == "none"
        assert '<div id="question" hx-swap-oob="innerHTML">' in answer.text
        assert "Не останется ни одного." in answer.text
        assert page_of(answer).values.keys() == {"on", "confirmed", *form}
    assert (await till.chosen()).stores == {SHOP}


@pytest.mark.parametrize(
    ("gone", "act"),
    [
        (GonePolicy.HIDE, "Скрыть 12 товаров в VK?"),
        (GonePolicy.DELETE, "Удалить 12 товаров из VK?"),
        (GonePolicy.ZERO, "Снять с продажи 12 товаров в VK?"),
        (GonePolicy.LEAVE, None),
    ],
)
async def test_the_question_names_what_becomes_of_the_goods(
    annas: AsyncClient, till: Till, gone: GonePolicy, act: str | None
) -> None:
    await till.choose_all()
    await till.mirror(gone)
    await till.publish(*TEAS)
    answer = await annas.post("/catalog/select-all", data={"on": "0", "store": SHOP})
    if act is None:
        page = await page_at(annas, GROUPS)
        assert "Карточки, которые там уже есть, останутся." in page.text
    else:
        assert act in page_of(answer).text
        assert page_of(answer).values["store"] == SHOP


async def test_one_product_is_switched_and_asked_about_like_the_rest(
    annas: AsyncClient, till: Till
) -> None:
    await till.choose_all()
    await till.publish(*TEAS[:10])
    for number, each in enumerate(TEAS[:4]):
        url = f"/catalog/stores/{SHOP}/products/{each}/toggle"
        answer = await annas.post(url, data={"on": "0"}, headers=BY_SCRIPT)
        if number < 3:
            assert "1 товар скроется из VK." in page_of(answer).text
            assert f'id="on-{each}"' in answer.text
        else:
            assert "Скрыть 4 товара в VK?" in page_of(answer).text
            assert "Из них 3 — то, что вы выключили раньше." in page_of(answer).text
    assert (await till.chosen()).products_off == {(SHOP, each) for each in TEAS[:3]}
    page = await page_at(annas, GROUPS)
    assert "1 товар выключен по одному" in page.text
    url = f"/catalog/stores/{SHOP}/products/{TEAS[0]}/toggle"
    answer = await annas.post(url, data={"on": "1", "next": "/catalog?page=2"})
    assert answer.headers["location"] == "/catalog?page=2"
    assert "+1 товар пойдёт в VK." in (await page_at(annas, GROUPS)).text


@pytest.mark.parametrize("place", ["https://evil.example", "//evil.example", "/\\evil", ""])
async def test_the_way_back_leads_nowhere_else(annas: AsyncClient, till: Till, place: str) -> None:
    answer = await annas.post(f"{GROUPS}/cups/toggle", data={"on": "1", "next": place})
    assert answer.headers["location"] == GROUPS


async def test_new_groups_are_let_in_by_themselves_where_that_is_wanted(
    annas: AsyncClient, till: Till, ends: Ends
) -> None:
    url = f"/catalog/stores/{SHOP}/new-groups"
    answer = await annas.post(url, data={"on": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, GROUPS)
    answer = await annas.post(url, data={"on": "0"}, headers=BY_SCRIPT)
    assert "Новые группы будут ждать вашего решения." in page_of(answer).text
    acts = [act for act in await ends.acts() if act.action == "catalog.new_groups"]
    assert [act.detail["on"] for act in acts] == [True, False]


async def test_groups_that_are_new_or_gone_are_told_of(annas: AsyncClient, till: Till) -> None:
    gone = Switch.group(SHOP, "gone", name="Кофе")
    await till.turn(Turn(user_id=till.user_id, switches=(gone,), is_on=True))
    fresh = group("fresh", name="Новинки")
    await till.read(
        store_reading(groups=(group(), fresh, replace(fresh, id="more", name="Ещё новинки")))
    )
    page = await page_at(annas, GROUPS)
    assert "Новых групп 2: решите, нужны ли они." in page.text
    assert "Эвотор больше не показывает" in page.text
    assert "Кофе" in page.text
    await annas.post(f"{GROUPS}/gone/toggle", data={"on": "0"})
    await annas.post(f"{GROUPS}/more/toggle", data={"on": "0"})
    page = await page_at(annas, GROUPS)
    assert "Одна группа новая: решите, нужна ли она." in page.text
    assert "Эвотор больше не показывает" not in page.text
    assert "Кофе" not in page.text
