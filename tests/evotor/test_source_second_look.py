import httpx
import pytest
import respx

from evosync.catalog.snapshot import SecondLook
from evosync.engine.ports import Source
from evosync.errors import NeedsPerson
from evosync.sandbox.evotor.cloud import EvotorCloud
from evosync.sandbox.shop import LESNAYA_ID, MIRA_ID
from tests.evotor.stand import Hours, answer, store_of


async def test_few_missing_products_are_asked_for_singly(shop: Source, cloud: EvotorCloud) -> None:
    store = store_of(cloud, MIRA_ID)
    deleted, standing = sorted(store.products)[:2]
    cloud.delete(store, [deleted])

    look = await shop.look_again({MIRA_ID: {deleted, standing}})

    assert look.absent == {(MIRA_ID, deleted)}
    assert [product.id for product in look.found] == [standing]
    assert look.unknown == frozenset()
    assert shop.requests == 2


async def test_many_missing_products_are_looked_for_by_listing_again(
    shop: Source, cloud: EvotorCloud
) -> None:
    store = store_of(cloud, LESNAYA_ID)
    broken = next(product.id for product in store.products.values() if "name" in product.odd)
    deleted = sorted(set(store.products) - {broken})[:50]
    standing = sorted(set(store.products) - {broken})[50]
    cloud.delete(store, deleted)

    look = await shop.look_again({LESNAYA_ID: [*deleted, standing, broken]})

    assert look.absent == {(LESNAYA_ID, product_id) for product_id in deleted}
    assert [product.id for product in look.found] == [standing]
    assert look.unknown == {(LESNAYA_ID, broken)}
    assert shop.requests == 1


async def test_fifty_are_asked_for_singly_over_all_stores(
    source: Source, lists: respx.MockRouter
) -> None:
    lists.get(path__regex=r"/stores/./products/.+").respond(404)

    look = await source.look_again(
        {"A": [f"A-{number}" for number in range(2, 42)], "B": [f"B-{it}" for it in range(2, 32)]}
    )

    assert len(look.absent) == 70
    assert source.requests == 31


async def test_a_store_that_was_never_missing_anything_costs_no_request(source: Source) -> None:
    assert await source.look_again({}) == await source.look_again({"A": []}) == SecondLook()
    assert source.requests == 0


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(httpx.Response(402), id="402"),
        pytest.param(httpx.Response(403), id="403"),
        pytest.param(httpx.Response(500), id="500"),
        pytest.param(httpx.Response(200, json={"id": "a", "name": 7}), id="bad row"),
        pytest.param(httpx.Response(200, json={"id": "z", "name": "Z"}), id="another row"),
    ],
)
async def test_what_answers_a_single_question_badly_is_unknown(
    source: Source, lists: respx.MockRouter, reply: httpx.Response
) -> None:
    lists.get("/stores/A/products/a").mock(return_value=reply)
    lists.get("/stores/A/products/b").respond(404)

    look = await source.look_again({"A": ["a", "b"]})

    assert ("A", "a") in look.unknown
    assert look.absent | look.unknown == {("A", "a"), ("A", "b")}
    assert look.found == ()


async def test_a_service_that_keeps_failing_is_not_asked_for_every_product(
    source: Source, lists: respx.MockRouter, hours: Hours
) -> None:
    single = lists.get(path__regex=r"/stores/A/products/.+").respond(500)

    look = await source.look_again({"A": [str(number) for number in range(50)]})

    assert len(look.unknown) == 50
    assert single.call_count == 9  # three products, three tries each
    assert len(hours.slept_s) == 6


@pytest.mark.parametrize(
    "replies",
    [
        pytest.param([httpx.Response(403)], id="refused"),
        pytest.param([answer({"id": "A-1"}, cursor="2"), *[httpx.Response(500)] * 3], id="broken"),
        pytest.param([answer({"id": "A-1"}, {"name": "?"})], id="a row without an id"),
    ],
)
async def test_a_second_listing_that_is_not_whole_proves_no_absence(
    source: Source, lists: respx.MockRouter, replies: list[httpx.Response]
) -> None:
    lists["products of A"].mock(side_effect=replies)
    missing = [f"A-{number}" for number in range(1, 61)]

    look = await source.look_again({"A": missing})

    assert look.absent == frozenset()
    assert {product.id for product in look.found} | {it for _, it in look.unknown} == set(missing)


async def test_a_token_that_dies_in_the_second_look_ends_it(
    source: Source, lists: respx.MockRouter
) -> None:
    lists.get("/stores/A/products/a").respond(401)

    with pytest.raises(NeedsPerson):
        await source.look_again({"A": ["a"]})
