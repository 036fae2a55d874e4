"""Which items go into which albums, as a run learns their ids."""

import pytest

from evosync.catalog.item import AlbumLink, LinkState
from evosync.engine.apply import Hands, apply
from evosync.engine.changes import (
    EditAlbum,
    Field,
    PutInAlbum,
    Relink,
    Restore,
    TakeAlbum,
)
from tests.builders import adoption, draft, item, link
from tests.engine.journal import Journal, heard
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import MemoryTarget
from tests.engine.wishes import MADE, create, put, stand


@pytest.mark.parametrize(
    ("refused", "dropped"),
    [({"assam": 100}, set()), ({}, {"assam"})],
    ids=["refused", "uncertain"],
)
async def test_an_item_that_does_not_stand_is_left_out_of_its_album(
    refused: dict[str, int], dropped: set[str], hands: Hands, target: MemoryTarget
) -> None:
    target.refused, target.dropped = refused, dropped

    applied = await apply([create("assam"), create("keemun"), MADE, put("assam", "keemun")], hands)

    last = applied.outcomes[-1].change
    assert isinstance(last, PutInAlbum)
    assert last.product_ids == ("keemun",)
    assert set(last.item_ids) == target.items.keys()
    assert last.album_id in target.albums


async def test_an_album_whose_items_were_all_refused_is_not_asked_for(
    hands: Hands, target: MemoryTarget, journal: Journal
) -> None:
    target.refused["assam"] = 100

    applied = await apply([create("assam"), put("assam", album_id=9)], hands)

    assert heard(applied.outcomes) == [("Create assam", "Failed")]
    assert journal[-1] == ("record", ["Create assam"])
    assert (applied.left, applied.error) == (0, None)


async def test_nothing_is_put_into_an_album_that_was_refused(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    stand(target, ledger, "assam", 1)
    target.refused["чай"] = 1407
    # The album of an earlier run is gone from VK; its link must not be used.
    ledger.album_linked["чай"] = AlbumLink(key="чай", album_id=9, title="Чай", is_made=True)

    applied = await apply([MADE, put("assam")], hands)

    assert heard(applied.outcomes) == [("AddAlbum чай", "Failed")]


async def test_items_and_albums_of_earlier_runs_are_put_together_too(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    stand(target, ledger, "assam", 1)

    await apply([put("assam", album_id=9)], hands)

    assert target.items[1].album_ids == {9}


async def test_an_album_found_in_vk_is_taken_and_filled(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    stand(target, ledger, "assam", 1)
    found = AlbumLink(key="чай", album_id=9, title="Чай", is_made=False)

    await apply([TakeAlbum(link=found), put("assam", album_id=9)], hands)

    assert target.items[1].album_ids == {9}
    assert ledger.album_linked["чай"] == found


async def test_an_adopted_item_goes_into_its_album_in_the_same_run(
    hands: Hands, target: MemoryTarget
) -> None:
    target.items[1] = item(1)

    await apply(
        [adoption(), put("assam", album_id=9)],
        hands,
    )

    assert target.items[1].album_ids == {9}


@pytest.mark.parametrize("state", [LinkState.DELETED, LinkState.LOST])
async def test_an_item_that_comes_back_goes_into_its_album_in_the_same_run(
    state: LinkState, hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    target.items[1] = item(1)
    ledger.linked["assam"] = link(state=state)
    back = Restore(link=link(state=state), draft=draft(), item=None, fields=frozenset())

    await apply([back, put("assam", album_id=9)], hands)

    assert target.items[1].album_ids == {9}
    assert ledger.linked["assam"].state is LinkState.LIVE


async def test_an_item_that_goes_to_another_product_goes_into_that_ones_album(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    stand(target, ledger, "assam", 1)
    relink = Relink(
        link=ledger.linked["assam"],
        draft=draft("new"),
        item=target.items[1],
        fields=frozenset({Field.SKU}),
    )

    applied = await apply([relink, MADE, put("new")], hands)

    last = applied.outcomes[-1].change
    assert isinstance(last, PutInAlbum)
    assert last.item_ids == (1,)
    assert ledger.linked.keys() == {"new"}


async def test_an_item_that_we_know_to_be_deleted_goes_into_no_album(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger
) -> None:
    ledger.linked["assam"] = link(state=LinkState.DELETED)

    applied = await apply([put("assam", album_id=9)], hands)

    assert applied.outcomes == ()
    assert not target.sizes


async def test_an_album_is_edited_before_goods_are_put_into_it(
    hands: Hands, target: MemoryTarget, ledger: MemoryLedger, journal: Journal
) -> None:
    stand(target, ledger, "assam", 1)
    own = AlbumLink(key="чай", album_id=9, title="Чаи", is_made=True, is_hidden=True)
    shown = EditAlbum(link=own, title="Чай", is_hidden=False, photo=None)

    await apply([shown, put("assam", album_id=9)], hands)

    assert [names for method, names in journal if method == "send"] == [
        ["EditAlbum чай"],
        ["PutInAlbum чай"],
    ]
