"""The pages of the catalog over great tills: shown whole, and asked for as often as small ones."""

import pytest
from httpx import AsyncClient

from evosync.web.state import AppState
from tests.builders import SHOP, group, product, store_reading
from tests.web.counting import counted
from tests.web.people import Person
from tests.web.till import Till

GROUPS = f"/catalog/stores/{SHOP}/groups"


@pytest.fixture
async def till(state: AppState, anna: Person) -> Till:
    made = Till(state=state, user_id=anna.id)
    await made.connect()
    return made


async def test_hundreds_of_levels_and_thousands_of_groups_are_shown(
    annas: AsyncClient, till: Till
) -> None:
    deep = [
        group(f"d{n}", name=f"Уровень {n}", parent_id=f"d{n - 1}" if n else None)
        for n in range(120)
    ]
    wide = [group(f"w{n}", name=f"Полка {n}") for n in range(1_880)]
    await till.read(store_reading(product(parent_id="d119"), groups=(*deep, *wide)))
    answer = await annas.get(GROUPS)
    assert answer.text.count('role="switch"') == 2_002  # and one for new groups
    assert "Уровень 119" in answer.text
    form = {"on": "1", "with_subgroups": "1"}
    await annas.post(f"{GROUPS}/d0/toggle", data=form)
    assert len((await till.chosen()).groups) == 120


@pytest.mark.parametrize("path", ["/catalog/stores", GROUPS])
async def test_pages_ask_as_often_whatever_they_show(
    annas: AsyncClient, till: Till, path: str
) -> None:
    counts = []
    for number in (1, 60):
        groups = [group(f"g{each}", name=f"Полка {each}") for each in range(number)]
        goods = [product(f"p{each}", parent_id=f"g{each}") for each in range(number)]
        await till.read(store_reading(*goods, groups=groups))
        await till.choose_all()
        with counted(till.state.database) as sent:
            assert (await annas.get(path)).status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 25
