"""`/evotor` and `/vk`: how an end is, and the way to a key as far as this installation has it."""

import httpx
import pytest
from starlette.applications import Starlette

from evosync.sandbox.shop import SHOP_TOKEN
from evosync.sandbox.world import COMMUNITY_ID, VK_TOKEN
from evosync.web.state import AppState
from tests.web.crowd import Stage, Who
from tests.web.ends import Ends, page_at
from tests.web.people import Person
from tests.web.shop import GREEN, RED, Shop


@pytest.mark.parametrize("path", ["/evotor", "/vk"])
async def test_a_page_leads_back_to_the_connections(path: str, annas: httpx.AsyncClient) -> None:
    page = await page_at(annas, path)
    assert page.links["Вернуться к подключениям"] == "/connections"


async def test_without_an_application_the_steps_lead_to_ones_own(annas: httpx.AsyncClient) -> None:
    page = await page_at(annas, "/evotor")
    assert "Отсюда EvoSync берёт товары, цены и остатки. В кассе он ничего не меняет." in page.text
    assert "Создайте приложение" in page.text
    assert "${token}" in page.text
    assert page.links["dev.evotor.ru"] == "https://dev.evotor.ru"
    assert "Подключить через Эвотор" not in page.text


async def test_with_an_application_it_is_installed(stage: Stage) -> None:
    stage.set(evotor_app_id="0a1b2c3d", evotor_webhook_secret="secret-of-evotor")
    async with stage.client(Who.USER) as client:
        page = await page_at(client, "/evotor")
    assert page.links["Установить приложение"] == "https://market.evotor.ru/store/apps/0a1b2c3d"
    assert "Создайте приложение" not in page.text
    assert "http://evosync.test/api/v1/user/token" in page.text
    assert "secret-of-evotor" not in page.text


async def test_stores_are_named_and_whether_they_are_paid_for(ends: Ends) -> None:
    async with ends.browser() as client:
        await client.post("/connections/evotor", data={"token": SHOP_TOKEN})
        await ends.settled()
        page = await page_at(client, "/evotor")
    for words in ("Чайная на Лесной", "Читаем", "Не оплачено", "Подключить заново"):
        assert words in page.text


async def test_without_vk_id_the_page_says_what_to_set_up(annas: httpx.AsyncClient) -> None:
    page = await page_at(annas, "/vk")
    assert "Войти в VK отсюда пока нельзя" in page.text
    assert "http://evosync.test/vk/callback" in page.text
    assert "/vk/connect" not in page.links.values()


async def test_the_letter_to_vk_names_the_shop_and_the_community(ends: Ends) -> None:
    ends.outside.world.vk.add_user("vk1.a.no-goods", 700_777, scopes=["photos", "groups"])
    form = {"token": "vk1.a.no-goods", "community": str(COMMUNITY_ID)}
    async with ends.browser() as client:
        await client.post("/connections/evotor", data={"token": SHOP_TOKEN})
        await client.post("/connections/vk", data=form)
        page = await page_at(client, "/vk")
    assert "Вы вошли, но VK ещё не разрешил EvoSync работать с товарами." in page.text
    assert "магазина «Чайная на Лесной»" in page.text
    assert f"vk.com/club{COMMUNITY_ID}" in page.text
    assert "%D0" in page.links["Написать в VK"]  # the letter is in it, whole


async def test_whoever_has_all_is_shown_it(ends: Ends) -> None:
    form = {"token": VK_TOKEN, "community": str(COMMUNITY_ID)}
    async with ends.browser() as client:
        await client.post("/connections/vk", data=form)
        page = await page_at(client, "/vk")
    assert "Сюда EvoSync ставит товары вашего магазина." in page.text
    assert "В порядке" in page.text
    assert "Последняя проверка: только что" in page.text


@pytest.mark.parametrize("path", ["/evotor", "/vk"])
async def test_a_broken_end_says_so_in_its_title(
    path: str, app: Starlette, state: AppState, anna: Person, annas: httpx.AsyncClient
) -> None:
    await Shop(state, anna.id).connect(RED, RED)
    page = await page_at(annas, path)
    assert "EvoSync пока не может" in page.text
    assert "Ключ больше не подходит." in page.text
    await Shop(state, anna.id).connect(GREEN, GREEN)
    assert "EvoSync пока не может" not in (await page_at(annas, path)).text
