"""Errors that VK answers by a switch, for so many calls or so long."""

from collections.abc import Callable
from typing import Any, Literal

import httpx
import pytest

from evosync.sandbox.vk.faults import VkFault
from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.conftest import HandClock
from tests.sandbox.vk.scene import ANNA, ANNA_ID, BORIS, BORIS_ID, SHOP, SHOP_ID, Api

GOOD = {"owner_id": SHOP, "name": "Чай!", "description": "Китайский, 50 г", "category_id": 1}
CODES = [
    *(5, 6, 7, 9, 10, 13, 14, 15, 17, 24, 27, 29, 36, 43, 100, 601, 1117),
    *(1403, 1405, 1406, 1407, 1408, 1433, 1434, 1435, 77_777),
]


def adds(count: int, **params: Any) -> str:
    """A script of so many market.add, one after another."""
    given = ", ".join(f"{key}: {value!r}" for key, value in (GOOD | params).items())
    return f"return [{', '.join([f'API.market.add({{{given}}})'] * count)}];"


@pytest.mark.parametrize("code", CODES)
async def test_any_error_is_answered_to_the_next_calls(api: Api, vk: VkWorld, code: int) -> None:
    vk.faults.add(VkFault(method="market.add", error=code, times=2))
    assert await api.ok("users.get")
    assert [await api.code("market.add", **GOOD) for _ in range(2)] == [code, code]
    assert vk.items(SHOP_ID) == []
    assert vk.gate.errors == {code: 2}
    assert await api.add()


async def test_an_error_can_come_after_the_work(api: Api, vk: VkWorld) -> None:
    vk.faults.add(VkFault(method="market.add", error=10, after_work=True))
    assert await api.code("market.add", **GOOD) == 10
    assert len(vk.items(SHOP_ID)) == 1


async def test_an_error_can_be_worded(api: Api, vk: VkWorld) -> None:
    vk.faults.add(VkFault(error=15, subcode=1133, detail="no access to call this method"))
    error = (await api("market.get", owner_id=SHOP))["error"]
    assert error["error_msg"] == "Access denied: no access to call this method"
    assert error["error_subcode"] == 1133
    assert ANNA not in str(error)


@pytest.mark.parametrize(
    ("captcha", "page", "picture"),
    [("new", True, False), ("both", True, True), ("old", False, True)],
)
async def test_a_captcha_has_three_shapes(
    api: Api, vk: VkWorld, captcha: Any, page: bool, picture: bool
) -> None:
    vk.faults.add(VkFault(error=14, captcha=captcha))
    error = (await api("users.get"))["error"]
    assert (error["error_code"], error["error_msg"]) == (14, "Captcha needed")
    assert ("redirect_uri" in error, "is_refresh_enabled" in error) == (page, page)
    assert ("captcha_sid" in error, "captcha_img" in error) == (picture, picture)


@pytest.mark.parametrize(("code", "field"), [(17, "redirect_uri"), (24, "confirmation_text")])
async def test_what_a_person_has_to_do_is_told(
    api: Api, vk: VkWorld, code: int, field: str
) -> None:
    vk.faults.add(VkFault(error=code))
    assert field in (await api("users.get"))["error"]


@pytest.mark.parametrize(
    ("pattern", "struck"),
    [
        pytest.param("market.*", ["market.get"], id="family"),
        pytest.param("*", ["users.get", "market.get", "execute"], id="any request"),
        pytest.param("execute", ["execute"], id="execute"),
        pytest.param("Market.get", [], id="wrong case"),
    ],
)
async def test_methods_are_matched_by_a_pattern(
    api: Api, vk: VkWorld, pattern: str, struck: list[str]
) -> None:
    vk.faults.add(VkFault(method=pattern, error=9, times=None))
    calls: dict[str, dict[str, Any]] = {
        "users.get": {},
        "market.get": {"owner_id": SHOP},
        "execute": {"code": "return API.users.get();"},
    }
    answers = {method: await api(method, **params) for method, params in calls.items()}
    assert [method for method, answer in answers.items() if "error" in answer] == struck
    assert all("execute_errors" not in answer for answer in answers.values())


async def test_flood_control_lasts_so_many_seconds(api: Api, vk: VkWorld, clock: HandClock) -> None:
    vk.faults.add(VkFault(method="market.add", error=9, for_s=30))
    assert [await api.code("market.add", **GOOD) for _ in range(3)] == [9, 9, 9]
    assert await api.ok("market.get", owner_id=SHOP)
    clock.at += 29
    assert await api.code("market.add", **GOOD) == 9
    clock.at += 1
    assert await api.add()


