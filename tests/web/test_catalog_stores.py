"""The page of the stores: what it says of each, what its buttons do."""

import asyncio

import pytest
from httpx import AsyncClient
from starlette.applications import Starlette

from evosync.catalog.snapshot import ReadingState
from evosync.db import runs
from evosync.db.runs import RunKind, RunTrigger
from evosync.sandbox.shop import SHOP_TOKEN
from evosync.web.state import AppState
from tests.builders import SECOND_SHOP, SHOP, group, product, store, store_reading
from tests.web.conftest import HandClock
from tests.web.ends import Ends, page_at
from tests.web.people import Person, add_person, browser
from tests.web.till import Till

ODD = "<b>Лавка</b> «у моста» & сыновья"


@pytest.fixture
async def till(state: AppState, anna: Person) -> Till:
    """Give Anna's till, connected and not read yet."""
    made = Till(state=state, user_id=anna.id)
    await made.connect()
    return made


async def two_stores(till: Till) -> None:
    tea = [product(f"tea-{number}", name=f"Чай {number}", parent_id="tea") for number in range(4)]
    first = store_reading(*tea, product("cup", name="Чашка"), groups=(group(),))
    second = store_reading(
        product("other", name="Чай 1"), store=store(SECOND_SHOP, name=ODD, address="Вокзал, 1")
    )
    await till.read(first, second)


async def test_the_short_address_leads_to_the_stores(annas: AsyncClient) -> None:
    answer = await annas.get("/catalog")
    assert (answer.status_code, answer.headers["location"]) == (303, "/catalog/stores")


async def test_without_a_till_it_leads_to_connecting_one(annas: AsyncClient) -> None:
    page = await page_at(annas, "/catalog/stores")
    assert "Касса не подключена" in page.text
    assert page.links["Подключить"] == "/connections"


async def test_before_the_first_reading_it_offers_one(annas: AsyncClient, till: Till) -> None:
    page = await page_at(annas, "/catalog/stores")
    assert "Касса ещё не прочитана" in page.text
    assert "Обновить" in page.text


async def test_stores_are_shown_with_what_is_chosen(
    annas: AsyncClient, till: Till, clock: HandClock
) -> None:
    await two_stores(till)
    clock.move(minutes=5)
    page = await page_at(annas, "/catalog/stores")
    assert "Прочитали 5 минут назад. Для VK пока ничего не выбрано." in page.text
    assert "5 товаров, 1 группа." in page.text.replace("\u00a0", " ")
    assert "Из них 1 с теми же названиями, что в магазине «Чайная на Садовой»" in page.text
    assert ODD in page.text
    await annas.post("/catalog/select-all", data={"on": "1", "store": SHOP})
    text = (await page_at(annas, "/catalog/stores")).text.replace("\u00a0", " ")
    assert "Для VK выбран один магазин из двух: 5 товаров." in text
    assert "Выбрано: 1 группа, 5 товаров." in text


@pytest.mark.parametrize(
    ("readings", "on", "said"),
    [
        pytest.param(1, 1, "Магазин выбран для VK: 1 товар.", id="the only one"),
        pytest.param(3, 1, "Для VK выбран один магазин из трёх: 1 товар.", id="one of three"),
        pytest.param(3, 2, "Для VK выбрано 2 магазина из трёх.", id="two of three"),
        pytest.param(12, 12, "Для VK выбрано 12 магазинов из 12.", id="many"),
    ],
)
async def test_the_state_names_how_many_stores_are_chosen(
    annas: AsyncClient, till: Till, readings: int, on: int, said: str
) -> None:
    shops = [
        store_reading(product(f"tea-{each}", name=f"Чай {each}"), store=store(f"shop-{each:02}"))
        for each in range(readings)
    ]
    await till.read(*shops)
    for each in range(on):
        await annas.post("/catalog/select-all", data={"on": "1", "store": f"shop-{each:02}"})
    page = await page_at(annas, "/catalog/stores")
    assert said in page.text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("reading", "word", "told", "on_turning"),
    [
        pytest.param(
            ReadingState.NOT_PAID, "Не оплачен", "Как оплатить", "не оплачено", id="not paid"
        ),
        pytest.param(
            ReadingState.PARTIAL,
            "Не прочитан",
            "Прочитать целиком не удалось: эвотор не ответил.",
            "прочитан не целиком",
            id="partly",
        ),
    ],
)
async def test_a_store_that_was_not_read_says_why_and_so_does_its_switch(
    annas: AsyncClient, till: Till, reading: ReadingState, word: str, told: str, on_turning: str
) -> None:
    await till.read(store_reading(state=reading, reason="Эвотор не ответил."))
    page = await page_at(annas, "/catalog/stores")
    assert word in page.text
    assert told in page.text
    await annas.post(f"/catalog/stores/{SHOP}/toggle", data={"on": "1"})
    page = await page_at(annas, "/catalog/stores")
    assert on_turning in page.text
    assert (await till.chosen()).stores == {SHOP}


