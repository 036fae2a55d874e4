from math import ceil
from typing import Literal

import httpx
import pytest
import respx

from evosync.catalog.product import BadRow, Product
from evosync.evotor.api import MAX_BARREN_PAGES, MAX_PAGES, EvotorApi
from evosync.evotor.failures import Refused, Unread
from evosync.sandbox.evotor.cloud import EvotorCloud
from evosync.sandbox.shop import LESNAYA_ID, UNPAID_ID
from tests.evotor.stand import Hours, answer, sent, store_of

STORE_ID = "20240912-5A1C-4031-80B7-6E0F2D9A4C11"
PRODUCTS = f"/stores/{STORE_ID}/products"


def row(product_id: str, name: object = "Сенча") -> dict[str, object]:
    return {"id": product_id, "name": name}


async def read_ids(api: EvotorApi, store_id: str = STORE_ID) -> list[str | None]:
    return [product.id async for page in api.products(store_id) for product in page]


async def test_a_later_page_is_asked_for_by_its_cursor_alone_and_encoded(
    api: EvotorApi, evotor: respx.MockRouter
) -> None:
    evotor.get(PRODUCTS).mock(
        side_effect=[answer(row("a"), cursor="Ac+7/z&since=1=="), answer(row("b"))]
    )

    assert await read_ids(api) == ["a", "b"]
    first, second = sent(evotor)
    assert first.url.query == b""
    assert second.url.query == b"cursor=Ac%2B7%2Fz%26since%3D1%3D%3D"


async def test_a_bare_array_is_a_list(api: EvotorApi, evotor: respx.MockRouter) -> None:
    evotor.get(PRODUCTS).respond(json=[row("a"), row("b")])

    assert await read_ids(api) == ["a", "b"]


async def test_a_row_on_two_pages_is_read_once(api: EvotorApi, evotor: respx.MockRouter) -> None:
    evotor.get(PRODUCTS).mock(
        side_effect=[answer(row("a"), row("b"), cursor="1"), answer(row("b"), row("c"), row("c"))]
    )

    assert await read_ids(api) == ["a", "b", "c"]


async def test_rows_without_an_id_are_not_taken_for_one(
    api: EvotorApi, evotor: respx.MockRouter
) -> None:
    evotor.get(PRODUCTS).mock(return_value=answer({"name": "x"}, {"name": "y"}))

    assert await read_ids(api) == [None, None]


async def test_a_bad_row_costs_itself_and_not_its_page(
    api: EvotorApi, evotor: respx.MockRouter
) -> None:
    evotor.get(PRODUCTS).mock(return_value=answer(row("a"), row("b", name=7), 5, row("c")))

    (page,) = [page async for page in api.products(STORE_ID)]

    assert [type(read) for read in page] == [Product, BadRow, BadRow, Product]


@pytest.mark.parametrize(
    "cursors",
    [pytest.param(["1", "1"], id="same again"), pytest.param(["1", "2", "1"], id="in a circle")],
)
async def test_a_repeated_cursor_ends_the_list_as_not_whole(
    api: EvotorApi, evotor: respx.MockRouter, cursors: list[str]
) -> None:
    evotor.get(PRODUCTS).mock(side_effect=[answer(row(it), cursor=it) for it in cursors])

    with pytest.raises(Unread) as caught:
        await read_ids(api)

    assert caught.value.why == "список Эвотора идёт по кругу"
    assert api.requests == len(cursors)


async def test_a_list_without_an_end_is_given_up(api: EvotorApi, evotor: respx.MockRouter) -> None:
    evotor.get(PRODUCTS).mock(
        side_effect=lambda _: answer(row(str(api.requests)), cursor=str(api.requests))
    )

    with pytest.raises(Unread) as caught:
        await read_ids(api)

    assert caught.value.why == "список Эвотора не кончается"
    assert api.requests == MAX_PAGES


@pytest.mark.parametrize("rows", [[], [row("a")]], ids=["empty", "known"])
async def test_pages_that_bring_nothing_new_are_soon_given_up(
    api: EvotorApi, evotor: respx.MockRouter, rows: list[object]
) -> None:
    evotor.get(PRODUCTS).mock(side_effect=lambda _: answer(*rows, cursor=str(api.requests)))

    with pytest.raises(Unread) as caught:
        await read_ids(api)

    assert caught.value.why == "список Эвотора не кончается"
    assert api.requests == MAX_BARREN_PAGES + len(rows)


