"""The page of the mirror: how things are, every setting, what it would bring about."""

from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from evosync.db import journal, sync
from evosync.db.journal import ActSearch
from evosync.db.memory import list_consents
from evosync.db.sync import SyncConfig
from evosync.engine.held import stated_members
from evosync.engine.rules import AdoptPolicy, GonePolicy, Rounding, StockMode, TwinsPolicy
from evosync.web.act_words import words_of
from evosync.web.state import AppState
from tests.builders import group, product, store_reading
from tests.web.ends import page_at, page_of
from tests.web.people import Person
from tests.web.route_table_sync import SETTINGS
from tests.web.till import Till

PLAIN = SETTINGS | {
    "price_multiplier": "1",
    "rounding": "none",
    "stock_mode": "fixed",
    "gone": "hide",
    "adopt": "ask",
    "twins": "one",
    "refresh_vk": "y",
}
GOODS = 12


@pytest.fixture
def till(state: AppState, anna: Person) -> Till:
    return Till(state=state, user_id=anna.id)


@pytest.fixture
async def mirrored(till: Till) -> Till:
    """Give a till of a dozen goods that stand in VK at 100 roubles, and are mirrored."""
    await till.connect()
    goods = [product(f"tea-{number}", name=f"Чай № {number}") for number in range(GOODS)]
    await till.read(store_reading(*goods, groups=(group("tea"),)))
    await till.choose_all()
    await till.publish(*(one.id for one in goods))
    await till.mirror()
    return till


async def config_of(till: Till) -> SyncConfig:
    async with till.state.database.read() as tx:
        return await sync.get_config(tx, till.user_id)


async def save(client: httpx.AsyncClient, **values: str) -> httpx.Response:
    return await client.post("/sync/settings", data=PLAIN | values)


async def sentence(client: httpx.AsyncClient) -> str:
    return (await page_at(client, "/sync")).text


async def acts(till: Till) -> list[str]:
    async with till.state.database.read() as tx:
        return [words_of(act) for act in await journal.list_acts(tx, ActSearch())]


async def test_every_setting_is_saved_shown_again_and_written_down(
    till: Till, annas: httpx.AsyncClient
) -> None:
    answer = await annas.post("/sync/settings", data=SETTINGS | {"allow_marked": "y"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sync")
    saved = await config_of(till)
    assert (saved.price_multiplier, saved.rounding) == (Decimal("1.1"), Rounding.TEN)
    assert (saved.stock_mode, saved.gone) == (StockMode.REAL, GonePolicy.ZERO)
    assert (saved.adopt, saved.twins) == (AdoptPolicy.NEVER, TwinsPolicy.BOTH)
    switches = ("refresh_evotor", "refresh_vk", "mirror", "allow_marked", "allow_unknown_type")
    assert [getattr(saved, name) for name in switches] == [True, False, True, True, False]
    assert (saved.enabled, saved.confirmed_at) == (False, None)
    page = await page_at(annas, "/sync")
    assert page.values["price_multiplier"] == "1,10"
    [told] = await acts(till)
    assert "Умножить на: 1 → 1,10; Округлить: не округлять → до 10 рублей" in told
    assert "Читать товары из VK: вкл. → выкл." in told


async def test_the_same_settings_again_change_nothing(till: Till, annas: httpx.AsyncClient) -> None:
    await save(annas)
    before = await config_of(till)
    await save(annas)
    assert await config_of(till) == before
    assert await acts(till) == []


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        pytest.param({"price_multiplier": "1,2,3"}, "не число", id="no number"),
        pytest.param({"price_multiplier": "0"}, "от 0,01 до 100", id="nothing"),
        pytest.param({"price_multiplier": "101"}, "от 0,01 до 100", id="too much"),
        pytest.param({"price_multiplier": "1,00001"}, "Не больше 4", id="too exact"),
        pytest.param({"price_multiplier": "9" * 10_000}, "Слишком длинно", id="too long"),
        pytest.param({"price_multiplier": " "}, "Укажите число", id="blank"),
        pytest.param({"rounding": "7"}, "", id="a rounding that is none"),
        pytest.param({"gone": "burn"}, "", id="a policy that is none"),
        pytest.param({"stock_mode": "%_\\'🫖"}, "", id="no stock mode"),
    ],
)
async def test_bad_values_are_told_of_beside_their_field_and_kept(
    typed: dict[str, str], why: str, till: Till, annas: httpx.AsyncClient
) -> None:
    answer = await save(annas, adopt="never", **typed)
    assert answer.status_code == 422
    page = page_of(answer)
    [name] = typed
    assert why in page.beside[name]
    assert page.values["price_multiplier"] == typed.get("price_multiplier", "1").strip()
    assert (await config_of(till)).adopt is AdoptPolicy.ASK
    assert await acts(till) == []


