"""The goods in VK: what the pages say of each card, and pictures that come by way of us."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import insert

from evosync.catalog.item import Album, AlbumLink, Availability
from evosync.db import links
from evosync.db.links import Place
from evosync.db.tables.market import product_links
from evosync.db.types import Tx
from evosync.web.assets import FOLDER
from evosync.web.market_face import NO_PICTURE
from evosync.web.state import AppState
from tests.builders import item, reading
from tests.readings import save_market
from tests.web.conftest import HandClock
from tests.web.counting import counted
from tests.web.ends import Ends, page_at, page_of
from tests.web.outside import Outside
from tests.web.people import Person, add_person
from tests.web.shop import GREEN, RED, Shop

ALBUMS = "/vk-catalog/albums"
ALL = f"{ALBUMS}/all/products"
OUTSIDE = "https://sandbox.test/vk/picture"
Read = Callable[..., Awaitable[Place]]


@pytest.fixture
async def read(state: AppState, anna: Person) -> Read:
    """Give a hand that connects Anna's community, and lets it have been read."""

    async def put(*items: Any, person: Person = anna, colour: str = GREEN, **rest: Any) -> Place:
        await Shop(state, person.id).connect(evotor=None, vk=colour)
        place = Place(user_id=person.id, community_id=7000 + person.id)
        read = reading(*items, **rest)
        await state.database.write(
            save_market, person.id, place.community_id, read, state.desk.clock()
        )
        return place

    return put


async def take_over(state: AppState, place: Place, *item_ids: int) -> None:
    """Link items to products of ours."""
    now = state.desk.clock()
    rest = {"text_is_theirs": False, "written_is_hidden": False, "repeats": {}, "state": "live"}
    rows = [
        {"product_id": f"p/{number} ?", "item_id": number, "store_ids": ["s&1"]}
        | {**place.values(), **rest, "created_at": now, "updated_at": now}
        for number in item_ids
    ]

    async def work(tx: Tx) -> None:
        await tx.execute(insert(product_links), rows)

    await state.database.write(work)


async def test_it_says_what_is_missing_before_there_is_anything_to_show(
    annas: httpx.AsyncClient, state: AppState, anna: Person
) -> None:
    assert "Сообщество VK не подключено" in (await page_at(annas, ALBUMS)).text
    assert (await annas.get(ALL)).headers["location"] == ALBUMS
    # A page that showed a reading when it was disconnected gets what stands there now.
    asked = await annas.get(f"{ALBUMS}?part=reading", headers={"HX-Request": "true"})
    assert asked.headers["hx-retarget"] == asked.headers["hx-reselect"] == "main > div"
    await Shop(state, anna.id).connect(evotor=None, vk=GREEN)
    page = await page_at(annas, ALBUMS)
    assert "Сообщество ещё не читали" in page.text
    assert page.links["Открыть витрину"] == f"https://vk.com/market-{7000 + anna.id}"
    assert "Здесь нет товаров" in (await page_at(annas, ALL)).text


async def test_the_albums_of_ours_stand_apart_from_the_owners_own(
    annas: httpx.AsyncClient, state: AppState, read: Read, clock: HandClock
) -> None:
    tea, own = Album(album_id=1, title="Чай", count=36), Album(album_id=2, title="Акции", count=7)
    rows = [item(1), item(2, rejected="нет", album_ids=frozenset({1})), item(3, product_id=None)]
    place = await read(*rows, albums=(tea, own))
    await take_over(state, place, 1, 2)
    made = AlbumLink(key="чай", album_id=1, title="Чай", is_made=True)
    await state.database.write(links.save_album_links, place, [made], clock())
    clock.move(minutes=5)
    page = await page_at(annas, ALBUMS)
    assert "VK отклонил 1 товар. 2 товара ведёт EvoSync, ещё 1 товар — ваши." in page.text
    assert "Прочитали 5 минут назад." in page.text
    ours, _, others = page.text.partition("Ваши подборки")
    assert ("Чай 36 товаров" in ours, "Акции 7 товаров" in others) == (True, True)
    assert page.links["Без подборки 2"] == f"{ALBUMS}/none/products"
    assert page.links["Чай"] == f"{ALBUMS}/1/products"


async def test_where_nothing_is_ours_all_is_the_owners(
    annas: httpx.AsyncClient, read: Read
) -> None:
    await read(item(1))
    text = (await page_at(annas, ALBUMS)).text
    assert "1 товар в сообществе: все ваши, EvoSync их не меняет." in text
    assert "Подборок в сообществе пока нет." in text


async def test_a_broken_connection_is_said_first(annas: httpx.AsyncClient, read: Read) -> None:
    await read(item(1), colour=RED)
    text = (await page_at(annas, ALBUMS)).text
    assert "Ключ больше не подходит. 1 товар в сообществе: все ваши" in text


