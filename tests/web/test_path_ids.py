"""Whatever an id holds, its address is one part of a path and leads back to it."""

import re
from dataclasses import replace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evosync.db.selection import get_selection
from evosync.engine.rules import NO_GROUP
from evosync.web.path_ids import opened, sealed
from evosync.web.state import AppState
from tests.builders import group, product, store, store_reading
from tests.web.people import Person
from tests.web.trade import Trade

ODD = ["a/b", "a?b", "a#b", "a%2Fb", "..", ".", "~2F", "чай 🍵", "a\\b;c=d&e"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_an_id_is_one_plain_part_of_a_path_and_is_read_back(text: str) -> None:
    part = sealed(text)
    assert re.fullmatch(r"[A-Za-z0-9._~-]+", part)
    assert part.strip(".")
    assert opened({"pid": part}) == {"pid": text}


@pytest.mark.parametrize("plain", ["20200101-AAAA-4000-80AA-000000000001", "none", "p_1.2"])
def test_a_plain_id_stands_as_it_is(plain: str) -> None:
    assert sealed(plain) == plain


@pytest.mark.parametrize("odd", ODD)
async def test_switches_of_odd_ids_work_and_no_page_breaks_of_them(
    annas: httpx.AsyncClient, state: AppState, anna: Person, odd: str
) -> None:
    goods = replace(product(odd, parent_id=odd), store_id=odd)
    shop = store_reading(goods, store=store(odd), groups=(group(odd, store_id=odd),))
    await Trade(state, anna.id).open(shop)
    at = f"/catalog/stores/{sealed(odd)}"
    [problem] = re.findall(r'href="(/problems/[^"]+)"', (await annas.get(f"{at}/products")).text)
    assert (await annas.get(problem)).status_code == 200
    for page, act in (
        (f"{at}/products", f"{at}/products/{sealed(odd)}/toggle"),
        (f"{at}/groups", f"{at}/groups/{sealed(odd)}/toggle"),
        ("/catalog/stores", f"{at}/toggle"),
    ):
        assert f'hx-post="{act}"' in (await annas.get(page)).text
        answer = await annas.post(act, data={"on": "0"})
        assert answer.status_code == 303
        assert (await annas.get(answer.headers["location"])).status_code == 200
    async with state.database.read() as tx:
        chosen = await get_selection(tx, anna.id)
    assert chosen.stores == set()
    assert chosen.groups == {(odd, NO_GROUP)}
    assert chosen.products_off == {(odd, odd)}
