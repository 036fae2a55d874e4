"""What goes wrong on purpose at the door of the fake cloud."""

from typing import Any

import httpx
import pytest

from evosync.sandbox.evotor.faults import EvotorFault
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.shop import LESNAYA_ID, MIRA_ID, SHOP_TOKEN
from evosync.sandbox.world import SandboxWorld
from tests.sandbox.conftest import HandClock

PRODUCTS = f"/stores/{MIRA_ID}/products"
OTHER_PRODUCTS = f"/stores/{LESNAYA_ID}/products"
PRODUCT = f"{PRODUCTS}/0d5e0c1e-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("pattern", "struck"),
    [
        pytest.param("**", {"/stores", PRODUCTS, OTHER_PRODUCTS, PRODUCT}, id="everything"),
        pytest.param("/stores", {"/stores"}, id="the list of stores"),
        pytest.param("/stores/*/products", {PRODUCTS, OTHER_PRODUCTS}, id="lists of products"),
        pytest.param("/stores/*/products/*", {PRODUCT}, id="single products"),
        pytest.param(f"/stores/{MIRA_ID}/**", {PRODUCTS, PRODUCT}, id="one store"),
        pytest.param("/stores/*", set(), id="single stores"),
        pytest.param("/stores/?*", set(), id="no other signs"),
    ],
)
def test_a_fault_strikes_the_paths_of_its_pattern(pattern: str, struck: set[str]) -> None:
    fault = EvotorFault(path=pattern, status=500)
    paths = ["/stores", PRODUCTS, OTHER_PRODUCTS, PRODUCT]
    assert {path for path in paths if fault.strikes("GET", path, "")} == struck


@pytest.mark.parametrize(
    ("fault", "strikes"),
    [
        pytest.param(EvotorFault(status=401, verb="GET"), True, id="its verb"),
        pytest.param(EvotorFault(status=401, verb="PATCH"), False, id="another verb"),
        pytest.param(EvotorFault(status=401, token=SHOP_TOKEN), True, id="its token"),
        pytest.param(EvotorFault(status=401, token="boris"), False, id="another token"),
    ],
)
@pytest.mark.parametrize("scheme", ["Bearer ", ""], ids=["Bearer", "bare"])
async def test_a_fault_may_be_for_one_verb_or_token(
    world: SandboxWorld,
    evotor: httpx.AsyncClient,
    scheme: str,
    fault: EvotorFault,
    strikes: bool,
) -> None:
    evotor.headers["authorization"] = scheme + SHOP_TOKEN
    world.evotor.faults.add(fault)
    assert (await evotor.get("/stores")).status_code == (401 if strikes else 200)


@pytest.mark.parametrize("status", [401, 402, 403, 404, 429, 500, 503])
async def test_a_status_is_answered_with_an_empty_body(
    world: SandboxWorld, evotor: httpx.AsyncClient, status: int
) -> None:
    world.evotor.faults.add(EvotorFault(path="/stores/*/products", status=status, times=2))
    answers = [await evotor.get(path) for path in (PRODUCTS, "/stores", PRODUCTS, PRODUCTS)]
    assert [answer.status_code for answer in answers] == [status, 200, status, 200]
    assert answers[0].content == b""
    assert "x-ratelimit-reset" not in answers[0].headers
    assert world.evotor.requests == 4


async def test_one_store_may_be_unreadable_until_the_faults_are_cleared(
    world: SandboxWorld, evotor: httpx.AsyncClient
) -> None:
    path = f"/stores/{MIRA_ID}/**"
    world.evotor.faults.add(EvotorFault(path=path, status=502, html=True, times=None))
    answers = [await evotor.get(PRODUCTS) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {502}
    assert "<html>" in answers[0].text
    assert (await evotor.get(OTHER_PRODUCTS)).status_code == 200
    world.evotor.faults.clear()
    assert (await evotor.get(PRODUCTS)).status_code == 200


async def test_a_single_product_may_fail_while_its_list_is_fine(
    world: SandboxWorld, evotor: httpx.AsyncClient
) -> None:
    world.evotor.faults.add(EvotorFault(path="/stores/*/products/*", status=500))
    [product_id, *_] = [row["id"] for row in (await evotor.get(PRODUCTS)).json()["items"]]
    assert (await evotor.get(f"{PRODUCTS}/{product_id}")).status_code == 500
    assert (await evotor.get(f"{PRODUCTS}/{product_id}")).status_code == 200


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        pytest.param({}, {}, id="bare"),
        pytest.param({"retry_after_s": 7}, {"retry-after": "7"}, id="Retry-After"),
        pytest.param({"reset_in_s": 7}, {"x-ratelimit-reset": "7"}, id="Reset in seconds"),
        pytest.param(
            {"reset_in_s": 7, "reset_unit": "epoch"},
            {"x-ratelimit-reset": "1759500008"},
            id="Reset as epoch",
        ),
        pytest.param(
            {"reset_in_s": 7, "retry_after_s": 8},
            {"x-ratelimit-reset": "7", "retry-after": "8"},
            id="both",
        ),
    ],
)
async def test_a_429_says_as_much_as_it_is_told_to(
    world: SandboxWorld,
    evotor: httpx.AsyncClient,
    clock: HandClock,
    fields: dict[str, Any],
    headers: dict[str, str],
) -> None:
    clock.at = 1_759_500_000.5
    world.evotor.faults.add(EvotorFault(status=429, **fields))
    answer = await evotor.get("/stores")
    telling = {"retry-after", "x-ratelimit-reset"}
    assert answer.status_code == 429
    assert {name: value for name, value in answer.headers.items() if name in telling} == headers
    assert answer.headers.get("x-ratelimit-remaining") == ("0" if "reset_in_s" in fields else None)


async def test_a_truncated_answer_keeps_its_status_and_type(
    world: SandboxWorld, evotor: httpx.AsyncClient
) -> None:
    whole = await evotor.get("/stores")
    world.evotor.faults.add(EvotorFault(cut=True))
    cut = await evotor.get("/stores")
    assert (cut.status_code, cut.headers["content-type"]) == (200, whole.headers["content-type"])
    assert cut.content == whole.content[: len(whole.content) // 2]


@pytest.mark.parametrize(("after_work", "price"), [(False, 100), (True, 250)], ids=str)
async def test_a_connection_is_dropped_before_or_after_the_work(
    world: SandboxWorld, after_work: bool, price: int
) -> None:
    product = world.add_product("Чай", 100, store_id=MIRA_ID)
    world.evotor.faults.add(EvotorFault(verb="PATCH", drop=True, after_work=after_work))
    headers = {"Authorization": f"Bearer {world.evotor_token}"}
    async with (
        serve_sandbox(world) as url,
        httpx.AsyncClient(base_url=f"{url}/evotor", headers=headers) as client,
    ):
        with pytest.raises(httpx.RemoteProtocolError):
            await client.patch(f"{PRODUCTS}/{product.id}", json={"price": 250})
        answer = await client.get(f"{PRODUCTS}/{product.id}")
    assert answer.json()["price"] == price


@pytest.mark.parametrize(
    ("fields", "about"),
    [
        pytest.param({"path": "stores", "status": 500}, "slash", id="no path"),
        pytest.param({"drop": True, "retry_after_s": 3}, "status", id="headers of no answer"),
        pytest.param({"times": 0}, "times", id="what no fault may be"),
    ],
)
def test_a_fault_without_sense_is_refused(fields: dict[str, Any], about: str) -> None:
    with pytest.raises(ValueError, match=about):
        EvotorFault(**fields)
