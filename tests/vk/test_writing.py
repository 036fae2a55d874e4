"""Items: what each change writes, and what comes of a refused picture."""

import pytest
import respx

from evosync.catalog.item import Availability
from evosync.engine.changes import (
    Change,
    Create,
    Delete,
    Done,
    Failed,
    Field,
    Hide,
    Outcome,
    Restore,
    Uncertain,
    Update,
    Zero,
)
from evosync.sandbox.vk.world import VkWorld
from tests.builders import adoption
from tests.vk.stand import (
    COMMUNITY_ID,
    SHA,
    SMALL_SHA,
    UPLOAD_URL,
    Stand,
    answer,
    draft,
    failed,
    form_of,
    item,
    link,
    refusal,
)

EVERYTHING = frozenset(Field)


async def one(stand: Stand, change: Change) -> Outcome:
    (outcome,) = await stand.market.send([change])
    return outcome


async def stands(shop: Stand, **changes: object) -> int:
    """Put an item on the market and return its id."""
    outcome = await one(shop, Create(draft=draft(**changes)))  # type: ignore[arg-type]  # any field
    assert isinstance(outcome, Done)
    assert outcome.item_id is not None
    return outcome.item_id


async def test_a_create_writes_every_field(shop: Stand, world: VkWorld) -> None:
    item_id = await stands(shop, photo=SHA)
    (made,) = world.items(COMMUNITY_ID)
    assert made.item_id == item_id
    assert (made.title, made.description) == ("Чай чёрный", "Чай чёрный (цена за 1 шт.)")
    assert (made.price, made.sku, made.stock_amount, made.category_id) == (199_90, "p1", 7, 40932)
    assert made.photo_ids == [shop.notes.ids[SHA]]


async def test_an_unknown_stock_is_opened_with_the_shops_own(shop: Stand, world: VkWorld) -> None:
    await stands(shop, stock=None)
    assert world.items(COMMUNITY_ID)[0].stock_amount == 1000


async def test_a_create_that_vk_refuses_says_its_words(shop: Stand) -> None:
    outcome = await one(shop, Create(draft=draft(description="коротко")))
    assert isinstance(outcome, Failed)
    assert outcome.code == 100
    assert "description" in outcome.message


async def test_a_create_without_an_id_in_the_answer_is_uncertain(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [answer([{"hello": 1}])]
    assert isinstance(await one(odd, Create(draft=draft())), Uncertain)


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        pytest.param({Field.TITLE}, {"name": "Чай чёрный"}, id="title"),
        pytest.param({Field.DESCRIPTION}, {"description": "Чай чёрный (цена за 1 шт.)"}, id="text"),
        pytest.param({Field.PRICE}, {"price": "199.90"}, id="price in roubles"),
        pytest.param({Field.STOCK}, {"stock_amount": "7"}, id="stock"),
        pytest.param({Field.CATEGORY}, {"category_id": "40932"}, id="category"),
        pytest.param({Field.SKU}, {"sku": "p1"}, id="sku"),
        pytest.param({Field.PHOTO}, {"main_photo_id": "5"}, id="photo"),
        pytest.param(
            {Field.PRICE, Field.TITLE}, {"name": "Чай чёрный", "price": "199.90"}, id="two of them"
        ),
    ],
)
async def test_an_update_sends_only_its_fields(
    odd: Stand, vk: respx.Route, fields: set[Field], sent: dict[str, str]
) -> None:
    odd.notes.ids[SHA] = 5
    vk.side_effect = [answer([1])]
    change = Update(link=link(9), draft=draft(photo=SHA), item=item(9), fields=frozenset(fields))
    assert await one(odd, change) == Done(change=change, item_id=9)
    form = form_of(vk.calls[0].request)
    args = {name.removesuffix("_0"): form[name] for name in form if name.endswith("_0")}
    assert args == {"owner_id": f"-{COMMUNITY_ID}", "item_id": "9", **sent}


async def test_an_update_with_nothing_to_send_costs_no_call(shop: Stand, world: VkWorld) -> None:
    change = Update(
        link=link(9), draft=draft(stock=None), item=item(9), fields=frozenset({Field.STOCK})
    )
    assert await one(shop, change) == Done(change=change, item_id=9)
    assert world.requests == 0


async def test_an_adopted_item_costs_no_call(shop: Stand, world: VkWorld) -> None:
    change = adoption(item_id=9, is_intended=True)
    assert await one(shop, change) == Done(change=change, item_id=9)
    assert world.requests == 0


async def test_hide_and_restore(shop: Stand, world: VkWorld) -> None:
    item_id = await stands(shop)
    (made,) = world.items(COMMUNITY_ID)
    await one(shop, Hide(link=link(item_id), item=item(item_id)))
    assert world.availability(made) == Availability.UNAVAILABLE
    change = Restore(
        link=link(item_id),
        draft=draft(price=5_00),
        item=item(item_id),
        fields=frozenset({Field.PRICE}),
    )
    assert await one(shop, change) == Done(change=change, item_id=item_id)
    assert world.availability(made) == Availability.AVAILABLE
    assert made.price == 5_00
    assert world.calls["market.restore"] == 0


async def test_zero_leaves_the_item_and_its_other_fields(shop: Stand, world: VkWorld) -> None:
    item_id = await stands(shop)
    await one(shop, Zero(link=link(item_id), item=item(item_id)))
    (made,) = world.items(COMMUNITY_ID)
    assert (made.stock_amount, made.price) == (0, 199_90)