async def test_an_example_is_worked_out_on_ones_own_goods_and_saves_nothing(
    mirrored: Till, annas: httpx.AsyncClient
) -> None:
    before = await config_of(mirrored)
    answer = await save(annas, example="1", price_multiplier="1.15", rounding="x9")
    text = page_of(answer).text
    assert "100 ₽ станет 119 ₽" in text
    assert f"Изменится цена у {GOODS} товаров из {GOODS}" in text
    assert "Больше чем в три раза" not in text
    same = page_of(await save(annas, example="1")).text
    assert "Цены в VK такие и есть" in same
    far = page_of(await save(annas, example="1", price_multiplier="4")).text
    assert f"Больше чем в три раза — у {GOODS} товаров" in far
    wrong = await save(annas, example="1", price_multiplier="много")
    assert wrong.status_code == 200
    assert "Это не число" in wrong.text
    assert "<html" not in wrong.text
    assert await config_of(mirrored) == before


async def test_much_at_once_is_asked_about_and_goes_after_a_yes(
    mirrored: Till, annas: httpx.AsyncClient
) -> None:
    asked = await save(annas, price_multiplier="4", twins="both")
    assert asked.status_code == 200
    page = page_of(asked)
    assert f"больше чем в три раза у {GOODS} товаров из {GOODS}" in page.text
    assert (await config_of(mirrored)).price_multiplier == 1
    stale = await annas.post("/sync/settings", data=page.values | {"confirmed": "0" * 64})
    assert stale.status_code == 200
    answer = await annas.post("/sync/settings", data=page.values)
    assert answer.status_code == 303
    saved = await config_of(mirrored)
    assert (saved.price_multiplier, saved.twins) == (Decimal(4), TwinsPolicy.BOTH)
    async with mirrored.state.database.read() as tx:
        given = await list_consents(tx, mirrored.place, mirrored.state.desk.clock())
    assert stated_members(given) == {("price", f"tea-{number}") for number in range(GOODS)}


async def test_before_the_first_push_was_looked_at_the_switch_leads_to_the_preview(
    till: Till, annas: httpx.AsyncClient
) -> None:
    await till.connect()
    await till.read(store_reading(product(parent_id=None)))
    await till.choose_all()
    answer = await annas.post("/sync/settings", data={"enabled": "1"})
    assert answer.status_code == 303
    assert not (await config_of(till)).enabled
    page = await page_at(annas, "/sync")
    assert "Сначала посмотрите, что отправится" in page.text
    assert "enabled" not in page.values
    in_place = await annas.post(
        "/sync/settings", data={"enabled": "1"}, headers={"HX-Request": "true"}
    )
    assert "Сначала посмотрите" in in_place.text
    assert "<html" not in in_place.text


async def test_the_master_switch_turns_in_place_and_without_a_script(
    mirrored: Till, annas: httpx.AsyncClient
) -> None:
    off = await annas.post("/sync/settings", data={"enabled": "0"}, headers={"HX-Request": "true"})
    assert not (await config_of(mirrored)).enabled
    assert "Выключено. Товары в VK остались" in off.text
    assert "Синхронизировать" not in off.text
    # A form without a script sends what the page says would turn it.
    page = await page_at(annas, "/sync")
    plain = await annas.post("/sync/settings", data={"enabled": page.values["enabled"]})
    assert plain.headers["location"] == "/sync"
    assert (await config_of(mirrored)).enabled
    assert "Синхронизировать" in await sentence(annas)
    assert len(await acts(mirrored)) == 2


async def test_what_keeps_it_from_running_is_said_one_thing_at_a_time(
    till: Till, annas: httpx.AsyncClient
) -> None:
    assert "Подключите Эвотор и ВКонтакте" in await sentence(annas)
    await till.connect()
    await till.read(store_reading(product(parent_id=None)))
    assert "Выберите, что показывать в VK" in await sentence(annas)
    await till.choose_all()
    assert "Сначала посмотрите, что отправится" in await sentence(annas)
    await till.mirror()
    text = await sentence(annas)
    assert "Включена." in text
    assert "Выбрано: 1 магазин, 1 товар." in text


@contextmanager
def queries(state: AppState) -> Any:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = state.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


async def test_the_number_of_queries_is_the_same_for_many_goods(
    till: Till, annas: httpx.AsyncClient
) -> None:
    await till.connect()
    counts = []
    for size in (1, 300):
        goods = [product(f"tea-{number}", parent_id=None) for number in range(size)]
        await till.read(store_reading(*goods))
        await till.choose_all()
        await till.publish(*(one.id for one in goods))
        with queries(till.state) as sent:
            assert (await annas.get("/sync")).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] < 40
