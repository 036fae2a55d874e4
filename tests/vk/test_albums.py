"""Albums: covers, repeated members, full albums, and what could not be put."""

import pytest
import respx

from evosync.catalog.item import AlbumLink
from evosync.engine.changes import (
    AddAlbum,
    Change,
    Create,
    Done,
    EditAlbum,
    Failed,
    Outcome,
    PutInAlbum,
    TakeAlbum,
    TakeFromAlbum,
    Uncertain,
)
from evosync.sandbox.vk.world import VkWorld
from tests.vk.stand import COMMUNITY_ID, SHA, Stand, answer, draft, failed, form_of, link


async def one(stand: Stand, change: Change) -> Outcome:
    (outcome,) = await stand.market.send([change])
    return outcome


async def album_made(shop: Stand) -> int:
    outcome = await one(shop, AddAlbum(key="чай", title="Чай", photo=None))
    assert isinstance(outcome, Done)
    assert outcome.album_id is not None
    return outcome.album_id


async def items_made(shop: Stand, count: int) -> tuple[int, ...]:
    ids: list[int] = []
    for start in range(0, count, 25):
        names = range(start, min(start + 25, count))
        done = await shop.market.send([Create(draft=draft(f"p{name}")) for name in names])
        ids += [outcome.item_id or 0 for outcome in done if isinstance(outcome, Done)]
    return tuple(ids)


def put(album_id: int | None, item_ids: tuple[int, ...]) -> PutInAlbum:
    names = tuple(f"p{number}" for number in range(len(item_ids)))
    return PutInAlbum(key="чай", product_ids=names, album_id=album_id, item_ids=item_ids)


async def test_an_album_is_made_with_its_cover(shop: Stand, world: VkWorld) -> None:
    change = AddAlbum(key="чай", title="Чай", photo=SHA)
    outcome = await one(shop, change)
    (made,) = world.albums(COMMUNITY_ID)
    assert outcome == Done(change=change, album_id=made.album_id)
    assert (made.title, made.photo_id) == ("Чай", shop.notes.ids[SHA])


async def test_a_refused_cover_costs_the_cover_alone(shop: Stand, world: VkWorld) -> None:
    shop.notes.ids[SHA] = 77  # the sandbox knows no such photo
    assert isinstance(await one(shop, AddAlbum(key="чай", title="Чай", photo=SHA)), Done)
    assert world.albums(COMMUNITY_ID)[0].photo_id == 0


async def test_a_picture_nobody_has_costs_the_cover_alone(shop: Stand, world: VkWorld) -> None:
    assert isinstance(await one(shop, AddAlbum(key="чай", title="Чай", photo="0" * 64)), Done)
    assert len(world.albums(COMMUNITY_ID)) == 1