async def test_a_store_that_is_listed_no_more_can_be_taken_out(
    annas: AsyncClient, till: Till
) -> None:
    await two_stores(till)
    await till.choose_all()
    await till.read(store_reading(product("tea-1")))
    page = await page_at(annas, "/catalog/stores")
    assert "Эвотор больше не показывает" in page.text
    assert ODD in page.text
    answer = await annas.post(f"/catalog/stores/{SECOND_SHOP}/toggle", data={"on": "0"})
    assert answer.status_code == 303
    assert (await till.chosen()).stores == {SHOP}
    page = await page_at(annas, "/catalog/stores")
    assert "Эвотор больше не показывает" not in page.text


async def test_the_order_of_stores_is_the_persons(annas: AsyncClient, till: Till) -> None:
    await till.read(*(store_reading(store=store(f"shop-{each}")) for each in "abc"))
    for move, order in (
        ({"store": "shop-c", "move": "up"}, ("shop-a", "shop-c", "shop-b")),
        ({"store": "shop-b", "move": "first"}, ("shop-b", "shop-a", "shop-c")),
        ({"store": "shop-b", "move": "up"}, ("shop-b", "shop-a", "shop-c")),
    ):
        answer = await annas.post("/catalog/stores/order", data=move)
        assert answer.status_code == 303
        assert (await till.chosen()).store_order == order


async def test_a_reading_is_asked_for_shown_and_ends_with_the_stores(
    annas: AsyncClient, ends: Ends, state: AppState
) -> None:
    await annas.post("/connections/evotor", data={"token": SHOP_TOKEN})
    await ends.settled()
    answer = await annas.post("/catalog/refresh")
    assert (answer.status_code, answer.headers["location"]) == (303, "/catalog/stores")
    answer = await annas.get("/catalog/stores")
    assert 'hx-trigger="every 1500ms"' in answer.text
    assert "<progress" in answer.text
    await ends.settled()
    answer = await annas.get("/catalog/stores")
    assert "hx-trigger" not in answer.text
    assert "Чайная на Лесной" in answer.text
    assert "Не оплачен" in answer.text


async def test_how_far_a_reading_is_comes_alone_and_only_when_it_is_further(
    annas: AsyncClient, till: Till, state: AppState, anna: Person
) -> None:
    await two_stores(till)
    now = state.desk.clock()
    run_id = await state.database.write(
        runs.create_run, anna.id, RunKind.READING, RunTrigger.BUTTON, now
    )
    path, asked = "/catalog/stores?part=reading&step=", {"HX-Request": "true"}
    panel = (await annas.get(f"{path}0", headers=asked)).text
    assert "шаг 1 из 3" in panel
    assert 'name="step" value="1"' in panel
    assert "h1" not in panel
    assert (await annas.get(f"{path}1", headers=asked)).status_code == 204
    assert "h1" in (await annas.get(f"{path}1")).text
    await state.database.write(runs.cancel_run, run_id, now)
    end = await annas.get(f"{path}1", headers=asked)
    assert "Чайная" in end.text
    assert (end.headers["hx-retarget"], end.headers["hx-reselect"]) == ("#catalog", "#catalog")
    assert "hx-retarget" not in (await annas.get("/catalog/stores", headers=asked)).headers


