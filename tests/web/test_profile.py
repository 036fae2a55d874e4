"""The home page in every state that a shop can be in."""

import re

import httpx
import pytest

from evosync.catalog.problem import REASONS
from evosync.db import connections
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.runs import RunKind
from evosync.engine.report import RunStatus
from evosync.web.pages.profile import SHOWN_PROBLEMS
from evosync.web.reasons import SHOWN, WAITING
from evosync.web.state import AppState
from tests.builders import product
from tests.web.conftest import HandClock
from tests.web.people import Person, add_person
from tests.web.shop import COMMUNITY, GREEN, RED, SHOP, UNCHECKED, Shop
from tests.web.trade import Trade, card_of, told

THIN = "\u2009"
ICONS = {
    "success": "check-circle-fill",
    "warning": "exclamation-circle-fill",
    "danger": "x-circle-fill",
    "secondary": "dash-circle",
}
STATUSES = [
    (RunStatus.QUEUED, "secondary", "Запуск ждёт своей очереди.", "В очереди"),
    (RunStatus.RUNNING, "secondary", "Идёт запуск.", "Идёт"),
    (RunStatus.DONE, "success", "Всё работает: после последнего запуска VK равен кассе.", "Готово"),
    (
        *(RunStatus.PARTIAL, "warning"),
        *("Последний запуск сделал не всё: остальное — в следующий раз.", "Не всё"),
    ),
    (RunStatus.HELD, "warning", "Запуск ждёт вашего решения.", "Ждёт вас"),
    (RunStatus.PAUSED, "warning", "Запуск остановлен: нужно ваше участие.", "Ждёт вас"),
    (RunStatus.CANCELLED, "secondary", "Последний запуск отменён.", "Отменён"),
    (
        *(RunStatus.FAILED, "danger"),
        *("Последний запуск не удался: повторим по расписанию.", "Не вышло"),
    ),
]


@pytest.fixture
def shop(state: AppState, anna: Person) -> Shop:
    return Shop(state, anna.id)


async def page_of(client: httpx.AsyncClient) -> str:
    answer = await client.get("/profile")
    assert answer.status_code == 200
    return re.sub(r"[ \n]+", " ", answer.text)


def assert_state(page: str, kind: str, sentence: str) -> None:
    icon = f'<i class="bi bi-{ICONS[kind]} ink-{kind}" aria-hidden="true"></i>'
    assert f'<p class="mt-1 mb-0">{icon} {sentence}</p>' in page


def badge(kind: str, word: str) -> str:
    icon = f'<i class="bi bi-{ICONS[kind]}" aria-hidden="true"></i>'
    return f'<span class="state state-{kind}">{icon}{word}</span>'


async def test_with_nothing_connected_the_page_says_what_is_needed(
    annas: httpx.AsyncClient,
) -> None:
    page = await page_of(annas)
    assert_state(page, "secondary", "Пока ничего не подключено.")
    assert "<h1>Главная</h1>" in page
    assert "Нужны касса Эвотор, откуда берём товары, и ВКонтакте, куда их ставим." in page
    assert "Запусков ещё не было." in page
    assert "Ждут вас" not in page


@pytest.mark.parametrize(
    ("evotor", "vk", "kind", "sentence"),
    [
        pytest.param(GREEN, None, "warning", "Осталось подключить ВКонтакте.", id="no VK"),
        pytest.param(None, GREEN, "warning", "Осталось подключить Эвотор.", id="no till"),
        pytest.param(UNCHECKED, None, "warning", "Осталось подключить ВКонтакте.", id="new"),
        pytest.param(RED, None, "danger", "Нет связи: Эвотор.", id="till alone, red"),
        pytest.param(RED, GREEN, "danger", "Нет связи: Эвотор.", id="till red"),
        pytest.param(GREEN, RED, "danger", "Нет связи: ВКонтакте.", id="VK red"),
        pytest.param(RED, RED, "danger", "Нет связи: Эвотор.", id="both red"),
        pytest.param(UNCHECKED, RED, "danger", "Нет связи: ВКонтакте.", id="one unchecked"),
        pytest.param(UNCHECKED, UNCHECKED, "secondary", "Синхронизация выключена.", id="both new"),
        pytest.param(GREEN, GREEN, "secondary", "Синхронизация выключена.", id="both green"),
    ],
)
async def test_the_state_is_that_of_the_connections_first(
    evotor: str | None,
    vk: str | None,
    kind: str,
    sentence: str,
    shop: Shop,
    annas: httpx.AsyncClient,
) -> None:
    await shop.connect(evotor, vk)
    assert_state(await page_of(annas), kind, sentence)


