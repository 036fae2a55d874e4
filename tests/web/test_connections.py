"""The page of both ends: what it says of each trouble and what it offers."""

import re
from dataclasses import dataclass

import httpx
import pytest

from evosync.db import connections
from evosync.db.connection_health import Finding, mark_checked
from evosync.db.connections import VkSignIn
from evosync.db.services import Service
from evosync.jobs.looking import INTERNAL, UNREACHABLE
from evosync.sandbox.world import VK_CLIENT_ID
from evosync.web.app import make_app
from evosync.web.state import AppState
from tests.web.conftest import Ground, HandClock
from tests.web.ends import page_at
from tests.web.page import read_page
from tests.web.people import Person, add_person, browser
from tests.web.shop import COMMUNITY, GREEN, RED, SHOP, UNCHECKED, Shop

KEPT = "Товары в VK на месте, но не обновляются."
COMMUNITY_PAGE = "https://vk.com/club"

NO_ANSWER = "Товары на месте. Проверим снова сами, делать ничего не нужно."


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a finding is shown: the badge, what is said below, the button and where it leads."""

    kind: str
    word: str
    said: str
    button: str = ""
    leads_to: str = ""


TROUBLES = {
    UNREACHABLE: Shown(kind="warning", word="Нет ответа", said=NO_ANSWER),
    INTERNAL: Shown(kind="warning", word="Нет ответа", said=NO_ANSWER),
    "vk_no_right": Shown(
        kind="warning",
        word="Ждём разрешения VK",
        said="Разрешение дают по письму, оно уже готово.",
        button="Открыть письмо",
        leads_to="/vk",
    ),
    "vk_no_role": Shown(
        kind="warning",
        word="Ждёт вас",
        said="Попросите владельца сообщества сделать вас администратором.",
        button="Открыть сообщество",
        leads_to=COMMUNITY_PAGE,
    ),
    "vk_market_off": Shown(
        kind="warning",
        word="Ждёт вас",
        said="Включите его в VK: Управление → Настройки → Разделы → Товары.",
        button="Открыть сообщество",
        leads_to=COMMUNITY_PAGE,
    ),
    "connection_broken": Shown(
        kind="danger", word="Сломано", said=KEPT, button="Подключить заново", leads_to="/vk"
    ),
    # A captcha that leads nowhere.
    "vk_captcha": Shown(
        kind="danger", word="Сломано", said=KEPT, button="Подключить заново", leads_to="/vk"
    ),
}
BUTTONS = {shown.button for shown in TROUBLES.values() if shown.button}


@pytest.fixture
def shop(state: AppState, anna: Person) -> Shop:
    return Shop(state, anna.id)


async def find(
    shop: Shop, code: str, *, error: str = "Что-то не так.", link: str | None = None
) -> None:
    """Let a check of VK come to something."""
    state = shop.state
    async with state.database.read() as tx:
        standing = await connections.find_vk_sign_in(tx, shop.user_id)
    assert standing is not None
    finding = Finding(
        connected_at=standing.connected_at,
        error=error,
        code=code,
        sealed_link=None if link is None else state.desk.vault.seal(link),
    )
    await state.database.write(mark_checked, Service.VK, shop.user_id, finding, state.desk.clock())


async def test_with_nothing_connected_the_page_says_what_is_needed(
    annas: httpx.AsyncClient,
) -> None:
    page = await page_at(annas, "/connections")
    assert "Нет подключений — нажмите «Добавить»" in page.text
    assert "Нужны касса, откуда брать товары, и сообщество VK." in page.text
    assert page.links["Добавить"] == "/connections/add"


@pytest.mark.parametrize(
    ("evotor", "vk", "sentence"),
    [
        pytest.param(GREEN, None, "Эвотор в порядке. Осталось подключить ВКонтакте.", id="no VK"),
        pytest.param(
            None, UNCHECKED, "ВКонтакте не проверялся. Осталось подключить Эвотор.", id="no till"
        ),
        pytest.param(GREEN, GREEN, "Эвотор в порядке. ВКонтакте в порядке.", id="both"),
        pytest.param(RED, GREEN, "Эвотор: нет связи. ВКонтакте в порядке.", id="one broken"),
    ],
)
async def test_the_sentence_is_of_both_ends(
    evotor: str | None, vk: str | None, sentence: str, shop: Shop, annas: httpx.AsyncClient
) -> None:
    await shop.connect(evotor, vk)
    assert sentence in (await page_at(annas, "/connections")).text


async def test_a_card_names_what_is_connected_and_when_it_was_checked(
    shop: Shop, annas: httpx.AsyncClient, clock: HandClock
) -> None:
    await shop.connect(GREEN, UNCHECKED)
    clock.move(minutes=10)
    page = await page_at(annas, "/connections")
    assert f"Магазин «{SHOP}»" in page.text
    assert f"Сообщество «{COMMUNITY}»" in page.text
    assert "Последняя проверка: 10 минут назад" in page.text
    assert "Ещё не проверялось" in page.text


async def test_a_card_names_the_person_who_signed_in(shop: Shop, annas: httpx.AsyncClient) -> None:
    person = VkSignIn(
        user_id=shop.user_id,
        sealed_token="x",
        first_name="Анна",
        last_name="Чайкина",
        community_id=77,
    )
    await shop.state.database.write(connections.save_vk, person, shop.state.desk.clock())
    assert "Анна Чайкина, сообщество 77" in (await page_at(annas, "/connections")).text


@pytest.mark.parametrize("code", TROUBLES)
async def test_each_trouble_has_its_badge_its_sentence_and_its_button(
    code: str, shop: Shop, annas: httpx.AsyncClient
) -> None:
    shown = TROUBLES[code]
    await shop.connect(None, GREEN)
    await find(shop, code, error="Вот что не так.")
    answer = await annas.get("/connections")
    page = read_page(answer.text)
    badge = rf'<span class="state state-{shown.kind}"><i [^>]*></i>{shown.word}</span>'
    assert re.search(badge, answer.text)
    assert shown.said in page.text
    assert ("Вот что не так." in page.text) is (code != "vk_no_right")
    assert set(page.links) & BUTTONS == ({shown.button} if shown.button else set())
    if shown.button:
        assert page.links[shown.button].startswith(shown.leads_to)


async def test_a_link_of_vks_own_is_opened_for_its_person_only(
    shop: Shop, annas: httpx.AsyncClient
) -> None:
    link = "https://vk.com/confirm?hash=s3cr3t"
    await shop.connect(None, GREEN)
    await find(shop, "connection_broken", link=link)
    page = await page_at(annas, "/connections")
    assert page.links["Подтвердить в VK"] == link
    async with shop.state.database.read() as tx:
        standing = await connections.find_vk_sign_in(tx, shop.user_id)
    assert standing is not None
    assert "s3cr3t" not in str(standing.health.sealed_link)


async def test_a_link_that_no_key_opens_breaks_no_page(
    shop: Shop, annas: httpx.AsyncClient
) -> None:
    await shop.connect(None, GREEN)
    await find(shop, "connection_broken")
    unopened = Finding(
        connected_at=shop.state.desk.clock(), error="Ждёт.", code="x", sealed_link="no seal"
    )
    now = shop.state.desk.clock()
    await shop.state.database.write(mark_checked, Service.VK, shop.user_id, unopened, now)
    assert (await page_at(annas, "/connections")).links["Подключить заново"] == "/vk"


async def test_whoever_signed_in_is_asked_to_choose_a_community(
    shop: Shop, annas: httpx.AsyncClient
) -> None:
    sign_in = VkSignIn(user_id=shop.user_id, sealed_token="x", device_id="d", first_name="Анна")
    await shop.state.database.write(connections.save_vk, sign_in, shop.state.desk.clock())
    page = await page_at(annas, "/connections")
    assert "Осталось выбрать сообщество" in page.text
    assert page.links["Выбрать"] == "/vk/community"


async def test_whoever_signed_in_is_led_to_sign_in_again(ground: Ground, sqlite_url: str) -> None:
    ground.configured["vk_client_id"] = VK_CLIENT_ID
    async with ground.opened(sqlite_url) as state:
        app = make_app()
        app.state.evosync = state
        person = await add_person(state, "anna@tea.example")
        shop = Shop(state, person.id)
        sign_in = VkSignIn(user_id=person.id, sealed_token="x", device_id="d", community_id=77)
        await state.database.write(connections.save_vk, sign_in, state.desk.clock())
        await find(shop, "connection_broken")
        async with browser(app, person) as client:
            page = await page_at(client, "/connections")
    assert page.links["Войти в VK"] == "/vk/connect"


@pytest.mark.parametrize(
    ("evotor", "vk", "offered", "sentence"),
    [
        pytest.param(None, None, ["/evotor", "/vk"], "Начните с кассы", id="both"),
        pytest.param(GREEN, None, ["/vk"], "Касса подключена.", id="VK"),
        pytest.param(None, RED, ["/evotor"], "Осталось подключить кассу", id="the till"),
        pytest.param(RED, GREEN, [], "Все доступные сервисы подключены", id="nothing"),
    ],
)
async def test_what_is_not_connected_is_offered(
    evotor: str | None,
    vk: str | None,
    offered: list[str],
    sentence: str,
    shop: Shop,
    annas: httpx.AsyncClient,
) -> None:
    await shop.connect(evotor, vk)
    answer = await annas.get("/connections/add")
    assert sentence in answer.text
    buttons = re.findall(r'<a class="btn btn-(\S+) mt-auto"\s+href="([^"]+)"', answer.text)
    assert [place for _, place in buttons] == offered
    assert [look for look, _ in buttons if look == "primary"] == ["primary"][: len(offered)]
    assert read_page(answer.text).links["Вернуться к подключениям"] == "/connections"
