import asyncio

import httpx
import pytest
import respx
import structlog

from evosync.catalog.snapshot import ReadingState, Snapshot
from evosync.engine.ports import Source
from evosync.errors import NeedsPerson, TryLater
from evosync.evotor.api import EvotorApi
from evosync.evotor.source import EvotorSource
from evosync.sandbox.evotor.cloud import EvotorCloud
from evosync.sandbox.shop import LESNAYA_ID, MIRA_ID, UNPAID_ID
from tests.evotor.stand import answer, sent, store_of


async def test_the_shop_is_read_store_by_store(shop: Source, cloud: EvotorCloud) -> None:
    snapshot = await shop.fetch()

    lesnaya, mira, unpaid = snapshot.readings
    assert [reading.store.id for reading in snapshot.readings] == [LESNAYA_ID, MIRA_ID, UNPAID_ID]
    assert (lesnaya.state, mira.state) == (ReadingState.WHOLE, ReadingState.WHOLE)
    assert len(lesnaya.groups) == len(store_of(cloud, LESNAYA_ID).groups)
    read = {product.id for product in lesnaya.products} | {row.id for row in lesnaya.bad_rows}
    assert read == set(store_of(cloud, LESNAYA_ID).products)
    assert [row.field for row in lesnaya.bad_rows] == ["name"]
    assert {product.id for product in mira.products} == set(store_of(cloud, MIRA_ID).products)
    assert (unpaid.state, unpaid.reason) == (ReadingState.NOT_PAID, "приложение не оплачено")
    assert (unpaid.groups, unpaid.products) == ((), ())
    assert shop.requests == cloud.requests


async def test_without_the_right_to_stock_no_quantity_is_told(
    shop: Source, cloud: EvotorCloud
) -> None:
    cloud.knobs.stock_right = False

    lesnaya = (await shop.fetch()).readings[0]

    assert lesnaya.is_whole
    assert {product.quantity for product in lesnaya.products} == {None}


@pytest.mark.parametrize(
    ("broken", "reply", "state", "reason"),
    [
        pytest.param(
            "groups of A", httpx.Response(402), "not_paid", "приложение не оплачено", id="402"
        ),
        pytest.param(
            "products of A",
            httpx.Response(402),
            "not_paid",
            "приложение не оплачено",
            id="402 for products only",
        ),
        pytest.param(
            "groups of A",
            httpx.Response(403),
            "unreadable",
            "у приложения нет права читать магазины и товары",
            id="403",
        ),
        pytest.param(
            "groups of A",
            httpx.Response(404),
            "unreadable",
            "Эвотор не знает такого магазина",
            id="404",
        ),
        pytest.param(
            "groups of A",
            httpx.Response(500),
            "unreadable",
            "Эвотор ответил ошибкой 500",
            id="5xx",
        ),
        pytest.param(
            "products of A", httpx.Response(429), "partial", "Эвотор просит подождать", id="quota"
        ),
        pytest.param(
            "products of A",
            httpx.Response(200, content=b'{"items":[{"id":"A-1"},{"i'),
            "partial",
            "ответ Эвотора не разобрать",
            id="truncated",
        ),
    ],
)
async def test_a_store_that_fails_does_not_cost_the_other(
    lists: respx.MockRouter,
    source: Source,
    broken: str,
    reply: httpx.Response,
    state: str,
    reason: str,
) -> None:
    lists[broken].mock(return_value=reply)

    first, second = (await source.fetch()).readings

    assert (first.state, first.reason) == (state, reason)
    assert first.products == ()
    assert second.is_whole
    assert [product.id for product in second.products] == ["B-1"]


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        pytest.param(
            [answer({"id": "A-2"}, cursor="2")], "список Эвотора идёт по кругу", id="in a circle"
        ),
        pytest.param([httpx.Response(503)] * 3, "Эвотор ответил ошибкой 503", id="broken off"),
        pytest.param([httpx.Response(400)], "непонятный ответ (код 400)", id="cursor refused"),
    ],
)
async def test_pages_before_a_failure_are_kept(
    source: Source, lists: respx.MockRouter, ending: list[httpx.Response], reason: str
) -> None:
    lists["products of A"].mock(side_effect=[answer({"id": "A-1"}, cursor="2"), *ending])

    first, _ = (await source.fetch()).readings

    assert (first.state, first.reason) == (ReadingState.PARTIAL, reason)
    assert first.products[0].id == "A-1"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (httpx.Response(401), NeedsPerson),
        (httpx.Response(402), NeedsPerson),
        (httpx.Response(403), NeedsPerson),
        (httpx.Response(404), TryLater),
        (httpx.Response(429), TryLater),
        (httpx.Response(500), TryLater),
        (httpx.Response(200, text="<html>"), TryLater),
        (answer({"id": "A"}, cursor="same"), TryLater),
    ],
    ids=["401", "402", "403", "404", "429", "500", "HTML", "repeated cursor"],
)
async def test_a_list_of_stores_that_cannot_be_read_ends_the_reading(
    source: Source,
    lists: respx.MockRouter,
    reply: httpx.Response,
    error: type[NeedsPerson | TryLater],
) -> None:
    lists["stores"].mock(return_value=reply)

    with pytest.raises(error):
        await source.fetch()

    assert {request.url.path for request in sent(lists)} == {"/stores"}


async def test_a_token_that_dies_on_the_way_ends_the_reading(
    source: Source, lists: respx.MockRouter
) -> None:
    lists["products of B"].respond(401)

    with pytest.raises(NeedsPerson):
        await source.fetch()


async def test_an_account_without_stores_has_an_empty_snapshot(
    source: Source, lists: respx.MockRouter
) -> None:
    lists["stores"].mock(return_value=answer())

    assert await source.fetch() == Snapshot(readings=())


@pytest.mark.parametrize("parallel_stores", [1, 3])
async def test_stores_are_read_side_by_side_up_to_the_bound(
    api: EvotorApi, lists: respx.MockRouter, parallel_stores: int
) -> None:
    open_now: set[str] = set()
    most = 0

    async def groups(request: httpx.Request) -> httpx.Response:
        nonlocal most
        open_now.add(request.url.path)
        most = max(most, len(open_now))
        for _ in range(20):  # leave the other stores time to ask
            await asyncio.sleep(0)
        open_now.discard(request.url.path)
        return answer()

    store_ids = [f"S-{number}" for number in range(5)]
    lists["stores"].mock(return_value=answer(*({"id": store_id} for store_id in store_ids)))
    lists.get(path__regex=r"/stores/S-\d/product-groups").mock(side_effect=groups)
    lists.get(path__regex=r"/stores/S-\d/products").mock(return_value=answer())

    snapshot = await EvotorSource(api, parallel_stores=parallel_stores).fetch()

    assert [reading.store.id for reading in snapshot.readings] == store_ids
    assert most == parallel_stores


async def test_a_reading_is_one_line_in_the_log(source: Source, lists: respx.MockRouter) -> None:
    lists["products of A"].respond(402)

    with structlog.testing.capture_logs() as events:
        await source.fetch()

    told = [event for event in events if event["log_level"] != "debug"]
    assert told == [
        {
            "event": "store not read whole",
            "log_level": "warning",
            "store_id": "A",
            "state": "not_paid",
            "cause": "402",
        },
        {
            "event": "shop read",
            "log_level": "info",
            "stores": 2,
            "whole": 1,
            "products": 1,
            "bad_rows": 0,
            "requests": 5,
        },
    ]