async def test_an_album_without_an_id_in_the_answer_is_uncertain(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [answer([1])]
    outcome = await one(odd, AddAlbum(key="чай", title="Чай", photo=None))
    assert isinstance(outcome, Uncertain)


async def test_one_album_too_many_fails(shop: Stand, world: VkWorld) -> None:
    world.knobs.max_albums = 0
    outcome = await one(shop, AddAlbum(key="чай", title="Чай", photo=None))
    assert isinstance(outcome, Failed)
    assert outcome.code == 1407


async def test_an_edit_sends_title_and_cover_each_time(shop: Stand, world: VkWorld) -> None:
    album_id = await album_made(shop)
    known = AlbumLink(key="чай", album_id=album_id, title="Чай", is_made=True)
    change = EditAlbum(link=known, title="Чай и кофе", is_hidden=True, photo=SHA)
    assert await one(shop, change) == Done(change=change, album_id=album_id)
    (made,) = world.albums(COMMUNITY_ID)
    assert (made.title, made.is_hidden, made.photo_id) == ("Чай и кофе", True, shop.notes.ids[SHA])
    shown = EditAlbum(link=known, title="Чай и кофе", is_hidden=False, photo=SHA)
    await one(shop, shown)
    assert not made.is_hidden


async def test_an_edit_of_an_album_that_is_gone_fails(shop: Stand) -> None:
    known = AlbumLink(key="чай", album_id=404, title="Чай", is_made=True)
    outcome = await one(shop, EditAlbum(link=known, title="Чай", is_hidden=False, photo=None))
    assert isinstance(outcome, Failed)
    assert outcome.code == 1402


async def test_taking_an_album_over_costs_no_call(shop: Stand, world: VkWorld) -> None:
    change = TakeAlbum(link=AlbumLink(key="чай", album_id=9, title="Чай", is_made=False))
    assert await one(shop, change) == Done(change=change, album_id=9)
    assert world.requests == 0


async def test_many_items_go_into_an_album_in_one_call(shop: Stand, world: VkWorld) -> None:
    album_id = await album_made(shop)
    ids = await items_made(shop, 60)
    change = put(album_id, ids)
    assert await one(shop, change) == Done(change=change, album_id=album_id)
    assert set(world.albums(COMMUNITY_ID)[0].item_ids) == set(ids)
    assert world.calls["market.addToAlbum"] == 1


async def test_items_that_are_in_already_are_a_success(shop: Stand, world: VkWorld) -> None:
    album_id = await album_made(shop)
    ids = await items_made(shop, 10)
    await one(shop, put(album_id, ids[3:5]))
    change = put(album_id, ids)
    assert await one(shop, change) == Done(change=change, album_id=album_id)
    assert set(world.albums(COMMUNITY_ID)[0].item_ids) == set(ids)


async def test_an_item_that_is_gone_does_not_keep_the_others_out(
    shop: Stand, world: VkWorld
) -> None:
    album_id = await album_made(shop)
    ids = await items_made(shop, 7)
    outcome = await one(shop, put(album_id, (*ids[:3], 404, *ids[3:])))
    assert isinstance(outcome, Failed)
    assert outcome.code == 1403
    assert outcome.change == PutInAlbum(
        key="чай", product_ids=("p3",), album_id=album_id, item_ids=(404,)
    )
    assert set(world.albums(COMMUNITY_ID)[0].item_ids) == set(ids)


async def test_a_full_album_takes_what_fits_in_few_calls(shop: Stand, world: VkWorld) -> None:
    world.knobs.max_items_in_album = 37
    album_id = await album_made(shop)
    ids = await items_made(shop, 100)
    outcome = await one(shop, put(album_id, ids))
    assert isinstance(outcome, Failed)
    assert outcome.code == 1406
    assert isinstance(outcome.change, PutInAlbum)
    inside = set(world.albums(COMMUNITY_ID)[0].item_ids)
    assert len(inside) == 37
    assert set(outcome.change.item_ids) == set(ids) - inside
    assert world.calls["market.addToAlbum"] < 20


async def test_an_album_that_is_gone_is_told_in_one_call(shop: Stand, world: VkWorld) -> None:
    ids = await items_made(shop, 8)
    change = put(404, ids)
    outcome = await one(shop, change)
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.change) == (1402, change)
    assert world.calls["market.addToAlbum"] == 1


async def test_an_album_that_was_never_made_costs_no_call(shop: Stand, world: VkWorld) -> None:
    assert isinstance(await one(shop, put(None, (1,))), Failed)
    assert world.requests == 0


async def test_an_item_leaves_its_albums(shop: Stand, world: VkWorld) -> None:
    album_id = await album_made(shop)
    (item_id,) = await items_made(shop, 1)
    await one(shop, put(album_id, (item_id,)))
    change = TakeFromAlbum(link=link(item_id), album_ids=(album_id,))
    assert await one(shop, change) == Done(change=change, item_id=item_id)
    assert world.albums(COMMUNITY_ID)[0].item_ids == []


async def test_an_album_that_is_gone_does_not_keep_an_item_in_the_others(
    shop: Stand, world: VkWorld
) -> None:
    album_id = await album_made(shop)
    (item_id,) = await items_made(shop, 1)
    await one(shop, put(album_id, (item_id,)))
    change = TakeFromAlbum(link=link(item_id), album_ids=(404, album_id))
    assert await one(shop, change) == Done(change=change, item_id=item_id)
    assert world.albums(COMMUNITY_ID)[0].item_ids == []


@pytest.mark.parametrize(
    ("code", "told"), [pytest.param(100, 100, id="refused"), pytest.param(1438, 0, id="put off")]
)
async def test_an_item_that_may_not_leave_fails(
    odd: Stand, vk: respx.Route, code: int, told: int
) -> None:
    known = AlbumLink(key="k", album_id=9, title="Чай", is_made=True)
    errors = [failed("market.removeFromAlbum", code)]
    vk.side_effect = [answer([False], execute_errors=errors)]
    outcomes = await odd.market.send(
        [TakeFromAlbum(link=link(5), album_ids=(1, 2)), TakeAlbum(link=known)]
    )
    assert isinstance(outcomes[0], Failed)
    assert outcomes[0].code == told
    assert form_of(vk.calls[0].request)["album_ids_0"] == "1,2"