async def test_faults_can_be_forgotten_and_are_not_saved(api: Api, vk: VkWorld) -> None:
    vk.faults.add(VkFault(error=29, times=None))
    assert VkWorld.load(vk.dump()).faults.waiting() == []
    assert await api.code("users.get") == 29
    vk.faults.clear()
    assert await api.ok("users.get")


async def test_one_persons_calls_can_be_struck(api: Api, vk: VkWorld) -> None:
    vk.faults.add(VkFault(method="market.get", bearer_id=BORIS_ID, error=9, times=None))
    code = f"return API.market.get({{owner_id: {SHOP}}});"

    for token, fails in ((ANNA, False), (BORIS, True)):
        caller = api.by(token)
        assert ("error" in await caller("market.get", owner_id=SHOP)) is fails
        assert ("execute_errors" in await caller("execute", code=code)) is fails


async def test_a_call_inside_an_execute_fails_alone(api: Api, vk: VkWorld) -> None:
    vk.faults.add(VkFault(method="market.add", error=1408, skip=1))
    answer = await api("execute", code=adds(3))
    assert [result is False for result in answer["response"]] == [False, True, False]
    [entry] = answer["execute_errors"]
    assert (entry["method"], entry["error_code"]) == ("market.add", 1408)
    assert len(vk.items(SHOP_ID)) == 2


async def test_a_fault_of_any_request_counts_no_calls_inside(api: Api, vk: VkWorld) -> None:
    vk.faults.add(VkFault(error=10, skip=1))
    assert "execute_errors" not in await api("execute", code=adds(3))
    assert await api.code("users.get") == 10


async def test_a_call_inside_may_be_done_and_denied(api: Api, vk: VkWorld) -> None:
    vk.faults.add(VkFault(method="market.add", error=10, after_work=True))
    answer = await api("execute", code=adds(2))
    assert answer["response"][0] is False
    assert [entry["error_code"] for entry in answer["execute_errors"]] == [10]
    assert len(vk.items(SHOP_ID)) == 2


@pytest.mark.parametrize(("after_work", "done"), [(False, 1), (True, 2)])
async def test_the_error_of_a_call_inside_may_end_the_whole(
    api: Api, vk: VkWorld, after_work: bool, done: int
) -> None:
    fault = VkFault(method="market.add", error=9, skip=1, whole=True, after_work=after_work)
    vk.faults.add(fault)
    assert await api.code("execute", code=adds(4)) == 9
    assert len(vk.items(SHOP_ID)) == done
    assert vk.gate.errors == {9: 1}


@pytest.mark.parametrize("code", [6, 10, 13, 14, 36])
@pytest.mark.parametrize(("calls_done", "done"), [(0, 0), (2, 2), (3, 3), (9, 3)])
async def test_an_execute_may_do_some_calls_and_answer_an_error(
    api: Api, vk: VkWorld, code: int, calls_done: int, done: int
) -> None:
    vk.faults.add(VkFault(calls_done=calls_done, error=code))
    assert await api.ok("users.get")  # it waits for an execute
    assert await api.code("execute", code=adds(3)) == code
    assert len(vk.items(SHOP_ID)) == done
    assert await api.ok("execute", code=adds(1))


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        pytest.param({"status": 502, "html": True}, 502, id="bad gateway"),
        pytest.param({"status": 200, "html": True}, 200, id="a page"),
        pytest.param({"cut": True}, 200, id="a cut body"),
    ],
)
async def test_an_execute_may_do_some_calls_and_answer_no_json(
    api: Api, vk: VkWorld, client: httpx.AsyncClient, trouble: dict[str, Any], status: int
) -> None:
    params = {"access_token": ANNA, "v": "5.199", "code": adds(3)}
    for fault in (
        VkFault(calls_done=2, **trouble),
        VkFault(method="market.add", skip=2, **trouble),
    ):
        vk.faults.add(fault)
        before = len(vk.items(SHOP_ID))
        answer = await client.post("/method/execute", data=params)
        assert answer.status_code == status
        with pytest.raises(ValueError, match=r"."):
            answer.json()
        # A cut at a call comes after it: half of the right answer is there.
        is_cut_at_call = "cut" in trouble and fault.calls_done is None
        assert len(vk.items(SHOP_ID)) - before == (3 if is_cut_at_call else 2)


