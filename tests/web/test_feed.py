"""The file with goods: whoever knows its link has it, and nobody else; no log has the link."""

import gzip
from collections.abc import Awaitable, Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import httpx
import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from evosync.db import pictures, selection, sync
from evosync.db.account_changes import set_status
from evosync.db.accounts import UserStatus
from evosync.db.tables.connections import evotor_connections
from evosync.web.feed_card import SECRET_BYTES
from evosync.web.pages.sync_feed import UNCLEAR
from evosync.web.state import AppState
from tests import builders
from tests.builders import item, product, snapshot, store, store_reading
from tests.readings import save_snapshot
from tests.web.conftest import HandClock
from tests.web.ends import Ends
from tests.web.people import Person
from tests.web.trade import Trade

Stock = Callable[..., Awaitable[None]]


@pytest.fixture
async def stock(state: AppState, anna: Person) -> Stock:
    """Give a hand that puts goods into Anna's till, as the last reading found them."""

    async def put(**prices: int) -> None:
        now, write = state.desk.clock(), state.database.write
        read = snapshot(*(product(key, name=key, price=each) for key, each in prices.items()))
        await write(save_snapshot, anna.id, read, now)
        await write(selection.switch_all, anna.id, is_on=True, now=now)

    return put


async def link(annas: httpx.AsyncClient) -> str:
    """Take the link from the card."""
    card = (await annas.post("/sync/feed", data={"on": "1"}, headers={"HX-Request": "true"})).text
    return card.partition('id="feed-url">')[2].partition("<")[0]


def names(answer: httpx.Response) -> list[str | None]:
    return [each.text for each in ET.fromstring(answer.content).iter("name")][1:]  # noqa: S314


