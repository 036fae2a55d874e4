"""The goods in VK by pages: whose they are, what a buyer sees, in which album."""

from typing import Any

import pytest
from sqlalchemy import insert

from evosync.catalog.item import Album as VkAlbum
from evosync.catalog.item import AlbumLink, Availability, MarketItem
from evosync.db import links, market_lists, runs, thumbs
from evosync.db.engine import Database
from evosync.db.links import Place
from evosync.db.market_lists import PAGE, Album, ItemSearch, ListedItem, Part, Sight
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.tables.market import product_links
from evosync.db.types import Tx
from evosync.engine.report import RunStatus
from tests.builders import NOON, item, reading
from tests.readings import save_market

COMMUNITY = 123
AWAY = Availability.UNAVAILABLE


async def put(tx: Tx, /, place: Place, item_id: int, **written: Any) -> None:
    """Link an item to a product of ours."""
    row = {"product_id": f"p{item_id}", "item_id": item_id, "store_ids": ["s1", "s2"]}
    rest = {"text_is_theirs": False, "written_is_hidden": False, "repeats": {}, "state": "live"}
    made = {"created_at": NOON, "updated_at": NOON}
    await tx.execute(insert(product_links).values(**place.values(), **row, **rest | made | written))


@pytest.fixture
def place(anna: int) -> Place:
    return Place(user_id=anna, community_id=COMMUNITY)


async def stands(database: Database, place: Place, *items: MarketItem, **rest: Any) -> None:
    """Let the market have been read."""
    read = reading(*items, **rest)
    await database.write(save_market, place.user_id, place.community_id, read, NOON)


async def found(database: Database, place: Place, **wanted: Any) -> list[int]:
    """List the ids of the items that fit."""
    async with database.read() as tx:
        listed = await market_lists.list_items(tx, place, ItemSearch(**wanted))
    return [each.item_id for each in listed.items]


@pytest.mark.parametrize(
    ("values", "written", "sight"),
    [
        pytest.param({}, {}, Sight.SHOWN, id="shown"),
        pytest.param({"stock": 0}, {}, Sight.NO_STOCK, id="sold out"),
        pytest.param({"stock": None}, {"written_stock": 0}, Sight.NO_STOCK, id="we wrote 0"),
        pytest.param({"stock": 0, "availability": AWAY}, {}, Sight.NO_STOCK, id="both"),
        pytest.param({"availability": AWAY}, {}, Sight.HIDDEN_BY_PERSON, id="by a person"),
        pytest.param(
            {"availability": AWAY}, {"written_is_hidden": True}, Sight.HIDDEN_BY_US, id="by us"
        ),
    ],
)
async def test_what_a_buyer_sees(
    database: Database,
    place: Place,
    values: dict[str, Any],
    written: dict[str, Any],
    sight: Sight,
) -> None:
    await stands(database, place, item(7, **values))
    await database.write(put, place, 7, **written)
    async with database.read() as tx:
        listed = await market_lists.list_items(tx, place, ItemSearch())
    [only] = listed.items
    assert only.sight is sight
    assert listed.counts[Part.HIDDEN] == (sight in {Sight.HIDDEN_BY_PERSON, Sight.HIDDEN_BY_US})


async def test_an_item_tells_whose_it_is(database: Database, place: Place, boris: int) -> None:
    ours = item(1, title="Ассам", price=5, thumb_url="https://vk.com/a.jpg")
    await stands(database, place, ours, item(2, title="Чужой", rejected="нет", stock=None))
    await database.write(put, place, 1)
    # Another user's rows of the same community are no business of Anna's.
    other = Place(user_id=boris, community_id=COMMUNITY)
    await stands(database, other, item(1), item(9))
    async with database.read() as tx:
        listed = await market_lists.list_items(tx, place, ItemSearch())
    assert listed.items == [
        ListedItem(
            item_id=1,
            title="Ассам",
            price=5,
            stock=1000,
            sight=Sight.SHOWN,
            rejected=None,
            thumb_url="https://vk.com/a.jpg",
            product_id="p1",
            store_id="s1",
        ),
        ListedItem(
            item_id=2,
            title="Чужой",
            price=100_00,
            stock=None,
            sight=Sight.SHOWN,
            rejected="нет",
            thumb_url=None,
            product_id=None,
            store_id=None,
        ),
    ]
    assert listed.counts == {
        Part.ALL: 2,
        Part.OURS: 1,
        Part.STRANGERS: 1,
        Part.REJECTED: 1,
        Part.HIDDEN: 0,
    }
    assert await found(database, place, part=Part.STRANGERS) == [2]
    assert await found(database, place, part=Part.REJECTED) == [2]


