"""The owner's pages over a large shop: each asks the database as often as over a small one."""

import httpx
import pytest

from evosync.web.state import AppState
from tests.builders import SHOP
from tests.many_goods import ManyGoods
from tests.web.counting import counted
from tests.web.people import Person
from tests.web.till import Till

PAGES = (
    "/profile",
    "/connections",
    "/catalog/stores",
    f"/catalog/stores/{SHOP}/groups",
    f"/catalog/stores/{SHOP}/products",
    f"/catalog/stores/{SHOP}/products?state=waiting&sort=price&page=2",
    "/sync",
    "/sync/photo",
    "/sync/preview",
    "/runs",
    "/problems",
    "/problems?q=чай",
    "/problems?code=no_price&page=2",
    "/vk-catalog/albums",
    "/vk-catalog/albums/all/products?page=3",
)
SIZES = (300, 15_000)
MOST = 40  # statements a page


@pytest.fixture
async def till(state: AppState, anna: Person) -> Till:
    made = Till(state=state, user_id=anna.id)
    await made.connect()
    return made


async def test_a_page_asks_no_more_often_over_15000_goods_than_over_300(
    annas: httpx.AsyncClient, till: Till
) -> None:
    asked: dict[int, dict[str, int]] = {}
    for count in SIZES:
        goods = ManyGoods(user_id=till.user_id, community_id=till.place.community_id, count=count)
        await goods.save(till.state.database)
        asked[count] = {path: await _count(annas, till, path) for path in PAGES}
    few, many = (asked[count] for count in SIZES)
    assert few == many
    assert max(many.values()) <= MOST, many


async def _count(annas: httpx.AsyncClient, till: Till, path: str) -> int:
    await annas.get(path)  # what is kept between two looks is read by the first
    with counted(till.state.database) as sent:
        answer = await annas.get(path)
    assert answer.status_code == 200, path
    return len(sent)
