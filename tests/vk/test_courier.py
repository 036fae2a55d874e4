"""Requests of a run: what is sent again, what never is, and how big a batch may be."""

import httpx
import pytest
import respx

from evosync.engine.changes import Done, Failed, Uncertain
from evosync.errors import NeedsPerson, TryLater
from tests.vk.stand import (
    SEVERAL,
    Stand,
    added,
    answer,
    create,
    failed,
    form_of,
    kinds,
    refusal,
    update,
)

DOUBTS = [
    pytest.param(httpx.ReadTimeout("slow"), id="time-out"),
    pytest.param(httpx.RemoteProtocolError("cut"), id="connection cut"),
    pytest.param(httpx.Response(502, text="<html>"), id="bad gateway"),
    pytest.param(httpx.Response(200, text="<html>"), id="a page"),
    pytest.param(refusal(6), id="too many a second"),
    pytest.param(refusal(10), id="internal error"),
    pytest.param(refusal(13), id="runtime error"),
    pytest.param(refusal(36), id="execution timed out"),
    pytest.param(refusal(100), id="bad parameter"),
    pytest.param(answer(False), id="no list"),
    pytest.param(answer([False, False]), id="errors missing"),
    pytest.param(
        answer([False, False], execute_errors=[failed("market.add", 100)]), id="counts differ"
    ),
]


@pytest.mark.parametrize("word", DOUBTS)
async def test_adds_in_doubt_are_uncertain_and_sent_once(
    odd: Stand, vk: respx.Route, word: httpx.Response | Exception
) -> None:
    vk.side_effect = [word, answer(added(2))]
    assert kinds(await odd.market.send([create("a"), create("b")])) == [Uncertain, Uncertain]
    assert vk.call_count == 1


@pytest.mark.parametrize("code", [1, 10, 36])
async def test_an_add_with_an_error_that_proves_nothing_is_uncertain(
    odd: Stand, vk: respx.Route, code: int
) -> None:
    errors = [failed("market.add", code)]
    vk.side_effect = [answer([False, *added(1)], execute_errors=errors)]
    assert kinds(await odd.market.send([create("a"), create("b")])) == [Uncertain, Done]
    assert vk.call_count == 1


@pytest.mark.parametrize("code", [8, 12, 5, 1117])
async def test_adds_that_surely_were_not_made_raise(odd: Stand, vk: respx.Route, code: int) -> None:
    vk.side_effect = [refusal(code)]
    with pytest.raises((TryLater, NeedsPerson)):
        await odd.market.send([create("a")])


