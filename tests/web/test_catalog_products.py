"""The products of one store: what becomes of each, found by name, code or barcode, by pages."""

import re

import httpx
import pytest

from evosync.web.state import AppState
from tests.builders import SHOP, product, store, store_reading
from tests.web.people import Person
from tests.web.till import Till

PAGE = f"/catalog/stores/{SHOP}/products"


@pytest.fixture
def till(state: AppState, anna: Person) -> Till:
    return Till(state=state, user_id=anna.id)


def names(html: str) -> list[str]:
    """List the products of a page, in order."""
    return re.findall(r"fw-medium[^>]* text-break[^>]*>([^<]+)</(?:a|span)>", html)


async def test_what_waits_for_the_owner_comes_first(annas: httpx.AsyncClient, till: Till) -> None:
    await till.connect()
    await till.read(
        store_reading(
            product("a", name="Чай"), product("b", name="Кофе", price=None), store=store()
        )
    )
    await till.choose_all()
    await till.publish("a")
    await till.mirror()
    html = (await annas.get(PAGE)).text
    assert names(html) == ["Кофе", "Чай"]
