import json
from typing import Any

import pytest

from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.vk.scene import COMMUNITY, SHOP, SHOP_ID, Api


def adding(name: str) -> str:
    """The call that adds an item, as a client without Args writes it."""
    params = {"owner_id": SHOP, "name": name, "description": "Китайский, 50 г", "category_id": 1}
    return f"API.market.add({json.dumps(params, ensure_ascii=False)})"


async def test_calls_of_the_array_shape_are_carried_out_in_order(api: Api, vk: VkWorld) -> None:
    answer = await api("execute", code=f"return [{adding('Первый')},{adding('Второй')}];")
    assert "execute_errors" not in answer
    ids = [added["market_item_id"] for added in answer["response"]]
    assert [item.item_id for item in vk.items(SHOP_ID)] == ids[::-1]


async def test_names_travel_in_args_without_escaping(api: Api, vk: VkWorld) -> None:
    name = "Чай \"Люкс\" \\ {'1'}\u2028"
    code = (
        "return [API.market.add({owner_id: Args.o, name: Args.n0, description: Args.d0,"
        " category_id: 1, price: Args.p0})];"
    )
    await api.ok("execute", code=code, o=SHOP, n0=name, d0=name + "*" * 10, p0="12.50")
    [item] = vk.items(SHOP_ID)
    assert (item.title, item.price) == (name, 1250)


async def test_a_failed_call_is_false_and_listed_in_order(api: Api) -> None:
    code = (
        f"return [{adding('Чай')}, {adding('Первый')},"
        f" API.market.edit({{owner_id: {SHOP}, item_id: 9}}), API.market.fly()];"
    )
    answer = await api("execute", code=code)
    assert [result is False for result in answer["response"]] == [True, False, True, True]
    errors = [(entry["method"], entry["error_code"]) for entry in answer["execute_errors"]]
    assert errors == [("market.add", 100), ("market.edit", 1403), ("market.fly", 3)]
    assert answer["execute_errors"][1]["error_msg"] == "Item not found"


async def test_a_second_entry_for_execute_itself_can_trail(api: Api, vk: VkWorld) -> None:
    vk.knobs.trailing_execute_error = True
    answer = await api("execute", code="return [API.market.fly()];")
    assert [entry["method"] for entry in answer["execute_errors"]] == ["market.fly", "execute"]
    assert "execute_errors" not in await api("execute", code="return 1;")


async def test_twenty_five_calls_are_made_and_the_next_one_is_too_many(
    api: Api, vk: VkWorld
) -> None:
    await api.ok("execute", code=f"return [{','.join([adding('Первый')] * 25)}];")
    assert vk.requests == 1
    assert await api.code("execute", code=f"return [{','.join([adding('Первый')] * 26)}];") == 13
    # The first 25 calls of the second script were made before it broke off.
    assert len(vk.items(SHOP_ID)) == 50


@pytest.mark.parametrize(
    ("code", "error"),
    [
        pytest.param("", 100, id="no code"),
        pytest.param('return [API.market.add({"name": "Чай "Люкс""})];', 12, id="no script"),
        pytest.param("while (true) {}", 13, id="endless"),
        pytest.param("var a = []; a.push(a); return a;", 13, id="value without end"),
    ],
)
async def test_a_bad_script_is_an_error_of_the_whole(api: Api, code: str, error: int) -> None:
    assert await api.code("execute", code=code) == error


async def test_a_big_answer_is_refused(api: Api, vk: VkWorld) -> None:
    await api.add()
    code = f"return [API.market.get({{owner_id: {SHOP}}}), API.market.get({{owner_id: {SHOP}}})];"
    size = len(json.dumps(await api.ok("execute", code=code), ensure_ascii=False).encode())
    vk.knobs.execute_answer_bytes = size // 2
    assert await api.code("execute", code=code) == 13


async def test_columns_are_read_by_projection(api: Api) -> None:
    await api.add(price="1.5", sku="tea")
    await api.add(price="2")
    code = (
        f"var page = API.market.get({{owner_id: {SHOP}}});"
        " return [page.count, page.items@.price@.amount, page.items@.sku];"
    )
    assert await api.ok("execute", code=code) == [2, ["200", "150"], [None, "tea"]]


async def test_projection_can_drop_missing_fields(api: Api, vk: VkWorld) -> None:
    vk.knobs.missing_projection = "dropped"
    await api.add(sku="tea")
    await api.add()
    code = f"return API.market.get({{owner_id: {SHOP}}}).items@.sku;"
    assert await api.ok("execute", code=code) == ["tea"]


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("market.saveProductPhoto", {"upload_response": "{}"}),
        ("execute.now", {"code": "return 1;"}),
    ],
)
async def test_some_methods_do_not_work_inside(
    api: Api, method: str, params: dict[str, Any]
) -> None:
    answer = await api("execute", code=f"return API.{method}({json.dumps(params)});")
    assert (answer["response"], answer["execute_errors"][0]["error_code"]) == (False, 3)


async def test_a_community_token_may_execute_but_not_sell(api: Api) -> None:
    answer = await api.by(COMMUNITY)(
        "execute", code=f"return [API.groups.getById(), {adding('Чай!')}];"
    )
    assert answer["response"][0]["groups"][0]["id"] == SHOP_ID
    assert [entry["error_code"] for entry in answer["execute_errors"]] == [27]


async def test_a_script_takes_its_time(api: Api, vk: VkWorld) -> None:
    vk.knobs.execute_delay_s, vk.knobs.call_delay_s = 0.001, 0.001
    assert await api.ok("execute", code="return API.users.get().length;") == 1
    assert await api.ok("users.get")
