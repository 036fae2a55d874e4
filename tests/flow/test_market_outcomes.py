"""What a run did stands in the cached rows at once, as the next reading finds it in VK."""

from evosync.catalog.item import Album, MarketItem
from evosync.db import market
from tests.flow.stand import Shop, product_named


async def cached(shop: Shop) -> tuple[list[MarketItem], list[Album]]:
    async with shop.opened.database.read() as tx:
        community_id = shop.world.community_id
        items = await market.list_items(tx, shop.user_id, community_id)
        return items, await market.list_albums(tx, shop.user_id, community_id)


def told(items: list[MarketItem], albums: list[Album]) -> object:
    """Leave what we sent: pictures, categories and the moment of birth are VK's own to tell."""
    return (
        sorted(
            (one.item_id, one.title, one.price, one.stock, one.availability, one.album_ids)
            for one in items
        ),
        sorted((one.album_id, one.title, one.count, one.is_hidden) for one in albums),
    )


async def as_noted_and_as_read(shop: Shop) -> tuple[object, object]:
    await shop.mirror()
    noted = told(*await cached(shop))
    await shop.mirror()
    return noted, told(*await cached(shop))


async def test_what_a_run_did_is_in_the_cached_rows_as_the_next_one_reads_it(shop: Shop) -> None:
    world = shop.world
    noted, read = await as_noted_and_as_read(shop)
    assert noted == read
    assert noted != ([], [])
    cup = product_named(world, "Чашка белая")
    world.set_price(cup.id, 777)
    cup.name = "Чашка белая, 250 мл"
    noted, read = await as_noted_and_as_read(shop)
    assert noted == read
    await shop.switch_product(cup, is_on=False)
    noted, read = await as_noted_and_as_read(shop)
    assert noted == read
    await shop.switch_product(cup, is_on=True)
    noted, read = await as_noted_and_as_read(shop)
    assert noted == read
