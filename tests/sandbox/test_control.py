"""The sandbox steered over HTTP, as from another process."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from evosync.sandbox.control import control_routes
from evosync.sandbox.evotor.faults import EvotorFault
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.world import SandboxWorld


@pytest.fixture
async def control(world: SandboxWorld) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the control."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=control_routes(world))),
        base_url="http://127.0.0.1",
    ) as client:
        yield client


async def test_the_control_steers_a_sandbox_that_serves(world: SandboxWorld) -> None:
    headers = {"Authorization": f"Bearer {world.evotor_token}"}
    async with serve_sandbox(world) as url, httpx.AsyncClient(base_url=url) as client:
        fault = {"path": "/stores", "status": 503, "html": True, "times": None}
        await client.post("/control/evotor/faults", json=fault)
        assert (await client.get("/evotor/stores", headers=headers)).status_code == 503
        await client.delete("/control/evotor/faults")
        await client.post("/control/evotor/knobs", json={"page_size": 1})
        rows = (await client.get("/evotor/stores", headers=headers)).json()["items"]
        assert len(rows) == 1
        await client.post("/control/vk/faults", json={"method": "users.get", "error": 10})
        asked = {"access_token": world.vk_token, "v": "5.199"}
        answer = await client.post("/vk/method/users.get", data=asked)
        assert answer.json()["error"]["error_code"] == 10
        state = (await client.get("/control")).json()
    evotor, vk = state["evotor"], state["vk"]
    assert (evotor["requests"], evotor["requests_by_path"]) == (2, {"/stores": 2})
    assert (evotor["struck"], evotor["faults"], evotor["knobs"]["page_size"]) == (1, [], 1)
    assert (vk["requests"], vk["struck"], vk["errors"]) == (1, 1, {"10": 1})
    assert (vk["uploads"], vk["writes"], vk["faults"]) == (0, 0, [])


async def test_a_fault_is_added_as_described(
    world: SandboxWorld, control: httpx.AsyncClient
) -> None:
    fault = {"path": "/stores/*/products", "status": 500, "times": 3}
    answer = await control.post("/control/evotor/faults", json=fault)
    added = EvotorFault(path="/stores/*/products", status=500, times=3)
    assert world.evotor.faults.waiting() == [added]
    [waiting] = answer.json()["faults"]
    assert waiting.items() >= fault.items()
    await control.post("/control/vk/faults", json={"method": "market.add", "drop": True})
    assert world.vk.faults.waiting() == [VkFault(method="market.add", drop=True)]
    state = (await control.get("/control")).json()
    assert state["evotor"]["faults"] == [waiting]
    assert [fault["method"] for fault in state["vk"]["faults"]] == ["market.add"]


@pytest.mark.parametrize("side", ["evotor", "vk"])
async def test_the_faults_of_one_side_are_cleared(
    world: SandboxWorld, control: httpx.AsyncClient, side: str
) -> None:
    world.evotor.faults.add(EvotorFault(status=500))
    world.vk.faults.add(VkFault(error=10))
    answer = await control.delete(f"/control/{side}/faults")
    assert (answer.status_code, answer.json()) == (200, {"faults": []})
    left = {"evotor": world.evotor.faults.waiting(), "vk": world.vk.faults.waiting()}
    assert [name for name, faults in left.items() if not faults] == [side]


async def test_knobs_are_set_by_name(world: SandboxWorld, control: httpx.AsyncClient) -> None:
    order = {"page_size": 7, "spoiled_stores": ["a", "b"], "listed_share": 1, "cursors": "grow"}
    answer = await control.post("/control/evotor/knobs", json=order)
    knobs = world.evotor.knobs
    assert (knobs.page_size, knobs.spoiled_stores) == (7, ("a", "b"))
    assert (knobs.listed_share, knobs.cursors) == (1.0, "grow")
    assert answer.json()["knobs"].items() >= order.items()
    await control.post("/control/vk/knobs", json={"max_items": 5})
    assert world.vk.knobs.max_items == 5


@pytest.mark.parametrize(
    ("address", "order", "words"),
    [
        pytest.param("evotor/knobs", {"page_sise": 2}, "no knob «page_sise»", id="no knob"),
        pytest.param("vk/knobs", {"page_size": 2}, "no knob «page_size»", id="the other's knob"),
        pytest.param("evotor/knobs", {"page_size": "2"}, "page_size: Expected `int`", id="type"),
        pytest.param(
            "evotor/knobs",
            {"page_size": 2, "cursors": "end "},
            "cursors: Invalid enum",
            id="value, after a right one",
        ),
        pytest.param("evotor/knobs", [], "JSON object", id="an array"),
        pytest.param("evotor/faults", {"method": "x"}, "no field «method»", id="no field"),
        pytest.param("evotor/faults", {"times": "3"}, "$.times", id="type of a field"),
        pytest.param("evotor/faults", {"times": 0}, "at least 1", id="value of a field"),
        pytest.param("vk/faults", {"path": "/stores"}, "no field «path»", id="the other's field"),
    ],
)
async def test_a_wrong_order_changes_nothing_and_says_why(
    world: SandboxWorld, control: httpx.AsyncClient, address: str, order: Any, words: str
) -> None:
    before = (await control.get("/control")).json()
    answer = await control.post(f"/control/{address}", json=order)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert (await control.get("/control")).json() == before
    assert world.evotor.faults.waiting() == []


async def test_a_body_that_is_no_json_is_refused(control: httpx.AsyncClient) -> None:
    answer = await control.post("/control/evotor/knobs", content=b"page_size=2")
    assert (answer.status_code, "JSON object" in answer.json()["error"]) == (400, True)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        pytest.param("127.0.0.1", 200, id="this machine"),
        pytest.param("::1", 200, id="this machine by IPv6"),
        pytest.param("192.168.0.17", 403, id="another machine"),
        pytest.param("unknown", 403, id="nobody knows who"),
    ],
)
async def test_only_this_machine_may_steer(world: SandboxWorld, address: str, status: int) -> None:
    transport = httpx.ASGITransport(Starlette(routes=control_routes(world)), client=(address, 4000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/control")).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Host": "localhost:8900"}, 200, id="this machine by name"),
        pytest.param({"Host": "[::1]:8900"}, 200, id="this machine by IPv6"),
        pytest.param({"Host": "evil.example:8900"}, 403, id="a name that was led here"),
        pytest.param({"Host": "127.0.0.1.evil.example"}, 403, id="a name that looks alike"),
        pytest.param({"Host": "[::1"}, 403, id="no name at all"),
        pytest.param(
            {"Host": "127.0.0.1:8900", "Origin": "http://127.0.0.1:8900"}, 200, id="its own page"
        ),
        pytest.param(
            {"Host": "127.0.0.1:8900", "Origin": "http://127.0.0.1:80"}, 403, id="another port's"
        ),
        pytest.param({"Origin": "https://evil.example"}, 403, id="another site's page"),
        pytest.param({"Origin": "null"}, 403, id="a page that hides whose it is"),
    ],
)
async def test_no_page_of_another_site_may_steer(
    world: SandboxWorld, control: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    order = {"page_size": 7}
    answer = await control.post("/control/evotor/knobs", json=order, headers=headers)
    assert answer.status_code == status
    assert (world.evotor.knobs.page_size == 7) is (status == 200)


@pytest.mark.parametrize("said", ["192.168.0.17", "unknown"])
async def test_who_steers_is_told_by_the_connection(world: SandboxWorld, said: str) -> None:
    async with serve_sandbox(world) as url, httpx.AsyncClient(base_url=url) as client:
        answer = await client.get("/control", headers={"X-Forwarded-For": said})
    assert answer.status_code == 200


async def test_faults_and_knobs_are_not_saved(
    world: SandboxWorld, control: httpx.AsyncClient, tmp_path: Any
) -> None:
    await control.post("/control/evotor/faults", json={"status": 500})
    await control.post("/control/evotor/knobs", json={"page_size": 2})
    world.save(tmp_path / "world.json")
    loaded = SandboxWorld.load(tmp_path / "world.json")
    assert loaded.evotor.faults.waiting() == []
    assert loaded.evotor.knobs.page_size == 1000
