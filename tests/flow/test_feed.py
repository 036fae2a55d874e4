"""The file with goods against what a run publishes, and the pictures that VK then shows."""

import gzip
from xml.etree import ElementTree as ET

from evosync.db import connections, market
from evosync.web.feed_file import FeedFile, FeedShelf
from evosync.web.yml import NO_GROUP
from tests.flow.stand import Shop


async def test_the_file_offers_what_a_run_publishes(tea_shop: Shop) -> None:
    await tea_shop.mirror()
    offered, categories = read(await FeedShelf().get(tea_shop.opened, tea_shop.user_id))
    items = {item.sku: item for item in tea_shop.visible()}
    assert len(items) > 100
    assert {key: (each["name"], each["price"]) for key, each in offered.items()} == {
        key: (item.title, f"{item.price / 100:.2f}".removesuffix(".00"))
        for key, item in items.items()
    }
    titles = {album.title: album for album in tea_shop.albums()}
    for key, each in offered.items():
        album = titles.get(categories[each["categoryId"]])
        assert (
            (items[key].item_id in album.item_ids)
            if album
            else (categories[each["categoryId"]] == NO_GROUP)
        )


async def test_a_quiet_reading_leaves_the_file_as_it_is_and_a_price_does_not(shop: Shop) -> None:
    shelf = FeedShelf()
    await shop.mirror()
    first = await shelf.get(shop.opened, shop.user_id)
    await shop.mirror()
    assert await shelf.get(shop.opened, shop.user_id) is first
    product = next(iter(next(iter(shop.world.evotor.stores())).products.values()))
    shop.world.set_price(product.id, "777.70")
    await shop.mirror()
    second = await shelf.get(shop.opened, shop.user_id)
    assert second.digest != first.digest
    assert read(second)[0][product.id]["price"] == "777.70"


async def test_the_pictures_of_what_stands_can_be_shown(shop: Shop) -> None:
    await shop.mirror()
    await shop.mirror()  # the first one read the market before anything stood there
    async with shop.opened.database.read() as tx:
        vk = await connections.find_vk(tx, shop.user_id)
        assert vk is not None
        items = await market.list_items(tx, shop.user_id, vk.community_id)
        albums = await market.list_albums(tx, shop.user_id, vk.community_id)
    assert items
    kept = shop.world.vk.state.pictures
    for address in (*(each.thumb_url for each in items), *(each.thumb_url for each in albums)):
        assert address is not None
        thumb = await shop.opened.thumbs.find(address)
        assert thumb is not None
        assert thumb.body in kept.values()


def read(file: FeedFile) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Read a file: its offers by id, and the titles of its categories by number."""
    root = ET.fromstring(gzip.decompress(file.packed))  # noqa: S314 - our own
    offers = {
        offer.attrib["id"]: {each.tag: each.text or "" for each in offer}
        for offer in root.iter("offer")
    }
    return offers, {each.attrib["id"]: each.text or "" for each in root.iter("category")}
