"""How an end is cut: by each of its addresses, only one's own, and nothing but the connection."""

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from evosync.db import connections, journal, sync
from evosync.db.alerts import AlertKind, list_open, open_alert
from evosync.db.services import Service
from evosync.db.tables.journal import alerts_sent
from evosync.web.state import AppState
from tests.web.people import Person, add_person, browser
from tests.web.shop import GREEN, RED, Shop


@pytest.fixture
def shop(state: AppState, anna: Person) -> Shop:
    return Shop(state, anna.id)


@pytest.mark.parametrize(
    ("service", "address", "told"),
    [
        (service, address, told)
        for service, told in (
            (Service.EVOTOR, "Эвотор отключён. Товары в VK остались."),
            (Service.VK, "ВКонтакте отключён. Товары в сообществе остались."),
        )
        for address in (
            f"/connections/{service}/disconnect",
            f"/{service}/disconnect",
            f"/connections/delete?type={service}",
        )
    ],
)
async def test_an_end_is_cut_by_each_of_its_addresses_and_the_other_stays(
    service: Service, address: str, told: str, shop: Shop, annas: httpx.AsyncClient
) -> None:
    await shop.connect(GREEN, GREEN)
    answer = await annas.post(address)
    assert (answer.status_code, answer.headers["location"]) == (303, "/connections")
    assert told in (await annas.get("/connections")).text
    other = Service.VK if service is Service.EVOTOR else Service.EVOTOR
    assert await standing(shop) == {other}
    again = await annas.post(address)
    assert again.headers["location"] == "/connections"
    assert "подключения уже нет." in (await annas.get("/connections")).text


async def test_to_cut_an_end_is_written_down_and_drops_its_alert(
    shop: Shop, annas: httpx.AsyncClient, anna: Person
) -> None:
    await shop.connect(RED, RED)
    for service in Service:
        await shop.state.database.write(
            open_alert, *(anna.id, AlertKind.CONNECTION, service.value, {}, shop.state.desk.clock())
        )
    await annas.post("/connections/vk/disconnect")
    await annas.post("/connections/vk/disconnect")
    async with shop.state.database.read() as tx:
        found = await tx.execute(select(alerts_sent.c.subject, alerts_sent.c.state))
        rows = {row.subject: row.state for row in found}
        [act] = await journal.list_acts(tx, journal.ActSearch(action="connection.removed"))
        assert await list_open(tx, anna.id) == {AlertKind.CONNECTION}
    assert rows == {"vk": "closed", "evotor": "new"}
    assert (act.actor, act.subject, act.detail) == (anna.email, anna.email, {"service": "vk"})


@pytest.mark.parametrize(
    "address",
    [
        "/connections/telegram/disconnect",
        "/connections/VK/disconnect",
        "/connections/delete",
        "/connections/delete?type=",
        "/connections/delete?type=evotor,vk",
        "/connections/telegram",
        "/connections/telegram/test",
    ],
)
async def test_an_end_that_is_none_is_not_there(
    address: str, shop: Shop, annas: httpx.AsyncClient
) -> None:
    await shop.connect(GREEN, GREEN)
    assert (await annas.post(address)).status_code == 404
    assert await standing(shop) == set(Service)


async def test_nobody_sees_or_cuts_the_ends_of_another(
    app: Starlette, state: AppState, shop: Shop, annas: httpx.AsyncClient
) -> None:
    boris = await add_person(state, "boris@coffee.example")
    await shop.connect(GREEN, RED)
    async with browser(app, boris) as client:
        assert "Нет подключений" in (await client.get("/connections")).text
        for address in ("/connections/vk/disconnect", "/connections/delete?type=evotor"):
            assert (await client.post(address)).status_code == 303
    assert await standing(shop) == set(Service)


async def test_cutting_an_end_keeps_what_was_chosen(shop: Shop, annas: httpx.AsyncClient) -> None:
    await shop.connect(GREEN, GREEN)
    await shop.switch_on()
    await annas.post("/connections/vk/disconnect")
    await annas.post("/connections/evotor/disconnect")
    async with shop.state.database.read() as tx:
        assert (await sync.get_config(tx, shop.user_id)).enabled


async def standing(shop: Shop) -> set[Service]:
    """Return which ends a person has."""
    async with shop.state.database.read() as tx:
        found = {
            Service.EVOTOR: await connections.find_evotor(tx, shop.user_id),
            Service.VK: await connections.find_vk_sign_in(tx, shop.user_id),
        }
    return {service for service, each in found.items() if each is not None}