async def test_delete_and_undelete(shop: Stand, world: VkWorld) -> None:
    item_id = await stands(shop)
    gone = Delete(link=link(item_id), item=item(item_id))
    assert await one(shop, gone) == Done(change=gone, item_id=item_id)
    assert world.items(COMMUNITY_ID) == []
    back = Restore(link=link(item_id), draft=draft(), item=None, fields=frozenset({Field.PRICE}))
    assert await one(shop, back) == Done(change=back, item_id=item_id)
    assert [made.item_id for made in world.visible_items(COMMUNITY_ID)] == [item_id]


async def test_deleting_what_is_gone_is_done(shop: Stand) -> None:
    change = Delete(link=link(404), item=item(404))
    assert await one(shop, change) == Done(change=change, item_id=404)


async def test_a_delete_that_vk_refuses_fails(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [answer([False], execute_errors=[failed("market.delete", 100)])]
    assert isinstance(await one(odd, Delete(link=link(9), item=item(9))), Failed)


async def test_an_item_that_was_not_deleted_after_all_is_restored(shop: Stand) -> None:
    item_id = await stands(shop)
    change = Restore(link=link(item_id), draft=draft(), item=None, fields=EVERYTHING)
    assert await one(shop, change) == Done(change=change, item_id=item_id)


async def test_too_late_for_a_restore_is_a_failure(shop: Stand, world: VkWorld) -> None:
    item_id = await stands(shop)
    await one(shop, Delete(link=link(item_id), item=item(item_id)))
    shop.watch.now_s += world.knobs.restore_window_s + 1
    change = Restore(link=link(item_id), draft=draft(), item=None, fields=EVERYTHING)
    outcome = await one(shop, change)
    assert isinstance(outcome, Failed)
    assert outcome.code == 1400


async def test_an_undeleted_item_whose_edit_failed_is_not_called_unchanged(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [
        answer([1]),
        answer([False], execute_errors=[failed("market.edit", 100)]),
    ]
    change = Restore(link=link(9), draft=draft(), item=None, fields=EVERYTHING)
    assert isinstance(await one(odd, change), Uncertain)


async def test_an_edit_of_an_item_that_is_gone_fails(shop: Stand) -> None:
    change = Update(link=link(404), draft=draft(), item=item(404), fields=frozenset({Field.PRICE}))
    outcome = await one(shop, change)
    assert isinstance(outcome, Failed)
    assert outcome.code == 1403


async def test_a_bad_picture_fails_its_products_and_no_others(shop: Stand, world: VkWorld) -> None:
    bad, good = await shop.market.send(
        [Create(draft=draft("bad", photo=SMALL_SHA)), Create(draft=draft("good"))]
    )
    assert isinstance(bad, Failed)
    assert bad.code == 22
    assert isinstance(good, Done)
    assert [made.sku for made in world.items(COMMUNITY_ID)] == ["good"]


async def test_a_stale_photo_id_is_replaced_for_the_whole_batch(
    shop: Stand, world: VkWorld
) -> None:
    shop.notes.ids[SHA] = 77  # the sandbox knows no such photo
    creates = [Create(draft=draft(f"p{number}", photo=SHA)) for number in range(5)]
    outcomes = await shop.market.send(creates)
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert world.gate.uploads == 1
    assert not shop.notes.sharing_refused
    assert {tuple(made.photo_ids) for made in world.items(COMMUNITY_ID)} == {(shop.notes.ids[SHA],)}


async def test_where_vk_refuses_shared_photos_each_item_gets_its_own(
    odd: Stand, vk: respx.Route, host: respx.Route
) -> None:
    odd.notes.ids[SHA] = 1
    refused = [failed("market.add", 129)]
    server = answer({"upload_url": UPLOAD_URL})
    vk.side_effect = [
        answer([False], execute_errors=refused),  # with the id at hand
        server,
        answer({"photo_id": 2}),
        answer([False], execute_errors=refused),  # with a fresh one
        answer({"photo_id": 3}),
        answer([{"market_item_id": 9}]),  # with its own
    ]
    host.respond(200, text='{"hash":"h"}')
    outcome = await one(odd, Create(draft=draft(photo=SHA)))
    assert isinstance(outcome, Done)
    photos = [form_of(call.request).get("main_photo_id_0") for call in vk.calls]
    assert [photo for photo in photos if photo] == ["1", "2", "3"]
    assert odd.notes.sharing_refused


async def test_a_picture_refused_in_every_way_does_not_end_sharing(
    odd: Stand, vk: respx.Route, host: respx.Route
) -> None:
    odd.notes.ids[SHA] = 1
    refused = answer([False], execute_errors=[failed("market.add", 129)])
    server = answer({"upload_url": UPLOAD_URL})
    photo = answer({"photo_id": 2})
    vk.side_effect = [refused, server, photo, refused, photo, refused]
    host.respond(200, text='{"hash":"h"}')
    outcome = await one(odd, Create(draft=draft(photo=SHA)))
    assert isinstance(outcome, Failed)
    assert outcome.code == 129
    assert not odd.notes.sharing_refused


async def test_a_stop_while_uploading_leaves_the_item_unsent(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [refusal(14, "Captcha needed"), answer([{"market_item_id": 9}])]
    outcomes = await odd.market.send([adoption("a"), Create(draft=draft(photo=SHA))])
    assert [type(outcome) for outcome in outcomes] == [Done, Failed]
    assert vk.call_count == 1
