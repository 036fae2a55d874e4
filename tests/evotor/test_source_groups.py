"""Groups that goods name and the list of groups lacks are asked for once more."""

import httpx
import pytest
import respx

from evosync.catalog.snapshot import StoreReading
from evosync.engine.ports import Source
from evosync.sandbox.evotor.cloud import EvotorCloud
from evosync.sandbox.shop import LESNAYA_ID
from tests.evotor.stand import answer, store_of

SENCHA = {"id": "sencha", "name": "Сенча", "parent_id": "tea"}
TEA = {"id": "tea", "name": "Чай"}


async def the_only(source: Source) -> StoreReading:
    (reading,) = (await source.fetch()).readings
    return reading


@pytest.fixture
def one_store(lists: respx.MockRouter) -> respx.MockRouter:
    """Give a store whose list of groups is empty, with one product of the group "tea"."""
    lists["stores"].mock(return_value=answer({"id": "A", "name": "A"}))
    lists["groups of A"].mock(return_value=answer())
    lists["products of A"].mock(return_value=answer(SENCHA))
    return lists


async def test_a_group_that_a_list_left_out_is_read_all_the_same(
    shop: Source, cloud: EvotorCloud
) -> None:
    before = await shop.fetch()
    quiet = shop.requests
    cloud.knobs.spoiled_lists = ("product-groups",)
    cloud.knobs.spoiled_stores = (LESNAYA_ID,)
    cloud.knobs.listed_share = 0.6

    after = await shop.fetch()

    def homes(readings: tuple[StoreReading, ...]) -> list[set[str]]:
        return [{row.parent_id or "" for row in one.products} for one in readings]

    assert homes(after.readings) == homes(before.readings)
    assert shop.requests > 2 * quiet
    for reading in after.readings:
        known = store_of(cloud, reading.store.id).groups.keys()
        named = {row.parent_id for row in reading.products} & known
        assert named <= {group.id for group in reading.groups}


async def test_a_group_of_a_group_is_asked_for_as_well(
    source: Source, one_store: respx.MockRouter
) -> None:
    varied = {**TEA, "parent_id": "all", "attributes": [{"id": "a", "name": "Вес", "choices": []}]}
    one_store.get("/stores/A/product-groups/tea").respond(json=varied)
    one_store.get("/stores/A/product-groups/all").respond(json={"id": "all", "name": "Всё"})

    reading = await the_only(source)

    assert [group.id for group in reading.groups] == ["tea", "all"]


async def test_a_group_that_is_absent_twice_leaves_its_goods_without_a_group(
    source: Source, one_store: respx.MockRouter
) -> None:
    one_store.get("/stores/A/product-groups/tea").respond(404)

    reading = await the_only(source)

    assert ([row.id for row in reading.products], reading.bad_rows) == (["sencha"], ())
    assert source.requests == 4


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(httpx.Response(402), id="402"),
        pytest.param(httpx.Response(500), id="500"),
        pytest.param(httpx.Response(200, json={"id": "tea", "name": 7}), id="bad row"),
    ],
)
async def test_goods_of_a_group_that_answers_badly_are_unknown(
    source: Source, one_store: respx.MockRouter, reply: httpx.Response
) -> None:
    one_store.get("/stores/A/product-groups/tea").mock(return_value=reply)

    reading = await the_only(source)

    assert reading.is_whole
    assert [(row.id, row.field) for row in reading.bad_rows] == [("sencha", "parent_id")]


async def test_many_groups_are_looked_for_by_listing_again(
    source: Source, one_store: respx.MockRouter
) -> None:
    goods = [{**SENCHA, "id": f"p{n}", "parent_id": f"g{n}"} for n in range(51)]
    one_store["products of A"].mock(return_value=answer(*goods))
    groups = one_store["groups of A"]
    groups.mock(side_effect=[answer(TEA), answer(TEA, {"id": "g7", "name": "Улуны"})])

    reading = await the_only(source)

    assert [group.id for group in reading.groups] == ["tea", "g7"]
    assert (len(reading.products), source.requests) == (51, 4)