@pytest.mark.parametrize(
    ("trouble", "status", "done"),
    [
        pytest.param({"status": 503}, 503, 0, id="status before"),
        pytest.param({"status": 502, "html": True, "after_work": True}, 502, 1, id="status after"),
        pytest.param({"status": 200, "html": True}, 200, 0, id="a page"),
        pytest.param({"cut": True}, 200, 1, id="a cut body"),
    ],
)
async def test_a_request_may_have_another_answer_than_json(
    vk: VkWorld, client: httpx.AsyncClient, trouble: dict[str, Any], status: int, done: int
) -> None:
    vk.faults.add(VkFault(method="market.add", **trouble))
    params = GOOD | {"access_token": ANNA, "v": "5.199"}
    answer = await client.post("/method/market.add", data=params)
    assert answer.status_code == status
    with pytest.raises(ValueError, match=r"."):
        answer.json()
    assert (len(vk.items(SHOP_ID)), vk.requests) == (done, 1)


async def upload(api: Api, picture: Callable[..., bytes]) -> httpx.Response:
    door = await api.ok("market.getProductPhotoUploadServer", group_id=SHOP_ID)
    return await api.client.post(door["upload_url"], files={"file": ("tea.png", picture())})


@pytest.mark.parametrize(
    ("trouble", "status", "text"),
    [
        pytest.param({"error": 22}, 200, '"error_code":22', id="error"),
        pytest.param({"status": 502, "html": True}, 502, "<h1>502", id="status"),
        pytest.param({"cut": True}, 200, '{"sha":', id="cut"),
    ],
)
async def test_the_upload_host_fails_too(
    api: Api,
    vk: VkWorld,
    picture: Callable[..., bytes],
    trouble: dict[str, Any],
    status: int,
    text: str,
) -> None:
    vk.faults.add(VkFault(method="upload", bearer_id=BORIS_ID, error=22))
    vk.faults.add(VkFault(method="upload", bearer_id=ANNA_ID, **trouble))
    answer = await upload(api, picture)
    assert (answer.status_code, answer.text.startswith(text) or text in answer.text) == (
        status,
        True,
    )
    # Only a cut answer was given after the work.
    assert len(vk.state.receipts) == int("cut" in trouble)
    assert "error" not in (await upload(api, picture)).json()
    assert vk.gate.uploads == 2


@pytest.mark.parametrize("code", [5, 1117])
async def test_a_token_dies_in_the_midst(api: Api, vk: VkWorld, code: Literal[5, 1117]) -> None:
    vk.faults.add(VkFault(error=code, skip=2, ends_token=True))
    answers = [await api("users.get") for _ in range(5)]
    assert ["error" in answer for answer in answers] == [False, False, True, True, True]
    assert {answer["error"]["error_code"] for answer in answers[2:]} == {code}
    assert VkWorld.load(vk.dump()).state.tokens[ANNA].expired
    assert await api.by(BORIS).ok("users.get")


@pytest.mark.parametrize("whole", [False, True])
async def test_a_token_dies_inside_an_execute(api: Api, vk: VkWorld, whole: bool) -> None:
    vk.faults.add(VkFault(method="market.add", error=1117, skip=1, ends_token=True, whole=whole))
    answer = await api("execute", code=adds(3))
    if whole:
        assert answer["error"]["error_code"] == 1117
    else:
        assert [entry["error_code"] for entry in answer["execute_errors"]] == [1117, 1117]
    assert len(vk.items(SHOP_ID)) == 1
    assert await api.code("users.get") == 1117


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        pytest.param({"error": 6, "drop": True}, "excludes", id="error and drop"),
        pytest.param({"error": 6, "cut": True}, "excludes", id="error and cut"),
        pytest.param({"whole": True}, "need an error", id="whole of nothing"),
        pytest.param({"detail": "…"}, "need an error", id="detail of nothing"),
        pytest.param({"error": 6, "ends_token": True}, "ends_token", id="no death"),
        pytest.param({"calls_done": 1}, "calls_done", id="done and then nothing"),
        pytest.param({"calls_done": -1, "error": 6}, "calls_done", id="less than no calls"),
        pytest.param({"error": 6, "times": 0}, "times", id="never"),
        pytest.param({"error": 9, "for_s": 0}, "for_s", id="for no time"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(fields: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        VkFault(**fields)
