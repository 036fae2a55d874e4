"""Lists and rows that the fake cloud spoils on purpose."""

import itertools
from typing import Any

import httpx
import pytest

from evosync.sandbox.evotor.knobs import Knobs
from evosync.sandbox.shop import LESNAYA_ID, MIRA_ID, UNPAID_ID
from evosync.sandbox.world import SandboxWorld

PAGES_MAX = 30  # a reader without a guard against cursors would read for ever


@pytest.fixture
def knobs(world: SandboxWorld) -> Knobs:
    """The switches of a cloud with seven teas on Mira and pages of two rows."""
    for store in world.evotor.stores():
        store.products.clear()
    for number in range(7):
        world.add_product(
            f"Чай {number}", 100, store_id=MIRA_ID, id=f"t{number}", quantity=number, tax=None
        )
        world.add_product(f"Кофе {number}", 100, store_id=LESNAYA_ID, id=f"c{number}")
    world.evotor.knobs.page_size = 2
    return world.evotor.knobs


async def pages(
    evotor: httpx.AsyncClient, store_id: str = MIRA_ID
) -> list[tuple[list[str], str | None]]:
    """Read the pages of a list of products: their ids and the next cursor."""
    read: list[tuple[list[str], str | None]] = []
    cursor: str | None = ""
    while cursor is not None and len(read) < PAGES_MAX:
        params = {"cursor": cursor} if cursor else {}
        body = (await evotor.get(f"/stores/{store_id}/products", params=params)).json()
        cursor = body["paging"].get("next_cursor")
        read.append(([row["id"] for row in body["items"]], cursor))
    return read


async def row(evotor: httpx.AsyncClient, product_id: str = "t3") -> dict[str, Any]:
    """Ask for one tea."""
    answer: dict[str, Any] = (await evotor.get(f"/stores/{MIRA_ID}/products/{product_id}")).json()
    return answer


async def test_a_repeated_cursor_leads_to_the_same_page_for_ever(
    evotor: httpx.AsyncClient, knobs: Knobs
) -> None:
    knobs.cursors = "repeat"
    read = await pages(evotor)
    assert [ids for ids, _ in read[:3]] == [["t0", "t1"], ["t2", "t3"], ["t2", "t3"]]
    assert len({cursor for _, cursor in read}) == 1
    assert len(read) == PAGES_MAX


async def test_ever_new_cursors_lead_to_empty_pages(
    evotor: httpx.AsyncClient, knobs: Knobs
) -> None:
    knobs.cursors = "grow"
    read = await pages(evotor)
    assert [ids for ids, _ in read[3:6]] == [["t6"], [], []]
    assert len({cursor for _, cursor in read}) == PAGES_MAX


@pytest.mark.parametrize(
    ("size", "read"),
    [
        pytest.param(
            3, [["t0", "t1", "t2"], ["t2", "t3", "t4"], ["t4", "t5", "t6"]], id="three rows"
        ),
        pytest.param(
            1,
            [
                ["t0"],
                *(list(pair) for pair in itertools.pairwise(f"t{number}" for number in range(7))),
            ],
            id="one row",
        ),
    ],
)
async def test_a_row_may_stand_on_two_pages(
    evotor: httpx.AsyncClient, knobs: Knobs, size: int, read: list[list[str]]
) -> None:
    knobs.repeats_rows = True
    knobs.page_size = size
    assert [ids for ids, _ in await pages(evotor)] == read


@pytest.mark.parametrize(
    ("share", "ids"),
    [
        pytest.param(0.5, ["t0", "t1", "t2"], id="half"),
        pytest.param(0.0, [], id="nothing"),
        pytest.param(1.0, [f"t{number}" for number in range(7)], id="all"),
    ],
)
async def test_a_part_of_a_list_ends_as_if_it_were_the_whole(
    evotor: httpx.AsyncClient, knobs: Knobs, share: float, ids: list[str]
) -> None:
    knobs.listed_share = share
    read = await pages(evotor)
    assert [product_id for page, _ in read for product_id in page] == ids
    assert read[-1][1] is None
    assert (await row(evotor, "t6"))["name"] == "Чай 6"