async def test_a_few_empty_pages_are_no_end(api: EvotorApi, evotor: respx.MockRouter) -> None:
    empty = [answer(cursor=str(number)) for number in range(MAX_BARREN_PAGES - 1)]
    evotor.get(PRODUCTS).mock(
        side_effect=[*empty, answer(row("a"), cursor="a"), answer(cursor="b"), answer(row("b"))]
    )

    assert await read_ids(api) == ["a", "b"]


@pytest.mark.parametrize("rows", [[{"name": "x"}], [{"id": "S-1", "name": 7}], ["S-1"]])
async def test_a_list_of_stores_is_whole_or_not_read(
    api: EvotorApi, evotor: respx.MockRouter, rows: list[object]
) -> None:
    evotor.get("/stores").mock(return_value=answer({"id": "S-0"}, *rows))

    with pytest.raises(Unread) as caught:
        await api.stores()

    assert caught.value.message == "Нет связи с Эвотором: список магазинов не разобрать."


async def test_a_product_is_read_by_its_id(api: EvotorApi, evotor: respx.MockRouter) -> None:
    evotor.get(f"{PRODUCTS}/a%2F1").respond(json={"id": "a/1", "name": "Сенча", "price": 1.1})

    read = await api.product(STORE_ID, "a/1")

    assert read == Product(id="a/1", store_id=STORE_ID, name="Сенча", type=None, price=1_10)


async def test_a_product_that_is_not_there_is_none(
    api: EvotorApi, evotor: respx.MockRouter
) -> None:
    evotor.get(f"{PRODUCTS}/a").respond(404, json={})

    assert await api.product(STORE_ID, "a") is None


async def test_a_single_answer_that_is_no_row_is_asked_for_again(
    api: EvotorApi, evotor: respx.MockRouter, hours: Hours
) -> None:
    evotor.get(f"{PRODUCTS}/a").mock(
        side_effect=[httpx.Response(200, text="OK"), httpx.Response(200, json=row("a"))]
    )

    assert isinstance(await api.product(STORE_ID, "a"), Product)
    assert hours.slept_s == [1]


@pytest.mark.parametrize("last_paging", ["empty", "absent", "null"])
@pytest.mark.parametrize("page_size", [1, 7, 1000])
async def test_the_shop_is_read_whole_in_pages_of_any_size(
    shop_api: EvotorApi,
    cloud: EvotorCloud,
    page_size: int,
    last_paging: Literal["empty", "absent", "null"],
) -> None:
    cloud.knobs.page_size, cloud.knobs.last_paging = page_size, last_paging
    store = store_of(cloud, LESNAYA_ID)

    groups = [group.id async for page in shop_api.product_groups(LESNAYA_ID) for group in page]

    assert sorted(filter(None, await read_ids(shop_api, LESNAYA_ID))) == sorted(store.products)
    assert sorted(filter(None, groups)) == sorted(store.groups)


async def test_a_strict_cloud_takes_our_requests(shop_api: EvotorApi, cloud: EvotorCloud) -> None:
    knobs = cloud.knobs
    knobs.strict_accept = knobs.strict_auth = knobs.strict_content_type = knobs.strict_since = True
    knobs.page_size = 2

    assert len(await shop_api.stores()) == 3
    assert shop_api.requests == cloud.requests == 2


async def test_an_unpaid_store_refuses(shop_api: EvotorApi) -> None:
    with pytest.raises(Refused) as caught:
        await read_ids(shop_api, UNPAID_ID)

    assert caught.value.status == 402


@pytest.mark.parametrize("send_retry_after", [False, True], ids=["Reset only", "Retry-After"])
@pytest.mark.parametrize("reset_unit", ["seconds", "epoch"])
async def test_the_quota_of_the_cloud_is_waited_for(
    shop_api: EvotorApi,
    cloud: EvotorCloud,
    hours: Hours,
    reset_unit: Literal["seconds", "epoch"],
    send_retry_after: bool,
) -> None:
    knobs = cloud.knobs
    knobs.reset_unit, knobs.send_retry_after = reset_unit, send_retry_after
    knobs.rate_limit, knobs.rate_window_s = 2, 20
    products = len(store_of(cloud, LESNAYA_ID).products)
    knobs.page_size = ceil(products / 5)

    assert len(await read_ids(shop_api, LESNAYA_ID)) == products
    assert hours.slept_s == [20, 20]