async def test_an_album_holds_what_is_in_it_and_no_other(database: Database, place: Place) -> None:
    albums = ((), (1,), (11,), (1, 11), (2, 1), (2, 1, 3), (21, 12))
    items = (
        item(number, title=f"Чай {number}", album_ids=frozenset(ids))
        for number, ids in enumerate(albums)
    )
    await stands(database, place, *items)
    assert await found(database, place, album=1) == [1, 3, 4, 5]
    assert await found(database, place, album=11) == [2, 3]
    assert await found(database, place, album=4) == []
    assert await found(database, place, album=Album.NONE) == [0]
    assert len(await found(database, place, album=Album.ALL)) == len(albums)


async def test_words_are_looked_for_to_the_letter(database: Database, place: Place) -> None:
    titles = (
        "100% Арабика",
        "1000 мелочей",
        "Ёлка_новая",
        "Елка новая",
        "Кекс О'Генри",
        "🫖 Чай",
    )
    await stands(database, place, *(item(n, title=each) for n, each in enumerate(titles)))
    assert await found(database, place, words="100%") == [0]
    assert await found(database, place, words="ЁЛКА") == [3, 2]
    assert await found(database, place, words="елка_") == [2]
    assert await found(database, place, words="o'ген") == []
    assert await found(database, place, words="о'ген") == [4]
    assert await found(database, place, words="🫖") == [5]
    assert await found(database, place, words="я" * 10_000) == []


async def test_pages_follow_each_other(database: Database, place: Place) -> None:
    await stands(database, place, *(item(n, title=f"{n:03}") for n in range(PAGE + 5)))
    assert await found(database, place) == list(range(PAGE))
    assert await found(database, place, page=2) == list(range(PAGE, PAGE + 5))
    assert await found(database, place, page=10_000) == []


async def test_an_album_is_ours_when_a_group_is_linked_to_it(
    database: Database, place: Place
) -> None:
    tea = VkAlbum(album_id=1, title="Чай", count=3, thumb_url="https://vk.com/c.jpg")
    own = VkAlbum(album_id=2, title="Акции", is_hidden=True)
    await stands(database, place, item(1), albums=(tea, own))
    made = AlbumLink(key="чай", album_id=1, title="Чай", is_made=True)
    await database.write(links.save_album_links, place, [made], NOON)
    async with database.read() as tx:
        listed = await market_lists.list_albums(tx, place)
        assert await market_lists.find_album_title(tx, place, 2) == "Акции"
        assert await market_lists.find_album_title(tx, place, 3) is None
        assert await thumbs.find_album_thumb(tx, place, 1) == (tea.thumb_url,)
        assert await thumbs.find_item_thumb(tx, place, 1) == (None,)
        assert await thumbs.find_item_thumb(tx, place, 2) is None
    assert [(each.title, each.is_ours, each.is_hidden) for each in listed] == [
        ("Акции", False, True),
        ("Чай", True, False),
    ]


async def test_the_last_reading_is_that_of_a_run_that_came_to_its_end(
    database: Database, place: Place
) -> None:
    async with database.read() as tx:
        assert await market_lists.find_read_at(tx, place) is None
    ends = ((RunStatus.DONE, NOON), (RunStatus.FAILED, NOON.replace(hour=13)))
    for status, at in ends:
        run_id = await database.write(
            runs.create_run, place.user_id, RunKind.READING, RunTrigger.BUTTON, at, COMMUNITY
        )
        await database.write(runs.finish_run, run_id, RunEnd(status=status), at)
    async with database.read() as tx:
        assert await market_lists.find_read_at(tx, place) == NOON