async def test_a_card_leads_to_why_it_is_as_it_is_and_to_vk(
    annas: httpx.AsyncClient, state: AppState, read: Read, anna: Person
) -> None:
    long = "Чай " * 40
    place = await read(
        item(1, title=long, price=234_50),
        item(2, title="Мой", price=None, stock=None, availability=Availability.UNAVAILABLE),
    )
    await take_over(state, place, 1)
    page = await page_at(annas, ALL)
    assert long.strip() in page.text
    assert "234,50 ₽" in page.text
    assert "На витрине" in page.text
    assert "Не на витрине" in page.text
    assert page.links["EvoSync"] == "/problems/p~2F1~20~3F?store=s%261"
    vk = f"https://vk.com/market-{place.community_id}?w=product-{place.community_id}_1"
    assert page.links["Открыть в VK"] == vk


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        pytest.param("?part=ours", "Всего: 1", id="ours"),
        pytest.param("?part=anything&page=-1", "Всего: 3", id="what is no part, and no page"),
        pytest.param("?page=999999999999", "Всего: 3", id="beyond every page"),
        pytest.param("?page=7", "Такой страницы в списке нет", id="beyond the last page"),
        pytest.param("?q=100%25", "Всего: 1", id="a percent sign"),
        pytest.param("?q=_%27\\&part=rejected", "Ничего не нашлось", id="signs"),
        pytest.param(f"?q={'я' * 10_000}", "Ничего не нашлось", id="very long"),
        pytest.param("?q=%F0%9F%AB%96&q=2", "Ничего не нашлось", id="twice"),
    ],
)
async def test_whatever_is_asked_for_has_an_answer(
    query: str, shown: str, annas: httpx.AsyncClient, state: AppState, read: Read
) -> None:
    place = await read(item(1, title="100% арабика"), item(2, title="1000 мелочей"), item(3))
    await take_over(state, place, 2)
    assert shown in (await page_at(annas, f"{ALL}{query}")).text


async def test_a_page_asks_as_often_for_300_cards_as_for_one(
    annas: httpx.AsyncClient, state: AppState, read: Read
) -> None:
    counts = []
    for many in (1, 300):
        albums = tuple(Album(album_id=n, title=f"№ {n}") for n in range(1, many % 100 + 1))
        await read(*(item(n, title=f"Чай {n}") for n in range(1, many + 1)), albums=albums)
        with counted(state.database) as asked:
            for path in (ALBUMS, ALL):
                await page_at(annas, path)
        counts.append(len(asked))
    assert counts[0] == counts[1]


async def test_a_picture_comes_by_way_of_us(
    annas: httpx.AsyncClient, outside: Outside, read: Read
) -> None:
    outside.world.vk.state.pictures["aa"] = b"a teapot"
    address = f"{OUTSIDE}/aa.jpg"
    await read(
        item(1, thumb_url=address), albums=(Album(album_id=2, title="А", thumb_url=address),)
    )
    for path in ("item/1", "album/2"):
        answer = await annas.get(f"/vk-catalog/pictures/{path}")
        assert (answer.content, answer.headers["content-type"]) == (b"a teapot", "image/jpeg")
        assert answer.headers["cache-control"].startswith("private")
    assert outside.vk.addresses.count("/vk/picture/aa.jpg") == 1


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(None, id="no picture"),
        pytest.param(f"{OUTSIDE}/bb.jpg", id="not there"),
        pytest.param("https://evil.test/a.jpg", id="on another host"),
    ],
)
async def test_in_place_of_a_missing_picture_stands_ours(
    address: str | None, annas: httpx.AsyncClient, outside: Outside, read: Read
) -> None:
    await read(item(1, thumb_url=address))
    answer = await annas.get("/vk-catalog/pictures/item/1")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.content == (FOLDER / NO_PICTURE).read_bytes()


async def test_what_is_anothers_is_not_there(
    annas: httpx.AsyncClient, state: AppState, read: Read
) -> None:
    boris = await add_person(state, "boris@tea.example", name="Борис")
    thumb = f"{OUTSIDE}/aa.jpg"
    await read(item(5, thumb_url=thumb), albums=(Album(album_id=6, title="Борис"),), person=boris)
    await read(item(1))
    for path in ("pictures/item/5", "pictures/album/6", "pictures/other/1", "albums/6/products"):
        assert (await annas.get(f"/vk-catalog/{path}")).status_code == 404


async def test_it_is_read_at_once_when_asked_for(annas: httpx.AsyncClient, ends: Ends) -> None:
    await Shop(ends.state, ends.person.id).connect(evotor=None, vk=GREEN)
    answer = await annas.post("/catalog/refresh", data={"next": ALBUMS})
    assert answer.headers["location"] == ALBUMS
    assert page_of(await annas.get(ALBUMS)).text
    await ends.settled()
    assert "Прочитать не получилось" in (await page_at(annas, ALBUMS)).text