async def test_a_broken_connection_is_told_even_while_runs_go_well(
    shop: Shop, annas: httpx.AsyncClient
) -> None:
    await shop.connect(GREEN, RED)
    await shop.switch_on()
    await shop.add_run(RunStatus.DONE)
    assert_state(await page_of(annas), "danger", "Нет связи: ВКонтакте.")


async def test_each_connection_shows_how_it_is(
    shop: Shop, annas: httpx.AsyncClient, clock: HandClock
) -> None:
    await shop.connect(UNCHECKED, UNCHECKED)
    page = await page_of(annas)
    assert page.count(badge("secondary", "Не проверялось")) == 2
    assert page.count("Ещё не проверялось") == 2
    assert f'<div class="text-break">Магазин «{SHOP}»</div>' in page
    assert f'<div class="text-break">Сообщество «{COMMUNITY}»</div>' in page
    await shop.connect(RED, GREEN)
    clock.move(minutes=5)
    page = await page_of(annas)
    assert page.count(badge("danger", "Сломано")) == 1
    assert page.count(badge("success", "В порядке")) == 1
    assert "Ключ больше не подходит." in page
    assert page.count('title="1 марта 2026, 15:00">5 минут назад</time>') == 2


async def test_connections_without_names_are_called_something(
    state: AppState, anna: Person, annas: httpx.AsyncClient, clock: HandClock
) -> None:
    shop = EvotorConnection(user_id=anna.id, sealed_token="x")
    community = VkSignIn(user_id=anna.id, community_id=77, sealed_token="x")
    await state.database.write(connections.save_evotor, shop, clock())
    await state.database.write(connections.save_vk, community, clock())
    page = await page_of(annas)
    assert "<h1>Магазин</h1>" in page
    assert "Сообщество 77" in page


@pytest.mark.parametrize(("status", "kind", "sentence", "word"), STATUSES)
async def test_the_last_run_is_told(
    status: RunStatus,
    kind: str,
    sentence: str,
    word: str,
    shop: Shop,
    annas: httpx.AsyncClient,
) -> None:
    await shop.connect(GREEN, GREEN)
    await shop.switch_on()
    await shop.add_run(status)
    page = await page_of(annas)
    assert_state(page, kind, sentence)
    assert badge(kind, word) in page


def test_no_status_is_forgotten() -> None:
    assert {status for status, *_ in STATUSES} == set(RunStatus)


async def test_before_the_first_run_it_is_announced(shop: Shop, annas: httpx.AsyncClient) -> None:
    await shop.connect(GREEN, GREEN)
    await shop.switch_on()
    assert_state(await page_of(annas), "secondary", "Первый запуск скоро начнётся.")


async def test_what_a_run_did_is_counted(
    shop: Shop, annas: httpx.AsyncClient, clock: HandClock
) -> None:
    await shop.add_run(RunStatus.PARTIAL, created=3, updated=12_000, failed=1, albums=7)
    clock.move(hours=2)
    page = await page_of(annas)
    numbers = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert numbers == {"новых": "3", "изменено": f"12{THIN}000", "скрыто": "0", "ошибок": "1"}
    assert "2 часа назад</time>" in page


async def test_while_a_run_goes_on_the_numbers_are_those_of_the_one_before(
    shop: Shop, annas: httpx.AsyncClient
) -> None:
    await shop.connect(GREEN, GREEN)
    await shop.switch_on()
    await shop.add_run(RunStatus.RUNNING)
    page = await page_of(annas)
    assert "Ещё не закончен." in page
    assert "<dt>" not in page
    await shop.add_run(RunStatus.DONE, created=4)
    await shop.add_run(RunStatus.RUNNING)
    page = await page_of(annas)
    assert_state(page, "secondary", "Идёт запуск.")
    assert badge("success", "Готово") in page
    assert "<dt>новых</dt><dd>4</dd>" in page


