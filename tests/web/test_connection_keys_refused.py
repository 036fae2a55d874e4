"""Keys that do not work: each is told of beside its field, and nothing is saved."""

import pytest
from starlette.applications import Starlette

from evosync.db.services import Service
from evosync.sandbox.evotor.faults import EvotorFault
from evosync.sandbox.shop import SHOP_TOKEN
from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.world import COMMUNITY_ID, FOREIGN_COMMUNITY_ID, VK_TOKEN
from evosync.web.state import AppState
from tests.web.ends import Ends, page_of
from tests.web.people import add_person

EVOTOR, VK = "/connections/evotor", "/connections/vk"
COMMUNITY = str(COMMUNITY_ID)


@pytest.mark.parametrize(
    ("form", "field", "sentence"),
    [
        pytest.param({}, "token", "Вставьте ключ доступа.", id="nothing"),
        pytest.param({"token": "ключ"}, "token", "только латинские буквы", id="Russian"),
        pytest.param({"token": "a b"}, "token", "без пробелов", id="blanks"),
        pytest.param({"token": "a" * 4001}, "token", "не больше 4000 знаков", id="too long"),
        pytest.param(
            *({"token": "0e0e"}, "token"),
            "Эвотор не принимает этот ключ. Проверьте, что он скопирован целиком.",
            id="unknown",
        ),
    ],
)
async def test_a_key_to_the_till_that_is_wrong_is_told_of_beside_the_field(
    form: dict[str, str], field: str, sentence: str, ends: Ends
) -> None:
    async with ends.browser() as client:
        answer = await client.post(EVOTOR, data=form)
    assert answer.status_code == 422
    assert sentence in page_of(answer).beside[field]
    assert (await ends.evotor(), await ends.acts()) == (None, [])


@pytest.mark.parametrize(
    ("form", "field", "sentence"),
    [
        pytest.param({}, "community", "Укажите сообщество.", id="no community"),
        pytest.param({"community": "чайная"}, "community", "vk.com/club1", id="no address"),
        pytest.param({"community": "https://ok.ru/tea"}, "community", "vk.com/club1", id="foreign"),
        pytest.param({"community": "0"}, "community", "vk.com/club1", id="zero"),
        pytest.param(
            {"community": "club1"}, "community", "Сообщества VK «1» нет.", id="unknown number"
        ),
        pytest.param(
            {"community": "coffee_shop"},
            *("community", "Сообщества VK «coffee_shop» нет."),
            id="unknown name",
        ),
        pytest.param(
            {"community": str(FOREIGN_COMMUNITY_ID)},
            *("community", "У вас нет прав на товары сообщества «Кофейня»."),
            id="another's community",
        ),
        pytest.param(
            {"community": COMMUNITY, "token": "vk1.a.unknown"},
            *("token", "VK не принимает этот ключ. Проверьте, что он скопирован целиком."),
            id="unknown key",
        ),
        pytest.param(
            {"community": COMMUNITY, "token": "vk1.a.of-the-community"},
            *("token", "Это ключ не человека: ключ самого сообщества VK не подойдёт."),
            id="the community's own key",
        ),
    ],
)
async def test_what_vk_does_not_take_is_told_of_beside_the_field(
    form: dict[str, str], field: str, sentence: str, ends: Ends
) -> None:
    ends.outside.world.vk.add_community_token("vk1.a.of-the-community", COMMUNITY_ID)
    async with ends.browser() as client:
        answer = await client.post(VK, data={"token": VK_TOKEN} | form)
    assert answer.status_code == 422
    page = page_of(answer)
    assert sentence in page.beside[field]
    assert page.values["community"] == form.get("community", "")
    assert (await ends.vk(), await ends.acts()) == (None, [])


async def test_a_community_of_another_account_is_not_taken(
    app: Starlette, state: AppState, ends: Ends
) -> None:
    boris = ends.of(await add_person(state, "boris@coffee.example"))
    form = {"token": VK_TOKEN, "community": COMMUNITY}
    async with boris.browser() as client:
        assert (await client.post(VK, data=form)).status_code == 303
    async with ends.browser() as client:
        answer = await client.post(VK, data=form)
    assert answer.status_code == 422
    told = page_of(answer).beside["community"]
    assert told == "Это сообщество VK уже подключено к другой учётной записи."
    assert await ends.vk() is None
    assert (await boris.standing_vk()).community_id == COMMUNITY_ID


@pytest.mark.parametrize("service", Service)
async def test_while_a_service_is_silent_no_key_is_saved(service: Service, ends: Ends) -> None:
    wires = {Service.EVOTOR: ends.outside.evotor, Service.VK: ends.outside.vk}
    wires[service].is_cut = True
    form = {"token": VK_TOKEN, "community": COMMUNITY}
    async with ends.browser() as client:
        answer = await client.post(f"/connections/{service}", data=form)
    assert answer.status_code == 422
    assert "Ключ не сохранён." in page_of(answer).text
    assert (await ends.evotor(), await ends.vk(), await ends.acts()) == (None, None, [])


async def test_a_key_that_evotor_forbids_says_what_it_lacks(ends: Ends) -> None:
    ends.outside.world.evotor.faults.add(EvotorFault(status=403, times=None))
    async with ends.browser() as client:
        answer = await client.post(EVOTOR, data={"token": SHOP_TOKEN})
    assert "у приложения нет права читать магазины" in page_of(answer).beside["token"]


async def test_keys_are_tried_so_often_and_no_more(ends: Ends) -> None:
    async with ends.browser() as client:
        for _ in range(30):
            assert (await client.post(EVOTOR, data={"token": "wrong"})).status_code == 422
        asked = len(ends.outside.evotor.addresses)
        answer = await client.post(EVOTOR, data={"token": SHOP_TOKEN})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900
    assert "Слишком много попыток." in page_of(answer).text
    assert len(ends.outside.evotor.addresses) == asked
    assert await ends.evotor() is None


async def test_what_vk_asks_a_person_for_is_told(ends: Ends) -> None:
    ends.outside.world.vk.faults.add(VkFault(error=14))
    async with ends.browser() as client:
        answer = await client.post(VK, data={"token": VK_TOKEN, "community": COMMUNITY})
    assert page_of(answer).beside["token"] == "VK просит подтвердить, что вы не робот."


async def test_a_community_that_vk_refuses_to_know_is_told_of_beside_the_field(ends: Ends) -> None:
    ends.outside.world.vk.faults.add(VkFault(method="groups.getById", error=100))
    async with ends.browser() as client:
        answer = await client.post(VK, data={"token": VK_TOKEN, "community": "coffee_shop"})
    assert page_of(answer).beside["community"] == "Сообщества VK «coffee_shop» нет."