async def test_adds_that_never_left_raise(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = httpx.ConnectError("refused")
    with pytest.raises(TryLater):
        await odd.market.send([create("a")])


async def test_an_add_refused_for_its_haste_goes_again_alone(odd: Stand, vk: respx.Route) -> None:
    errors = [failed("market.add", 6)]
    vk.side_effect = [answer([*added(1), False], execute_errors=errors), answer(added(1))]
    assert kinds(await odd.market.send([create("a"), create("b")])) == [Done, Done]
    assert form_of(vk.calls[1].request)["sku_0"] == "b"
    assert odd.watch.now_s == pytest.approx(1.1)


async def test_an_add_that_went_again_alone_may_end_in_doubt(odd: Stand, vk: respx.Route) -> None:
    errors = [failed("market.add", 6)]
    vk.side_effect = [answer([False], execute_errors=errors), httpx.ReadTimeout("slow")]
    assert kinds(await odd.market.send([create("a")])) == [Uncertain]


async def test_several_silences_in_a_row_stop_the_adding(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = httpx.ReadTimeout("slow")
    for _ in range(SEVERAL):
        await odd.market.send([create("a")])
    with pytest.raises(TryLater):
        await odd.market.send([create("b")])
    assert vk.call_count == SEVERAL


async def test_adds_met_by_a_captcha_are_uncertain_and_the_next_batch_stops(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [refusal(14, redirect_uri="https://id.vk.ru/x")]
    assert kinds(await odd.market.send([create("a")])) == [Uncertain]
    with pytest.raises(NeedsPerson) as raised:
        await odd.market.send([create("b")])
    assert raised.value.code == "vk_captcha"
    assert raised.value.link == "https://id.vk.ru/x"


STUMBLES = [
    pytest.param(httpx.ReadTimeout("slow"), id="time-out"),
    pytest.param(httpx.Response(502, text="<html>"), id="bad gateway"),
    pytest.param(refusal(10), id="internal error"),
    pytest.param(refusal(6), id="too many a second"),
]


@pytest.mark.parametrize("stumble", STUMBLES)
async def test_edits_are_sent_again(
    odd: Stand, vk: respx.Route, stumble: httpx.Response | Exception
) -> None:
    vk.side_effect = [stumble, answer([1, 1])]
    assert kinds(await odd.market.send([update("a"), update("bb")])) == [Done, Done]


async def test_edits_that_met_silence_to_the_end_are_uncertain_and_stop_the_run(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = httpx.ReadTimeout("slow")
    assert kinds(await odd.market.send([update("a")])) == [Uncertain]
    with pytest.raises(TryLater):
        await odd.market.send([update("bb")])


async def test_edits_that_never_left_raise(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = httpx.ConnectError("refused")
    with pytest.raises(TryLater):
        await odd.market.send([update("a")])


@pytest.mark.parametrize(
    "errors",
    [
        pytest.param([], id="errors missing"),
        pytest.param([failed("market.edit", 1403)] * 2, id="one too many"),
        pytest.param([failed("market.edit", 10)], id="internal error"),
        pytest.param([failed("market.edit", 6)], id="too many a second"),
    ],
)
async def test_an_edit_that_failed_unclearly_is_sent_again_alone(
    odd: Stand, vk: respx.Route, errors: list[dict[str, object]]
) -> None:
    vk.side_effect = [answer([1, False], execute_errors=errors), refusal(1403)]
    done, gone = await odd.market.send([update("a"), update("bb")])
    assert isinstance(done, Done)
    assert isinstance(gone, Failed)
    assert gone.code == 1403
    assert vk.calls[1].request.url.path == "/method/market.edit"


@pytest.mark.parametrize("code", [36, 13])
async def test_edits_that_are_too_much_are_halved_and_later_batches_are_smaller(
    odd: Stand, vk: respx.Route, code: int
) -> None:
    vk.side_effect = [refusal(code), answer([1]), answer([1])]
    assert kinds(await odd.market.send([update("a"), update("bb")])) == [Done, Done]
    assert odd.market.batch_size == 14  # halved to 12, and one step back for each success


async def test_a_batch_size_that_fell_grows_back_to_vks_limit(shop: Stand) -> None:
    for number in range(3):
        await shop.market.send([create(f"p{number}")])
    assert shop.market.batch_size == 25


async def test_adds_that_timed_out_inside_vk_make_later_batches_smaller(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [refusal(36)]
    await odd.market.send([create("a")])
    assert odd.market.batch_size == 12


async def test_edits_that_vk_stumbled_over_to_the_end_may_have_been_made(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [refusal(10)] * 9
    assert kinds(await odd.market.send([update("a")])) == [Uncertain]
    with pytest.raises(TryLater):
        await odd.market.send([update("bb")])


async def test_an_edit_sent_alone_into_silence_is_uncertain_and_stops_the_run(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [answer([1, False, False]), *[httpx.ReadTimeout("slow")] * 9]
    outcomes = await odd.market.send([update("a"), update("bb"), update("ccc")])
    assert kinds(outcomes) == [Done, Uncertain, Uncertain]
    assert vk.call_count == 1 + 4
    with pytest.raises(TryLater):
        await odd.market.send([update("a")])


async def test_an_add_sent_alone_with_a_dead_token_was_surely_not_made(
    odd: Stand, vk: respx.Route
) -> None:
    errors = [failed("market.add", 6)]
    vk.side_effect = [answer([*added(1), False], execute_errors=errors), refusal(5)]
    assert kinds(await odd.market.send([create("a"), create("b")])) == [Done, Failed]
    with pytest.raises(NeedsPerson):
        await odd.market.send([create("b")])