@pytest.mark.parametrize("kind", [RunKind.PREVIEW, RunKind.READING])
async def test_only_a_run_that_mirrors_makes_vk_equal_to_the_till(
    kind: RunKind, shop: Shop, annas: httpx.AsyncClient
) -> None:
    await shop.connect(GREEN, GREEN)
    await shop.switch_on()
    await shop.add_run(RunStatus.DONE, kind, created=9)
    page = await page_of(annas)
    assert "VK равен кассе" not in page
    assert "<dd>9</dd>" not in page
    await shop.add_run(RunStatus.FAILED)
    await shop.add_run(RunStatus.DONE, kind, created=9)
    assert_state(
        await page_of(annas), "danger", "Последний запуск не удался: повторим по расписанию."
    )


def listed(page: str) -> list[tuple[str, str, str]]:
    """Read the problems of a page: which of the four states, the sentence, how many."""
    row = r'ink-(\w+)" aria-hidden="true"></i>\s*<span class="flex-grow-1">(.*?)</span>\s*'
    return re.findall(row + r'<strong class="number">(.*?)</strong>', page)


async def test_what_waits_is_counted_the_most_frequent_first(
    shop: Shop, annas: httpx.AsyncClient
) -> None:
    await shop.add_problems(no_price=2, not_for_sale=12, vk_rejected=5, stock_unknown=40)
    assert listed(await page_of(annas)) == [
        ("danger", "VK отклонил товар", "5"),
        ("warning", "В Эвоторе не указана цена", "2"),
    ]


async def test_notes_and_what_is_as_it_should_be_wait_for_nobody(
    shop: Shop, annas: httpx.AsyncClient
) -> None:
    await shop.add_problems(**dict.fromkeys(REASONS.keys() - WAITING, 3))
    assert "Ждут вас" not in await page_of(annas)


async def test_only_the_most_frequent_problems_are_shown(
    shop: Shop, annas: httpx.AsyncClient
) -> None:
    codes = sorted(WAITING)
    await shop.add_problems(**{code: len(codes) - place for place, code in enumerate(codes)})
    shown = listed(await page_of(annas))
    assert len(shown) == SHOWN_PROBLEMS
    counts = [int(count) for _, _, count in shown]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == len(codes)


async def test_nothing_of_another_shop_is_shown(
    state: AppState, anna: Person, annas: httpx.AsyncClient
) -> None:
    boris = await add_person(state, "boris@coffee.example")
    theirs = Shop(state, boris.id)
    await theirs.connect(RED, GREEN)
    await theirs.switch_on()
    await theirs.add_run(RunStatus.FAILED, failed=33)
    await theirs.add_problems(no_price=44)
    page = await page_of(annas)
    assert_state(page, "secondary", "Пока ничего не подключено.")
    for foreign in (SHOP, COMMUNITY, "33", "44", "Не вышло", SHOWN["no_price"].told):
        assert f">{foreign}<" not in page
    assert listed(page) == []


async def test_the_goods_are_counted_and_what_waits_leads_to_them(
    state: AppState, anna: Person, annas: httpx.AsyncClient
) -> None:
    trade = Trade(state, anna.id)
    sold, free = product(), product("free", name="Бесплатный", price=None)
    await trade.open(sold, free)
    await trade.publish(card_of(state, sold))
    await trade.tell(told("no_price", "free", "Бесплатный"))
    await trade.shop.add_run(RunStatus.DONE)
    page = await page_of(annas)
    big = re.findall(r'<span class="number-big d-block">(.*?)</span>', page)
    assert big == ["2", "2", "1", "1"]
    assert "Вашего решения ждёт 1\u00a0товар." in page
    assert 'href="/problems">Разобрать 1\u00a0товар</a>' in page
    assert 'href="/problems?code=no_price"' in page
    assert re.search(r'href="/runs/\d+">Подробнее</a>', page)
    assert 'action="/sync/run"' in page
    await trade.set(enabled=False)
    assert 'action="/sync/run"' not in await page_of(annas)