async def test_a_reading_that_fails_says_why_and_keeps_the_stores(
    annas: AsyncClient, ends: Ends
) -> None:
    await annas.post("/connections/evotor", data={"token": SHOP_TOKEN})
    await ends.settled()
    ends.outside.evotor.is_cut = True
    await annas.post("/catalog/refresh")
    await ends.settled()
    page = await page_at(annas, "/catalog/stores")
    assert "Обновить не получилось" in page.text
    assert "Чайная на Лесной" in page.text


async def test_without_a_till_nothing_is_read(annas: AsyncClient) -> None:
    await annas.post("/catalog/refresh")
    page = await page_at(annas, "/catalog/stores")
    assert "не подключен" in page.text
    assert "<progress" not in page.text


async def test_all_is_chosen_and_let_go_at_once_and_written_down(
    annas: AsyncClient, till: Till, ends: Ends
) -> None:
    await two_stores(till)
    for on, stores in (("1", {SHOP, SECOND_SHOP}), ("0", set())):
        answer = await annas.post("/catalog/select-all", data={"on": on})
        assert answer.status_code == 303
        assert (await till.chosen()).stores == stores
    acts = [act for act in await ends.acts() if act.action == "catalog.switched"]
    assert [act.detail["on"] for act in acts] == [True, False]
    assert (await till.chosen()).groups == set()


async def test_one_page_at_a_time_drafts_the_shop_and_others_do_not_wait_for_it(
    annas: AsyncClient, till: Till
) -> None:
    await two_stores(till)
    await till.choose_all()
    store_off, product_off = (
        f"/catalog/stores/{SHOP}/toggle",
        f"/catalog/stores/{SHOP}/products/cup/toggle",
    )
    async with till.state.opened.weighing:
        waits = asyncio.create_task(annas.post(store_off, data={"on": "0"}))
        for on in ("0", "1"):
            answer = await annas.post(product_off, data={"on": on})
            assert answer.status_code == 303
        # What stands so already has nothing to weigh.
        answer = await annas.post("/catalog/select-all", data={"on": "1"})
        assert answer.status_code == 303
        assert SHOP in (await till.chosen()).stores
        assert not waits.done()
    assert (await waits).status_code == 303
    assert SHOP not in (await till.chosen()).stores


async def test_anothers_store_is_no_store(app: Starlette, state: AppState, till: Till) -> None:
    await two_stores(till)
    await till.choose_all()
    before = await till.chosen()
    boris = await add_person(state, "boris@example.com")
    async with browser(app, boris) as theirs:
        assert (await theirs.get(f"/catalog/stores/{SHOP}/groups")).status_code == 404
        for path in (
            f"stores/{SHOP}/toggle",
            f"stores/{SHOP}/groups/tea/toggle",
            f"stores/{SHOP}/groups/none/toggle",
            f"stores/{SHOP}/products/cup/toggle",
            f"stores/{SHOP}/new-groups",
        ):
            answer = await theirs.post(f"/catalog/{path}", data={"on": "0"})
            assert answer.status_code == 404, path
        for path, form in (
            ("select-all", {"on": "0", "store": SHOP}),
            ("stores/order", {"store": SHOP, "move": "up"}),
        ):
            assert (await theirs.post(f"/catalog/{path}", data=form)).status_code == 404, path
    assert await till.chosen() == before


@pytest.mark.parametrize("on", ["", "2", "да", "1" * 10_000, "%_\\'🫖", None])
async def test_a_switch_that_does_not_say_which_way_turns_nothing(
    annas: AsyncClient, till: Till, on: str | None
) -> None:
    await two_stores(till)
    for path in (f"stores/{SHOP}/toggle", "select-all", f"stores/{SHOP}/groups/tea/toggle"):
        form = {} if on is None else {"on": on}
        answer = await annas.post(f"/catalog/{path}", data=form)
        assert answer.status_code == 400
        assert "включить или выключить" in answer.text
    answer = await annas.post(f"/catalog/stores/{SHOP}/toggle", data={"on": ["1", "0"]})
    assert answer.status_code == 400
    assert (await till.chosen()).stores == set()