async def test_the_switches_hold_for_the_named_stores_and_lists(
    world: SandboxWorld, evotor: httpx.AsyncClient, knobs: Knobs
) -> None:
    knobs.listed_share = 0.0
    knobs.spoiled_stores = (MIRA_ID,)
    assert [ids for ids, _ in await pages(evotor)] == [[]]
    assert len(await pages(evotor, LESNAYA_ID)) == 4
    assert (await evotor.get(f"/stores/{MIRA_ID}/product-groups")).json()["items"]
    knobs.spoiled_lists = ("stores", "product-groups")
    assert len(await pages(evotor)) == 4
    assert (await evotor.get(f"/stores/{MIRA_ID}/product-groups")).json()["items"] == []
    assert (await evotor.get(f"/stores/{LESNAYA_ID}/product-groups")).json()["items"]
    assert (await evotor.get("/stores")).json()["items"] == []


async def test_a_store_left_out_of_the_list_still_answers(
    evotor: httpx.AsyncClient, knobs: Knobs
) -> None:
    knobs.unlisted_stores = (MIRA_ID,)
    rows = (await evotor.get("/stores")).json()["items"]
    assert [store["id"] for store in rows] == [LESNAYA_ID, UNPAID_ID]
    assert len(await pages(evotor)) == 4


async def test_a_list_may_come_without_its_envelope(
    evotor: httpx.AsyncClient, knobs: Knobs
) -> None:
    knobs.bare_lists = True
    rows = (await evotor.get(f"/stores/{MIRA_ID}/products")).json()
    assert [product["id"] for product in rows] == [f"t{number}" for number in range(7)]
    late = (await evotor.get(f"/stores/{MIRA_ID}/products", params={"since": 2**53})).json()
    assert late == []


@pytest.mark.parametrize(
    ("quantities", "shown"),
    [
        pytest.param("true", [0, 3], id="as they are"),
        pytest.param("negative", [-1, -3], id="negative"),
        pytest.param("fractional", [0.5, 3.5], id="fractional"),
        pytest.param("text", ["0", "3"], id="text"),
        pytest.param("empty", ["", ""], id="empty text"),
    ],
)
async def test_quantities_may_be_odd(
    evotor: httpx.AsyncClient, knobs: Knobs, quantities: Any, shown: list[Any]
) -> None:
    knobs.quantities = quantities
    assert [(await row(evotor, tea))["quantity"] for tea in ("t0", "t3")] == shown


async def test_fields_may_be_absent_or_null(evotor: httpx.AsyncClient, knobs: Knobs) -> None:
    knobs.absent_fields = ("quantity", "price", "updated_at")
    knobs.null_fields = ("name", "allow_to_sell")
    tea = await row(evotor)
    assert not {"quantity", "price", "updated_at"} & tea.keys()
    assert (tea["name"], tea["allow_to_sell"]) == (None, None)


async def test_empty_fields_may_be_null_instead_of_absent(
    evotor: httpx.AsyncClient, knobs: Knobs
) -> None:
    assert "tax" not in await row(evotor)
    knobs.sends_nulls = True
    tea = await row(evotor)
    assert (tea["tax"], tea["parent_id"], tea["price"]) == (None, None, 100)


async def test_rows_may_have_fields_and_types_that_nobody_knows(
    evotor: httpx.AsyncClient, knobs: Knobs
) -> None:
    known = set(await row(evotor))
    knobs.unknown_fields = True
    knobs.product_type = "ROBOTS_MARKED"
    tea = await row(evotor)
    assert tea["type"] == "ROBOTS_MARKED"
    assert set(tea) - known == {"x_shelf", "x_label"}


async def test_groups_and_stores_are_spoiled_only_if_named(
    evotor: httpx.AsyncClient, knobs: Knobs
) -> None:
    knobs.absent_fields = ("name",)
    addresses = [f"/stores/{MIRA_ID}", f"/stores/{MIRA_ID}/product-groups"]
    store, groups = [(await evotor.get(address)).json() for address in addresses]
    group_id = groups["items"][0]["id"]
    assert "name" in store
    assert all("name" in group for group in groups["items"])
    knobs.spoiled_lists = ("stores", "product-groups")
    addresses.append(f"/stores/{MIRA_ID}/product-groups/{group_id}")
    store, groups, group = [(await evotor.get(address)).json() for address in addresses]
    assert not any("name" in each for each in [store, group, *groups["items"]])


async def test_a_quantity_that_is_no_number_stays_as_it_is(
    world: SandboxWorld, evotor: httpx.AsyncClient, knobs: Knobs
) -> None:
    world.places("t3")[0][1].odd = {"quantity": "много"}
    knobs.quantities = "negative"
    assert (await row(evotor))["quantity"] == "много"
