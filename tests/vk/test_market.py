"""The market as a run sees it: batches, stops, doubts, and nothing that VK did is lost."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
import respx

from evosync.engine.changes import Change, Create, Done, Failed, Uncertain
from evosync.errors import NeedsPerson, TryLater
from evosync.sandbox.vk.world import VkWorld
from tests.builders import adoption
from tests.flow.stand import until
from tests.vk.stand import (
    COMMUNITY_ID,
    SHA,
    Stand,
    added,
    answer,
    create,
    draft,
    failed,
    form_of,
    kinds,
    refusal,
    update,
)

Made = Callable[[str], Change]


async def test_a_batch_is_one_request_and_comes_back_in_order(shop: Stand, world: VkWorld) -> None:
    creates = [create(f"p{number}") for number in range(25)]
    outcomes = await shop.market.send(creates)
    by_id = {made.item_id: made.sku for made in world.items(COMMUNITY_ID)}
    skus = [by_id[outcome.item_id or 0] for outcome in outcomes if isinstance(outcome, Done)]
    assert skus == [f"p{number}" for number in range(25)]
    assert [outcome.change for outcome in outcomes] == creates
    assert (shop.market.requests, shop.market.calls) == (1, 25)


async def test_what_was_written_is_read_back(shop: Stand) -> None:
    await shop.market.send([create("p1")])
    reading = await shop.market.fetch()
    assert reading.is_whole
    assert [(found.sku, found.price, found.stock) for found in reading.items] == [("p1", 199_90, 7)]


async def test_where_sharing_is_distrusted_each_item_gets_a_picture_of_its_own(
    shop: Stand, world: VkWorld
) -> None:
    await shop.market.distrust_sharing()
    assert shop.notes.sharing_refused  # and so is known to later runs
    made = [Create(draft=draft(name, photo=SHA)) for name in ("p1", "p2")]
    assert kinds(await shop.market.send(made)) == [Done, Done]
    first, second = (item.photo_ids for item in world.items(COMMUNITY_ID))
    assert first
    assert second
    assert first != second


async def test_nothing_to_send_costs_nothing(shop: Stand) -> None:
    assert await shop.market.send([]) == []
    assert shop.market.requests == 0


async def test_more_changes_than_a_request_carries_are_parted(shop: Stand) -> None:
    outcomes = await shop.market.send([create(f"p{number}") for number in range(60)])
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert shop.market.requests == 3


async def test_one_refused_change_does_not_stop_the_rest(shop: Stand) -> None:
    bad = Create(draft=draft("bad", title="Ч"))
    outcomes = await shop.market.send([create("a"), bad, create("b")])
    assert kinds(outcomes) == [Done, Failed, Done]


async def test_adds_and_edits_travel_apart(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [answer([1]), httpx.ReadTimeout("slow")]
    outcomes = await odd.market.send([create("p1"), update("p2")])
    assert kinds(outcomes) == [Uncertain, Done]
    assert [form_of(call.request)["code"].count("market.add") for call in vk.calls] == [0, 1]


STOPS = {14: "vk_captcha", 9: "vk_busy", 29: "vk_busy", 7: "vk_no_right", 205: "vk_no_role"}
STOPS |= {15: "vk_no_role", 200: "vk_no_role", 203: "vk_no_role", 1438: "vk_market_off"}
STOPS |= {1525: "vk_market_off", 17: "connection_broken", 24: "connection_broken"}
LINKED = {14, 17, 24}
"""Asked once more without an execute around the call, which hides the link."""


@pytest.mark.parametrize(("code", "name"), STOPS.items())
@pytest.mark.parametrize("made", [create, update])
async def test_a_stop_in_the_middle_keeps_what_was_done(
    odd: Stand, vk: respx.Route, made: Made, code: int, name: str
) -> None:
    method = "market.add" if made is create else "market.edit"
    first = added(1)[0] if made is create else 1
    vk.side_effect = [
        answer([first, False, False], execute_errors=[failed(method, code)] * 2),
        *([refusal(code)] if code in LINKED else []),
        answer([first]),
    ]
    outcomes = await odd.market.send([made("a"), made("bb"), made("ccc")])
    assert kinds(outcomes) == [Done, Failed, Failed]
    assert [outcome.code for outcome in outcomes if isinstance(outcome, Failed)] == [0, 0]
    with pytest.raises((TryLater, NeedsPerson)) as raised:
        await odd.market.send([made("dddd")])
    assert raised.value.code == name
    assert vk.call_count == (2 if code in LINKED else 1)


@pytest.mark.parametrize("made", [create, update])
async def test_a_captcha_within_an_execute_is_asked_for_its_link(
    odd: Stand, vk: respx.Route, made: Made
) -> None:
    method = "market.add" if made is create else "market.edit"
    link = "https://id.vk.ru/not_robot_captcha?session_token=1"
    vk.side_effect = [
        answer([False, False], execute_errors=[failed(method, 14)] * 2),
        refusal(14, redirect_uri=link),
    ]
    with pytest.raises(NeedsPerson) as raised:
        await odd.market.send([made("a"), made("bb")])
    assert raised.value.link == link
    assert vk.calls[1].request.url.path.endswith(method)
    assert vk.call_count == 2


async def test_an_add_that_vk_took_without_asking_for_a_captcha_again_is_done(
    odd: Stand, vk: respx.Route
) -> None:
    errors = [failed("market.add", 14)]
    vk.side_effect = [answer([False], execute_errors=errors), answer(added(1)[0])]
    assert kinds(await odd.market.send([create("a")])) == [Done]


@pytest.mark.parametrize(
    "then", [httpx.ReadError("cut"), refusal(10)], ids=["answer lost", "error 10"]
)
async def test_an_add_asked_for_its_link_is_in_doubt_like_any_other(
    odd: Stand, vk: respx.Route, then: httpx.Response | Exception
) -> None:
    errors = [failed("market.add", 14)]
    vk.side_effect = [answer([False], execute_errors=errors), then]
    assert kinds(await odd.market.send([create("a")])) == [Uncertain]


@pytest.mark.parametrize("code", STOPS)
async def test_a_stop_before_anything_was_done_raises(
    odd: Stand, vk: respx.Route, code: int
) -> None:
    vk.side_effect = [
        answer([False], execute_errors=[failed("market.edit", code)]),
        *([refusal(code)] if code in LINKED else []),
    ]
    with pytest.raises((TryLater, NeedsPerson)):
        await odd.market.send([update("a")])


@pytest.mark.parametrize("code", [9, 14, 205, 8, 100])
async def test_a_request_of_edits_that_vk_refused_raises(
    odd: Stand, vk: respx.Route, code: int
) -> None:
    vk.side_effect = [refusal(code)]
    with pytest.raises((TryLater, NeedsPerson)):
        await odd.market.send([update("a"), update("bb")])


async def test_after_a_stop_the_rest_of_a_big_batch_is_not_sent(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [answer([1] * 25), refusal(9)]
    outcomes = await odd.market.send([update("p" * (number + 1)) for number in range(60)])
    assert kinds(outcomes) == [Done] * 25 + [Failed] * 35
    assert {outcome.code for outcome in outcomes if isinstance(outcome, Failed)} == {0}
    assert vk.call_count == 2


async def test_a_stop_is_told_once_and_vk_is_tried_again_after_it(
    odd: Stand, vk: respx.Route
) -> None:
    errors = [failed("market.edit", 9)]
    vk.side_effect = [answer([1, False], execute_errors=errors), answer([1])]
    await odd.market.send([update("a"), update("bb")])
    with pytest.raises(TryLater):
        await odd.market.send([update("bb")])
    assert kinds(await odd.market.send([update("bb")])) == [Done]


async def test_what_needs_no_call_is_done_even_when_vk_stops_the_rest(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [refusal(9)]
    assert kinds(await odd.market.send([adoption(), update("bb")])) == [Done, Failed]


async def test_a_connection_lost_while_asking_alone_loses_no_other_outcome(
    odd: Stand, vk: respx.Route
) -> None:
    lost = [httpx.ConnectError("refused")] * 9
    vk.side_effect = [answer([1, False, False]), *lost]
    outcomes = await odd.market.send([update("a"), update("bb"), update("ccc")])
    assert kinds(outcomes) == [Done, Uncertain, Uncertain]
    with pytest.raises(TryLater):
        await odd.market.send([update("a")])


@pytest.mark.parametrize("code", [3, 8, 12, 9999])
@pytest.mark.parametrize("made", [create, update])
async def test_a_call_that_vk_does_not_understand_is_failed_with_its_code(
    odd: Stand, vk: respx.Route, made: Made, code: int
) -> None:
    method = "market.add" if made is create else "market.edit"
    errors = [failed(method, code, "what?")]
    vk.side_effect = [answer([False], execute_errors=errors), answer([1])]
    (outcome,) = await odd.market.send([made("a")])
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.message) == (code, "what?")
    assert await odd.market.send([]) == []


async def test_an_edit_with_a_runtime_error_to_the_end_is_failed_with_its_code(
    odd: Stand, vk: respx.Route
) -> None:
    errors = [failed("market.edit", 13)]
    vk.side_effect = [answer([False], execute_errors=errors), refusal(13, "runtime")]
    (outcome,) = await odd.market.send([update("a")])
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.message) == (13, "runtime")


async def test_a_stop_lets_what_is_under_way_end_and_nothing_further_begin(
    odd: Stand, vk: respx.Route
) -> None:
    heard = asyncio.Event()

    async def answered(request: httpx.Request) -> httpx.Response:
        if form_of(request)["item_id_0"] == "1":
            await heard.wait()
            return answer([1])
        return refusal(14)

    vk.side_effect = answered
    first = asyncio.create_task(odd.market.send([update("a")]))
    await until(lambda: odd.market.requests == 1, "the first is under way")
    with pytest.raises(NeedsPerson):
        await odd.market.send([update("bb")])
    sent = odd.market.requests
    with pytest.raises(NeedsPerson):
        await odd.market.send([update("ccc")])
    assert odd.market.requests == sent

    heard.set()
    assert kinds(await first) == [Done]
    with pytest.raises(NeedsPerson):  # of what was under way somebody has to be told, too
        await odd.market.send([])
    assert await odd.market.send([]) == []


async def test_more_sends_may_be_under_way_with_each_answer_and_one_after_a_silence(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [*[answer([1])] * 5, httpx.ReadError("cut"), answer([1])]
    rooms = [odd.market.flights]
    for _ in range(5):
        await odd.market.send([update("a")])
        rooms.append(odd.market.flights)
    assert rooms == [1, 2, 3, 4, 4, 4]

    await odd.market.send([update("a")])
    assert odd.market.flights == 2  # silent once, answered when asked again
