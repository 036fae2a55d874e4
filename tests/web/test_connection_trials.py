"""A key is tried in place, or what is saved: told in JSON, or on the page to a plain browser."""

from typing import Any

import pytest

from evosync.db.services import Service
from evosync.sandbox.shop import SHOP_TOKEN
from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.world import (
    CLOSED_COMMUNITY_ID,
    COMMUNITY_ID,
    FOREIGN_COMMUNITY_ID,
    VK_TOKEN,
    VK_USER_ID,
)
from tests.web.conftest import HandClock
from tests.web.ends import Ends, page_at
from tests.web.people import OWN_SITE, browser

KEYS = {
    Service.EVOTOR: {"token": SHOP_TOKEN},
    Service.VK: {"token": VK_TOKEN, "community": str(COMMUNITY_ID)},
}
NAMES = {Service.EVOTOR: "Чайная на Лесной", Service.VK: "Чайная"}
# What browsers say they take when a form is sent without the script.
PLAIN = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


async def trial_of(ends: Ends, service: Service, form: dict[str, str] | None = None) -> Any:
    async with ends.browser() as client:
        answer = await client.post(f"/connections/{service}/test", data=form)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    trial = answer.json()
    assert set(trial) == {"ok", "name", "problem", "checked_at"}
    return trial


@pytest.mark.parametrize("service", Service)
async def test_a_key_in_the_form_is_tried_and_not_saved(
    service: Service, ends: Ends, clock: HandClock
) -> None:
    trial = await trial_of(ends, service, KEYS[service])
    assert trial == {
        "ok": True,
        "name": NAMES[service],
        "problem": None,
        "checked_at": clock().isoformat().replace("+00:00", "Z"),
    }
    assert (await ends.evotor(), await ends.vk(), await ends.acts()) == (None, None, [])


@pytest.mark.parametrize(
    ("service", "form", "problem"),
    [
        pytest.param(Service.EVOTOR, {}, "Вставьте ключ доступа.", id="nothing, and none saved"),
        pytest.param(Service.EVOTOR, {"token": "no"}, "не принимает этот ключ", id="unknown"),
        pytest.param(Service.EVOTOR, {"token": "ключ"}, "только латинские буквы", id="Russian"),
        pytest.param(Service.VK, {}, "Вставьте ключ доступа.", id="VK: nothing"),
        pytest.param(Service.VK, {"community": ""}, "Укажите сообщество.", id="no community"),
        pytest.param(
            Service.VK, {"community": "!"}, "Нужен адрес или номер сообщества", id="no address"
        ),
        pytest.param(
            *(Service.VK, {"community": str(FOREIGN_COMMUNITY_ID)}, "У вас нет прав на товары"),
            id="another's",
        ),
        pytest.param(
            *(Service.VK, {"community": str(CLOSED_COMMUNITY_ID)}, "выключен раздел «Товары»"),
            id="market off",
        ),
        pytest.param(
            *(Service.VK, {"token": "vk1.a.no-goods"}, "нет права «Товары»"), id="no right"
        ),
    ],
)
async def test_a_problem_of_a_key_is_told(
    service: Service, form: dict[str, str], problem: str, ends: Ends
) -> None:
    ends.outside.world.vk.add_user("vk1.a.no-goods", VK_USER_ID, scopes=["photos", "groups"])
    given = KEYS[service] | form if form and service is Service.VK else form
    trial = await trial_of(ends, service, given)
    assert (trial["ok"], trial["name"]) == (False, None)
    assert problem in trial["problem"]


@pytest.mark.parametrize("service", Service)
async def test_without_a_key_what_is_saved_is_checked(
    service: Service, ends: Ends, clock: HandClock
) -> None:
    async with ends.browser() as client:
        await client.post(f"/connections/{service}", data=KEYS[service])
    clock.move(hours=2)
    trial = await trial_of(ends, service, {"token": "", "community": ""})
    assert (trial["ok"], trial["problem"]) == (True, None)
    assert NAMES[service] in trial["name"]
    standing = await (ends.standing_evotor if service is Service.EVOTOR else ends.standing_vk)()
    assert standing.health.last_checked_at == clock()


