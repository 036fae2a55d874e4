from datetime import timedelta
from typing import Any

import pytest

from evosync.catalog.item import Album, AlbumLink, Draft, Link, LinkState, MarketItem
from evosync.engine.changes import (
    AddAlbum,
    Create,
    EditAlbum,
    Plan,
    PutInAlbum,
    Relink,
    TakeAlbum,
    TakeFromAlbum,
)
from evosync.engine.draft.shop import Drafted
from evosync.engine.plan.make import make_plan
from evosync.engine.plan.standing import Standing
from tests.builders import PHOTO, SHOP, draft, item, link, reading, rules

TEA = Album(album_id=1, title="Чай")


def in_album(product_id: str = "assam", title: str = "Чай", **values: Any) -> Draft:
    return draft(product_id, album=title.lower(), album_title=title, **values)


def album_link(key: str = "чай", album_id: int = 1, **values: Any) -> AlbumLink:
    defaults: dict[str, Any] = {"key": key, "album_id": album_id, "title": "Чай"}
    return AlbumLink(**defaults | {"is_made": True, "photo": PHOTO} | values)


def plan(
    drafts: list[Draft],
    *items: MarketItem,
    albums: tuple[Album, ...] = (),
    album_links: tuple[AlbumLink, ...] = (),
    links: tuple[Link, ...] | None = None,
    off: str = "",
    **read: Any,
) -> Plan:
    drafted = Drafted(drafts={one.product_id: one for one in drafts}, off=frozenset({off} - {""}))
    own = tuple(link(one.sku, one.item_id) for one in items if one.sku)
    standing = Standing(
        reading=reading(*items, albums=albums, **read),
        links=own if links is None else links,
        album_links=album_links,
    )
    chosen = rules(photo=PHOTO)
    return make_plan(drafted, standing, chosen, settle=timedelta(0))


def test_a_group_with_goods_gets_an_album_after_its_goods() -> None:
    made = plan([in_album("a"), in_album("b")])

    assert made.changes == (
        Create(draft=in_album("a")),
        Create(draft=in_album("b")),
        AddAlbum(key="чай", title="Чай", photo=PHOTO),
        PutInAlbum(key="чай", product_ids=("a", "b")),
    )


def test_an_album_under_the_groups_title_is_taken_the_oldest_first() -> None:
    albums = (Album(album_id=3, title="ЧАЙ "), Album(album_id=2, title="чай", is_hidden=True))

    made = plan([in_album()], item(), albums=albums)

    taken = AlbumLink(key="чай", album_id=2, title="чай", is_made=False, is_hidden=True)
    # It is its owner's: neither renamed nor shown.
    assert made.changes == (
        TakeAlbum(link=taken),
        PutInAlbum(key="чай", product_ids=("assam",), album_id=2),
    )


def test_an_album_linked_to_another_group_is_not_taken() -> None:
    made = plan([in_album()], item(), albums=(TEA,), album_links=(album_link("кофе"),))

    assert isinstance(made.changes[0], AddAlbum)


def test_what_is_in_its_album_stays_there() -> None:
    made = plan(
        [in_album()], item(album_ids=frozenset({1, 99})), albums=(TEA,), album_links=(album_link(),)
    )

    assert made.changes == ()


def test_an_item_moves_between_our_albums_only() -> None:
    coffee = Album(album_id=2, title="Кофе", count=1)
    stands = item(album_ids=frozenset({2, 99}))
    theirs = album_link("кофе", 2, is_made=False)

    made = plan([in_album()], stands, albums=(TEA, coffee), album_links=(album_link(), theirs))

    assert made.changes == (
        PutInAlbum(key="чай", product_ids=("assam",), album_id=1),
        TakeFromAlbum(link=link(), album_ids=(2,)),
    )


def test_an_item_without_a_group_leaves_our_albums() -> None:
    stands = item(album_ids=frozenset({1}))
    theirs = album_link(is_made=False)

    made = plan([draft()], stands, albums=(TEA,), album_links=(theirs,))

    assert made.changes == (TakeFromAlbum(link=link(), album_ids=(1,)),)


def test_an_item_that_goes_to_another_product_leaves_our_albums_under_its_id() -> None:
    stands, twins = item(album_ids=frozenset({1})), link(members=("twin",))

    made = plan(
        [draft("twin")],
        stands,
        albums=(TEA,),
        album_links=(album_link(is_made=False),),
        links=(twins,),
        off="assam",
    )

    relink, take = made.changes
    assert isinstance(relink, Relink)
    assert take == TakeFromAlbum(
        link=link("twin", members=("twin",), last={"sku": "assam"}), album_ids=(1,)
    )


def test_many_items_go_in_several_calls() -> None:
    made = plan([in_album(f"p{number:03}") for number in range(101)])

    assert [len(one.product_ids) for one in made.changes if isinstance(one, PutInAlbum)] == [100, 1]


