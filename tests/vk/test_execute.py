"""Many calls in one request: the script, the pairing of errors, and texts that survive it."""

import httpx
import pytest
import respx

from evosync.sandbox.vk.world import VkWorld
from evosync.vk.errors import Unsure, VkRefusal
from evosync.vk.execute import Call, Unpaired, execute, pair, script
from evosync.vk.wire import ErrorRow
from tests.vk.stand import COMMUNITY_ID, OWNER_ID, Stand, answer, failed, form_of

NASTY = [
    'Чай "Кёр & Ко" \\ <1>',
    "Чай 🍵 с ё",
    "Чай\nв две\tстроки",
    "Чай\u2028и\u2029разделители",
    "'});return API.users.get({});//",
]


def add(title: str, description: str = "Чай, просто чай") -> Call:
    return Call(
        method="market.add",
        params={
            "owner_id": OWNER_ID,
            "name": title,
            "description": description,
            "category_id": 40932,
            "price": "1.00",
        },
    )


def edit(item_id: int) -> Call:
    return Call(method="market.edit", params={"owner_id": OWNER_ID, "item_id": item_id})


def test_the_script_holds_names_and_no_values() -> None:
    code, args = script([add('"});'), Call(method="users.get", params={"user_ids": None})])
    assert code == (
        'return [API.market.add({"owner_id":Args.owner_id_0,"name":Args.name_0,'
        '"description":Args.description_0,"category_id":Args.category_id_0,'
        '"price":Args.price_0}),API.users.get({})];'
    )
    assert args["name_0"] == '"});'


@pytest.mark.parametrize("text", NASTY)
async def test_nasty_texts_survive_unchanged(shop: Stand, world: VkWorld, text: str) -> None:
    await execute(shop.api, [add(text, f"Описание: {text}")])
    (made,) = world.items(COMMUNITY_ID)
    assert (made.title, made.description) == (text, f"Описание: {text}")


async def test_an_execute_is_one_request_and_many_calls(shop: Stand, world: VkWorld) -> None:
    results = await execute(shop.api, [add(f"Чай {number}") for number in range(25)])
    assert isinstance(results, list)
    assert len(results) == 25
    assert (shop.api.requests, shop.api.calls) == (1, 25)
    assert world.requests == 1


@pytest.mark.parametrize("has_trailer", [False, True], ids=["plain", "trailing duplicate"])
async def test_a_failed_call_gets_its_own_error(
    shop: Stand, world: VkWorld, has_trailer: bool
) -> None:
    world.knobs.trailing_execute_error = has_trailer
    results = await execute(shop.api, [add("Чай чёрный"), edit(404), add("Ч")])
    assert isinstance(results, list)
    made, bad_item, bad_name = results
    assert isinstance(made, dict)
    assert isinstance(bad_item, VkRefusal)
    assert isinstance(bad_name, VkRefusal)
    assert (bad_item.code, bad_name.code) == (1403, 100)


async def test_a_time_out_of_a_minute_is_given(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [answer([1])]
    await execute(odd.api, [edit(1)])
    request = vk.calls[0].request
    assert request.extensions["timeout"]["read"] == 60.0
    assert form_of(request)["item_id_0"] == "1"


async def test_an_execute_with_an_add_in_it_is_not_sent_twice(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [httpx.ReadTimeout("slow"), answer([1, 1])]
    assert isinstance(await execute(odd.api, [edit(1), add("Чай")]), Unsure)
    assert vk.call_count == 1


CALLS = [edit(1), edit(2), add("Чай")]


def row(method: str, code: int) -> ErrorRow:
    return ErrorRow(error_code=code, method=method, error_msg="no")


@pytest.mark.parametrize(
    ("response", "errors", "codes"),
    [
        pytest.param([1, 1, {"market_item_id": 5}], [], [None, None, None], id="all well"),
        pytest.param([1, False, 1], [row("market.edit", 9)], [None, 9, None], id="one failed"),
        pytest.param(
            [False, 1, False],
            [row("market.edit", 100), row("market.add", 1405)],
            [100, None, 1405],
            id="in the order of calls",
        ),
        pytest.param(
            [1, 1, False],
            [row("market.add", 1405), row("execute", 1405)],
            [None, None, 1405],
            id="trailing duplicate dropped",
        ),
        pytest.param(
            [False, False, 1], [row("market.edit", 9)], ["?", "?", None], id="an error missing"
        ),
        pytest.param(
            [False, 1, 1],
            [row("market.edit", 9), row("market.edit", 10)],
            ["?", None, None],
            id="an error too many",
        ),
        pytest.param([1, 1, False], [], [None, None, "?"], id="no errors at all"),
        pytest.param(
            [1, 1, False], [row("market.edit", 9)], [None, None, "?"], id="another method's error"
        ),
        pytest.param([1, 1], [], ["?", "?", "?"], id="an answer missing"),
        pytest.param(False, [], ["?", "?", "?"], id="no list"),
    ],
)
def test_pairing(response: object, errors: list[ErrorRow], codes: list[object]) -> None:
    results = pair(CALLS, response, errors)
    assert [
        "?" if isinstance(result, Unpaired) else getattr(result, "code", None) for result in results
    ] == codes


async def test_errors_are_read_from_the_answer(odd: Stand, vk: respx.Route) -> None:
    errors = [failed("market.edit", 1403), failed("execute", 1403)]
    vk.side_effect = [answer([False, 1], execute_errors=errors)]
    results = await execute(odd.api, [edit(1), edit(2)])
    assert results == [VkRefusal(code=1403, message="no", method="market.edit"), 1]