async def test_a_saved_key_that_died_is_found_out_and_its_alert_opened(
    ends: Ends, clock: HandClock
) -> None:
    async with ends.browser() as client:
        await client.post("/connections/vk", data=KEYS[Service.VK])
    ends.outside.world.vk.end_token(VK_TOKEN, 5)
    clock.move(minutes=5)
    trial = await trial_of(ends, Service.VK)
    assert not trial["ok"]
    assert "ключ доступа больше не действует" in trial["problem"]
    assert not (await ends.standing_vk()).health.is_online
    assert await ends.alerts() == {"vk": "new"}


async def test_a_right_given_meanwhile_is_found_out(ends: Ends, clock: HandClock) -> None:
    vk = ends.outside.world.vk
    vk.add_user(VK_TOKEN, VK_USER_ID, scopes=["photos", "groups"])
    async with ends.browser() as client:
        await client.post("/connections/vk", data=KEYS[Service.VK])
    assert not (await ends.standing_vk()).health.is_online
    vk.add_user(VK_TOKEN, VK_USER_ID)
    clock.move(minutes=1)
    assert (await trial_of(ends, Service.VK))["ok"]
    assert (await ends.standing_vk()).health.is_online


@pytest.mark.parametrize("service", Service)
async def test_a_plain_browser_is_led_back_to_the_page(service: Service, ends: Ends) -> None:
    async with browser(ends.app, ends.person) as client:
        client.headers.update(PLAIN)
        nothing = await client.post(f"/connections/{service}/test")
        told = (await page_at(client, f"/{service}")).text
        await client.post(f"/connections/{service}", data=KEYS[service])
        await page_at(client, "/connections")
        saved = await client.post(f"/connections/{service}/test")
        praised = (await page_at(client, f"/{service}")).text
    for answer in (nothing, saved):
        assert (answer.status_code, answer.headers["location"]) == (303, f"/{service}")
    assert "Вставьте ключ доступа." in told
    assert "в порядке." in praised


async def test_trials_are_counted(ends: Ends) -> None:
    async with ends.browser() as client:
        for _ in range(30):
            assert (await client.post("/connections/evotor/test")).status_code == 200
        answer = await client.post("/connections/evotor/test", data=KEYS[Service.EVOTOR])
        saved = await client.post("/connections/vk/test")
        plain = await client.post("/connections/evotor/test", headers=PLAIN)
    assert (answer.status_code, saved.status_code) == (429, 429)
    assert 0 < int(answer.headers["retry-after"]) <= 900
    assert set(answer.json()) == {"error"}
    assert "Слишком много попыток." in answer.json()["error"]
    assert (plain.status_code, plain.headers["location"]) == (303, "/evotor")


@pytest.mark.parametrize("service", Service)
async def test_while_a_service_is_silent_the_trial_says_so(service: Service, ends: Ends) -> None:
    wires = {Service.EVOTOR: ends.outside.evotor, Service.VK: ends.outside.vk}
    wires[service].is_cut = True
    trial = await trial_of(ends, service, KEYS[service])
    assert not trial["ok"]
    assert trial["problem"].startswith("Нет связи с ")


async def test_vk_that_asks_for_rest_breaks_no_trial(ends: Ends) -> None:
    ends.outside.world.vk.faults.add(VkFault(error=29))
    trial = await trial_of(ends, Service.VK, KEYS[Service.VK])
    assert (trial["ok"], trial["problem"]) == (False, "VK просит подождать. Продолжим позже.")


async def test_whoever_is_not_signed_in_tries_nothing(ends: Ends) -> None:
    async with browser(ends.app) as client:
        assert client.headers["sec-fetch-site"] == OWN_SITE["Sec-Fetch-Site"]
        answer = await client.post("/connections/vk/test", data=KEYS[Service.VK])
    assert answer.status_code == 401
    assert ends.outside.vk.addresses == []