@pytest.mark.parametrize(
    ("titles", "linked", "title"),
    [
        pytest.param(["Чай"], album_link(title="ЧАЙ"), "Чай", id="renamed"),
        pytest.param(["Чай", "ЧАЙ"], album_link(title="Чай"), None, id="one of them stands"),
        pytest.param(["Чай", "ЧАЙ"], album_link(title="чай"), "ЧАЙ", id="first in order"),
        pytest.param(["Чай"], album_link(is_hidden=True), "Чай", id="shown again"),
        pytest.param(["Чай"], album_link(photo="old"), "Чай", id="new cover"),
        pytest.param(["Чай"], album_link(photo=None), None, id="refused cover is not tried again"),
        pytest.param(
            ["Чай"], album_link(title="ЧАЙ", is_made=False), None, id="not ours to rename"
        ),
    ],
)
def test_an_album_we_made_is_kept_as_its_group_is_named(
    titles: list[str], linked: AlbumLink, title: str | None
) -> None:
    drafts = [in_album(f"p{number}", name) for number, name in enumerate(titles)]
    items = [
        item(number, product_id=one.product_id, album_ids=frozenset({1}))
        for number, one in enumerate(drafts)
    ]

    made = plan(drafts, *items, albums=(TEA,), album_links=(linked,))

    edit = EditAlbum(link=linked, title=title or "", is_hidden=False, photo=PHOTO)
    assert made.changes == ((edit,) if title else ())


class TestEmptied:
    def test_an_album_we_made_is_hidden_when_its_last_item_leaves(self) -> None:
        made = plan(
            [draft()], item(album_ids=frozenset({1})), albums=(TEA,), album_links=(album_link(),)
        )

        assert made.changes == (
            EditAlbum(link=album_link(), title="Чай", is_hidden=True, photo=PHOTO),
            TakeFromAlbum(link=link(), album_ids=(1,)),
        )

    def test_an_album_we_made_is_hidden_with_its_last_item(self) -> None:
        stands = item(album_ids=frozenset({1}))

        made = plan([], stands, albums=(TEA,), album_links=(album_link(),), off="assam")

        assert isinstance(made.changes[-1], EditAlbum)

    @pytest.mark.parametrize(
        ("stands", "linked", "read"),
        [
            pytest.param(
                item(9, product_id=None, album_ids=frozenset({1})),
                album_link(),
                {},
                id="a stranger's item",
            ),
            pytest.param(item(album_ids=frozenset({1})), album_link(), {}, id="an item left alone"),
            pytest.param(item(), album_link(is_made=False), {}, id="not made by us"),
            pytest.param(item(), album_link(is_hidden=True), {}, id="hidden already"),
            pytest.param(item(), album_link(), {"is_whole": False}, id="reading not whole"),
        ],
    )
    def test_an_album_is_not_hidden(self, stands: MarketItem, linked: AlbumLink, read: Any) -> None:
        made = plan([], stands, albums=(TEA,), album_links=(linked,), **read)

        assert made.changes == ()

    def test_hidden_items_do_not_fill_an_album(self) -> None:
        stands = item(album_ids=frozenset({1}))
        hidden = link(last={"is_hidden": True})

        made = plan([], stands, albums=(TEA,), album_links=(album_link(),), links=(hidden,))

        assert [type(change) for change in made.changes] == [EditAlbum]

    def test_an_album_that_a_person_deleted_is_made_anew(self) -> None:
        made = plan([in_album()], item(), album_links=(album_link(),))

        assert [type(change) for change in made.changes] == [AddAlbum, PutInAlbum]


class TestLimits:
    def test_no_album_is_made_on_a_reading_that_is_not_whole(self) -> None:
        assert plan([in_album()], item(), is_whole=False).changes == ()

    def test_without_a_free_album_goods_are_published_and_noted(self) -> None:
        albums = tuple(Album(album_id=number, title=f"№{number}") for number in range(99))

        made = plan([in_album("a"), in_album("b", "Яд")], albums=albums)

        assert [one.key for one in made.changes if isinstance(one, AddAlbum)] == ["чай"]
        assert [(one.product_id, one.code) for one in made.problems] == [("b", "vk_limit_albums")]
        assert made.problems[0].is_note

    def test_without_room_in_the_album_goods_are_published_and_noted(self) -> None:
        full = Album(album_id=1, title="Чай", count=999)

        made = plan([in_album("a"), in_album("b")], albums=(full,), album_links=(album_link(),))

        assert made.changes[-1] == PutInAlbum(key="чай", product_ids=("a",), album_id=1)
        assert [(one.product_id, one.code) for one in made.problems] == [("b", "vk_limit_album")]


def test_a_deleted_item_comes_back_into_its_album() -> None:
    gone = link(state=LinkState.DELETED, store_ids=(SHOP,))

    made = plan([in_album()], albums=(TEA,), album_links=(album_link(),), links=(gone,))

    assert made.changes[-1] == PutInAlbum(key="чай", product_ids=("assam",), album_id=1)


def test_an_item_that_stays_hidden_needs_no_album() -> None:
    hidden = link(last={"is_hidden": True, "stock": 0})

    made = plan([in_album(for_sale=False, stock=0)], item(stock=0), links=(hidden,))

    assert made.changes == ()
