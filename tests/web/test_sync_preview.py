"""The preview and what comes of it: looked at, confirmed, sent; what it says when it cannot be."""

from decimal import Decimal
from typing import Any

import pytest

from evosync.db import connections
from evosync.db.runs import RunKind
from evosync.engine.report import RunStatus
from evosync.sandbox.comparison import find_differences
from tests.flow.stand import product_named, small_world
from tests.web.ends import Ends
from tests.web.outside import Outside
from tests.web.people import add_person
from tests.web.sending import PREVIEW, Sender, total_of
from tests.web.shop import Shop

STALE = "Эта проверка устарела."
CUP = "Чашка белая"


@pytest.fixture
def outside() -> Outside:
    """Give a small shop."""
    return Outside(world=small_world())


@pytest.fixture
def configured() -> dict[str, Any]:
    """Let pictures go where the sandbox takes them."""
    return {"vk_api_url": "http://127.0.0.1/vk", "vk_upload_hosts": "127.0.0.1"}


async def test_the_first_push_is_looked_at_confirmed_and_sent(sender: Sender) -> None:
    assert "Посмотрите, что изменится в VK" in (await sender.look()).text
    page = await sender.preview()
    assert "Добавим 5 товаров." in page.text
    assert "Создадим 3 подборки." in page.text
    assert total_of(page) == 8
    assert sender.items() == []

    led = await sender.press("/sync/confirm", preview=page.values["preview"])

    run = await sender.last(RunKind.MIRROR)
    assert led == f"/runs/{run.id}"
    assert (run.status, run.preview_id) == (RunStatus.DONE, int(page.values["preview"]))
    assert not find_differences(sender.world)
    config = await sender.config()
    assert config.enabled
    assert config.confirmed_at is not None
    [act] = [each for each in await sender.ends.acts() if each.action == "sync.confirmed"]
    assert act.detail["preview_id"] == run.preview_id
    # Pressed once more, it leads to the same run.
    assert await sender.press("/sync/confirm", preview=page.values["preview"]) == led
    assert len(await sender.runs()) == 1
    assert "уже переданы на отправку" in (await sender.look()).text


async def test_what_changed_in_the_till_since_is_left_to_the_next_run(sender: Sender) -> None:
    await sender.start()
    cup, tea = (product_named(sender.world, name) for name in (CUP, "Чай номер 1"))
    sender.world.set_price(cup.id, 500)
    page = await sender.preview()
    assert "Цена у 1" in page.text
    sender.world.set_price(tea.id, 777)

    await sender.press("/sync/run", preview=page.values["preview"])

    prices = {item.title: item.price for item in sender.items()}
    assert (prices[CUP], prices["Чай номер 1"]) == (500_00, 101_00)
    await sender.press("/sync/run")
    assert not find_differences(sender.world)


async def test_what_is_held_is_asked_and_a_yes_goes_along(sender: Sender) -> None:
    await sender.start()
    for name in (CUP, "Чай номер 1", "Чай номер 2", "Чай номер 3", "Пирог с вишней"):
        sender.world.delete_product(product_named(sender.world, name).id)
    page = await sender.preview()
    run = await sender.last()
    assert "Скрыть 5 товаров?" in page.text
    assert total_of(page) == 0
    assert page.text.count("Виден") == 5

    led = await sender.press(f"/runs/{run.id}/approve", digest=run.digest or "", answer="apply")

    assert led == PREVIEW
    page = await sender.look()
    assert total_of(page) >= 5
    await sender.press("/sync/run", preview=str(run.id))
    assert sender.items() == []


async def test_goods_of_an_earlier_till_are_asked_about_and_hidden(sender: Sender) -> None:
    await sender.start()
    page = await sender.move_to_another_till()
    # The other till has nothing of what the first one was sent from.
    assert "В сообществе осталось 5 товаров прежней кассы." in page.text
    number = page.values["preview"]

    assert await sender.press("/sync/confirm", preview=number) == PREVIEW
    assert "Сначала решите" in (await sender.look()).text
    assert len(await sender.runs()) == 1
    await sender.press("/sync/confirm", preview=number, left_behind="hide")

    assert (await sender.config()).left_behind == "hide"
    assert {item.title for item in sender.items()} == {"Кофе"}
    assert [run.status for run in await sender.runs()][:2] == [RunStatus.DONE, RunStatus.PARTIAL]
    [*_, act] = [each for each in await sender.ends.acts() if each.action == "sync.confirmed"]
    assert (act.detail["left_behind"], act.detail["products"]) == ("hide", 5)


async def test_goods_of_an_earlier_till_that_are_left_stay_in_sight(sender: Sender) -> None:
    await sender.start()
    page = await sender.move_to_another_till()
    await sender.press("/sync/confirm", preview=page.values["preview"], left_behind="leave")
    assert len(sender.items()) == 6
    assert len(await sender.runs()) == 2