async def test_whoever_knows_the_link_has_the_file(
    annas: httpx.AsyncClient, stranger: httpx.AsyncClient, stock: Stock
) -> None:
    await stock(Assam=100, Sencha=200)
    address = await link(annas)
    assert address.startswith("http://evosync.test/feed/")
    assert len(address.partition("/feed/")[2]) >= SECRET_BYTES
    answer = await stranger.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    assert names(answer) == ["Assam", "Sencha"]
    plain = await stranger.get(address, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content
    looked = await stranger.head(address)
    assert (looked.status_code, looked.content) == (200, b"")
    assert looked.headers["etag"] == answer.headers["etag"]


async def test_its_picture_is_there_for_anybody(
    annas: httpx.AsyncClient, stranger: httpx.AsyncClient, stock: Stock, state: AppState
) -> None:
    await stock(Assam=100)
    root = ET.fromstring((await stranger.get(await link(annas))).content)  # noqa: S314
    picture = await stranger.get(root.findtext("shop/offers/offer/picture") or "")
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content == state.opened.pictures[state.opened.photo]


async def test_who_has_the_file_already_is_told_so_until_the_goods_are_others(
    annas: httpx.AsyncClient, stranger: httpx.AsyncClient, stock: Stock, clock: HandClock
) -> None:
    await stock(Assam=100)
    address = await link(annas)
    first = await stranger.get(address)
    known = {"If-None-Match": first.headers["etag"]}
    since = {"If-Modified-Since": first.headers["last-modified"]}
    clock.move(hours=1)
    await stock(Assam=100)  # read anew, and nothing is other
    for headers in (known, since):
        again = await stranger.get(address, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
    await stock(Assam=777)
    for headers in (known, since, {"If-Modified-Since": "yesterday"}, {"If-None-Match": '"x"'}):
        assert (await stranger.get(address, headers=headers)).status_code == 200


async def test_a_twin_that_was_linked_and_a_new_name_of_the_shop_are_in_the_next_file(
    annas: httpx.AsyncClient, stranger: httpx.AsyncClient, state: AppState, anna: Person
) -> None:
    trade = Trade(state, anna.id)
    twins = [
        store_reading(replace(product(key), store_id=at), store=store(at))
        for key, at in (("p1", "s1"), ("p2", "s2"))
    ]
    await trade.open(*twins)
    address = await link(annas)

    async def file() -> tuple[str | None, list[str | None]]:
        shop = ET.fromstring((await stranger.get(address)).content)[0]  # noqa: S314
        return shop.findtext("name"), [each.get("id") for each in shop.iter("offer")]

    assert await file() == ("Чайная на Садовой", ["p1"])
    await trade.publish((builders.link("p2", 5), item(5, product_id="p2")))
    assert await file() == ("Чайная на Садовой", ["p2"])
    named = update(evotor_connections).values(store_name="Сад")
    await state.database.write(lambda tx: tx.execute(named))
    assert await file() == ("Сад", ["p2"])


async def test_off_renewed_or_suspended_it_is_no_file_any_more(
    annas: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    stock: Stock,
    state: AppState,
    anna: Person,
) -> None:
    await stock(Assam=100)
    first = await link(annas)
    await annas.post("/sync/feed", data={"on": "0"})
    assert (await stranger.get(first)).status_code == 404
    assert await link(annas) == first  # off and on again it is the same
    await annas.post("/sync/feed", data={"renew": "1"})
    second = await link(annas)
    assert ((await stranger.get(first)).status_code, second == first) == (404, False)
    assert (await stranger.get(second)).status_code == 200
    await state.database.write(set_status, anna.id, UserStatus.SUSPENDED, state.desk.clock())
    gone = await stranger.get(second)
    assert (gone.status_code, gone.headers["content-type"]) == (404, "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "path", ["x.yml", f"{'я' * 300}.yml", "%00.yml", "%ff%fe.yml", "' OR 1=1.yml", "pictures/x.jpg"]
)
async def test_a_link_of_nobodys_leads_nowhere(path: str, stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get(f"/feed/{path}")
    assert answer.status_code == 404
    assert answer.text == "Такой ссылки нет.\n"


async def test_no_log_holds_the_link(
    annas: httpx.AsyncClient, stranger: httpx.AsyncClient, ends: Ends
) -> None:
    address = await link(annas)
    secret = address.rpartition("/")[2].removesuffix(".yml")
    with capture_logs() as events:
        await stranger.get(address)
        await stranger.post(address)
    assert [event["path"] for event in events if "path" in event] == ["/feed/***", "/feed/***"]
    assert secret not in str(events)
    assert secret not in str(await ends.acts())


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param("", UNCLEAR, id="nothing"),
        pytest.param("on=2", UNCLEAR, id="neither yes nor no"),
        pytest.param("on=1&on=0", UNCLEAR, id="both"),
        pytest.param("on=1&renew=1", UNCLEAR, id="two wishes"),
        pytest.param("renew=0", UNCLEAR, id="no wish"),
        pytest.param("renew=1", "Сначала включите файл с товарами.", id="nothing to renew"),
    ],
)
async def test_what_cannot_be_meant_changes_nothing(
    body: str, told: str, annas: httpx.AsyncClient, ends: Ends
) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await annas.post("/sync/feed", content=body, headers=form | {"HX-Request": "true"})
    assert told in answer.text
    assert "Выключен" in answer.text
    assert await ends.acts() == []


async def test_what_was_done_is_written_down_once(annas: httpx.AsyncClient, ends: Ends) -> None:
    for form in ({"on": "1"}, {"on": "1"}, {"renew": "1"}, {"on": "0"}, {"on": "0"}):
        answer = await annas.post("/sync/feed", data=form)
        assert answer.status_code == 303
    assert [act.action for act in await ends.acts()] == [
        "feed.switched_on",
        "feed.renewed",
        "feed.switched_off",
    ]


async def test_a_file_switched_on_elsewhere_is_given_a_link_by_hand(
    annas: httpx.AsyncClient, state: AppState, anna: Person
) -> None:
    async with state.database.read() as tx:
        config = await sync.get_config(tx, anna.id)
    await state.database.write(sync.save_config, replace(config, feed=True), state.desk.clock())
    hx = {"HX-Request": "true"}
    assert "Создать ссылку" in (await annas.post("/sync/feed", data={}, headers=hx)).text
    made = await annas.post("/sync/feed", data={"renew": "1"}, headers=hx)
    assert "http://evosync.test/feed/" in made.text


async def test_a_file_packed_is_what_it_is_unpacked(
    annas: httpx.AsyncClient, state: AppState, anna: Person, stock: Stock
) -> None:
    await stock(Assam=100)
    file = await state.feeds.get(state.opened, anna.id)
    assert b"Assam" in gzip.decompress(file.packed)


async def test_the_owners_own_picture_is_there_while_the_file_is_on(
    annas: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    stock: Stock,
    state: AppState,
    anna: Person,
) -> None:
    await stock(Assam=100)
    body, now = b"\x89PNG a teapot", state.desk.clock()
    await state.database.write(pictures.save_picture, anna.id, body, "image/png", now)
    root = ET.fromstring((await stranger.get(await link(annas))).content)  # noqa: S314
    address = root.findtext("shop/offers/offer/picture") or ""
    picture = await stranger.get(address)
    assert (picture.content, picture.headers["content-type"]) == (body, "image/png")
    await annas.post("/sync/feed", data={"on": "0"})
    assert (await stranger.get(address)).status_code == 404