@pytest.mark.parametrize("what", ["settings", "community", "another", "old id", "no id", "twice"])
async def test_a_preview_that_is_out_of_date_is_not_sent(sender: Sender, what: str) -> None:
    page = await sender.preview()
    number = page.values["preview"]
    match what:
        case "settings":
            await sender.configure(allow_marked=True)
        case "community":
            await sender.move_to_another_community()
        case "another":
            await sender.preview()
        case "old id":
            number = "999999999999999999"
        case "no id":
            number = "-1' OR 1=1"
        case _:
            await sender.configure(price_multiplier=Decimal(2))
            await sender.preview()
    for path in ("/sync/confirm", "/sync/run"):
        assert await sender.press(path, preview=number) == PREVIEW
        assert STALE in (await sender.look()).text
    assert await sender.runs() == []
    config = await sender.config()
    assert (config.enabled, config.confirmed_at) == (False, None)


async def test_an_old_preview_may_be_sent_but_another_look_comes_first(sender: Sender) -> None:
    page = await sender.preview()
    sender.later(hours=2)
    assert "Проверка давняя" in (await sender.look()).text
    await sender.press("/sync/confirm", preview=page.values["preview"])
    assert not find_differences(sender.world)


async def test_another_run_overtakes_a_preview(sender: Sender) -> None:
    await sender.start()
    cup = product_named(sender.world, CUP)
    sender.world.set_price(cup.id, 500)
    page = await sender.preview()
    await sender.press("/sync/run")
    assert "После этой проверки был запуск" in (await sender.look()).text
    assert await sender.press("/sync/run", preview=page.values["preview"]) == PREVIEW


async def test_a_push_before_the_first_yes_leads_to_the_preview(sender: Sender) -> None:
    await sender.configure(enabled=True)
    assert await sender.press("/sync/run") == PREVIEW
    assert "Вы ещё не подтвердили первую отправку." in (await sender.look()).text
    assert await sender.runs() == []


async def test_a_mirror_that_is_off_leads_to_its_switch(sender: Sender) -> None:
    await sender.start()
    await sender.configure(enabled=False)
    sender.world.set_price(product_named(sender.world, CUP).id, 500)
    page = await sender.preview()
    assert "Включить синхронизацию" in page.text
    assert "Отправить" not in page.text
    assert await sender.press("/sync/run") == "/sync"


async def test_a_preview_that_failed_says_why_and_what_mends_it(sender: Sender) -> None:
    sender.ends.outside.world.shop.revoke(sender.world.evotor_token)
    page = await sender.preview()
    run = await sender.last()
    assert "Проверка не удалась" in page.text
    assert run.error_text
    assert run.error_text in page.text
    assert page.links["Подключить заново"] == "/connections"


async def test_a_preview_that_goes_on_says_how_far_it_is(ends: Ends) -> None:
    shop = Shop(ends.state, ends.person.id)
    await shop.connect("green", "green")
    await shop.add_run(RunStatus.RUNNING, RunKind.PREVIEW)
    async with ends.browser() as client:
        page = (await client.get(PREVIEW)).text
    assert "Шаг 1 из 3: читаем кассу" in page
    assert 'hx-trigger="every 1s"' in page
    assert '<meta http-equiv="refresh"' in page


async def test_a_preview_that_waits_for_its_turn_says_so(ends: Ends) -> None:
    shop = Shop(ends.state, ends.person.id)
    await shop.connect("green", "green")
    await shop.add_run(RunStatus.QUEUED, RunKind.PREVIEW)
    async with ends.browser() as client:
        assert "Ждёт своей очереди" in (await client.get(PREVIEW)).text


async def test_without_an_end_there_is_nothing_to_look_at(ends: Ends) -> None:
    async with ends.browser() as client:
        assert "Сначала подключите кассу и VK" in (await client.get(PREVIEW)).text


async def test_nobody_sees_or_sends_what_is_anothers(sender: Sender) -> None:
    page = await sender.preview()
    boris = await add_person(sender.ends.state, "boris@tea.example")
    async with sender.ends.of(boris).browser() as client:
        assert "Сначала подключите" in (await client.get(PREVIEW)).text
        for path in ("/sync/confirm", "/sync/run"):
            answer = await client.post(path, data={"preview": page.values["preview"]})
            assert answer.headers["location"] == PREVIEW
    assert await sender.runs() == []


async def test_odd_queries_show_the_page_all_the_same(sender: Sender) -> None:
    await sender.preview()
    for query in ("?page=-1", "?page=999", "?show=nonsense", "?q=%25_%5C'%F0%9F%8D%B5", "?pairs=7"):
        await sender.look(query)
    found = await sender.look("?q=ЧАШКА")
    assert CUP in found.text
    assert "Чай номер 1" not in found.text
    assert "Ничего не нашлось" in (await sender.look("?q=" + "я" * 9000)).text


async def test_an_end_cut_meanwhile_is_not_confirmed(sender: Sender) -> None:
    page = await sender.preview()
    await sender.ends.state.database.write(connections.delete_evotor, sender.user_id)
    assert await sender.press("/sync/confirm", preview=page.values["preview"]) == PREVIEW
    assert (await sender.config()).confirmed_at is None


async def test_where_nothing_is_to_be_sent_there_is_nothing_to_search(sender: Sender) -> None:
    await sender.start()
    page = await sender.preview()
    assert "Отправлять нечего: в VK уже всё как надо." in page.text
    assert "Что изменится" not in page.text
