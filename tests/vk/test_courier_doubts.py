"""Edits that VK may have carried out although it did not say so: in doubt, never "not done"."""

from collections.abc import Callable

import httpx
import pytest
import respx

from evosync.engine.changes import NOT_SENT, Change, Done, Failed, Uncertain
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

Made = Callable[[str], Change]


@pytest.mark.parametrize(
    "then",
    [
        pytest.param(httpx.ConnectError("refused"), id="not reached"),
        pytest.param(refusal(5), id="token refused"),
        pytest.param(refusal(9), id="flood"),
        pytest.param(refusal(14), id="captcha"),
        pytest.param(answer([False], execute_errors=[failed("market.edit", 205)]), id="call 205"),
    ],
)
async def test_an_edit_whose_first_try_was_lost_is_uncertain(
    odd: Stand, vk: respx.Route, then: httpx.Response | Exception
) -> None:
    vk.side_effect = [httpx.ReadError("cut"), *[then] * 9]
    assert kinds(await odd.market.send([update("a")])) == [Uncertain]
    with pytest.raises((TryLater, NeedsPerson)):
        await odd.market.send([update("a")])


async def test_an_edit_whose_first_try_was_lost_may_be_refused_for_its_data(
    odd: Stand, vk: respx.Route
) -> None:
    errors = [failed("market.edit", 1403)]
    vk.side_effect = [httpx.ReadError("cut"), answer([False], execute_errors=errors)]
    (gone,) = await odd.market.send([update("a")])
    assert isinstance(gone, Failed)
    assert gone.code == 1403


@pytest.mark.parametrize("code", [1, 10, 36])
async def test_an_edit_with_an_error_that_proves_nothing_is_uncertain_and_stops_no_other(
    odd: Stand, vk: respx.Route, code: int
) -> None:
    errors = [failed("market.edit", code)]
    vk.side_effect = [answer([False, 1], execute_errors=errors), *[refusal(code)] * 4]
    assert kinds(await odd.market.send([update("a"), update("bb")])) == [Uncertain, Done]
    assert await odd.market.send([]) == []


@pytest.mark.parametrize(
    "errors",
    [
        pytest.param([], id="errors missing"),
        pytest.param([failed("market.edit", 10)], id="internal error"),
    ],
)
@pytest.mark.parametrize("stop", [refusal(9), httpx.ConnectError("refused")], ids=["9", "gone"])
async def test_an_edit_that_failed_unclearly_stays_in_doubt_when_asking_alone_is_stopped(
    odd: Stand,
    vk: respx.Route,
    errors: list[dict[str, object]],
    stop: httpx.Response | Exception,
) -> None:
    vk.side_effect = [answer([1, False], execute_errors=errors), *[stop] * 9]
    assert kinds(await odd.market.send([update("a"), update("bb")])) == [Done, Uncertain]
    with pytest.raises(TryLater):
        await odd.market.send([])


async def test_edits_left_unclear_by_a_stop_are_uncertain(odd: Stand, vk: respx.Route) -> None:
    codes = [9, 10]
    errors = [failed("market.edit", code) for code in codes]
    vk.side_effect = [answer([1, False, False], execute_errors=errors), refusal(9)]
    outcomes = await odd.market.send([update("a"), update("bb"), update("ccc")])
    assert kinds(outcomes) == [Done, Failed, Uncertain]


@pytest.mark.parametrize("code", [36, 13])
@pytest.mark.parametrize("stop", [refusal(9), httpx.ConnectError("refused")], ids=["9", "gone"])
async def test_halves_that_a_stop_kept_back_may_have_been_done_by_the_whole(
    odd: Stand, vk: respx.Route, code: int, stop: httpx.Response | Exception
) -> None:
    vk.side_effect = [refusal(code), *[stop] * 9]
    assert kinds(await odd.market.send([update("a"), update("bb")])) == [Uncertain, Uncertain]
    with pytest.raises(TryLater):
        await odd.market.send([])


async def test_an_edit_too_big_even_alone_is_uncertain_and_stops_the_run(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [refusal(13)]
    assert kinds(await odd.market.send([update("a")])) == [Uncertain]
    with pytest.raises(TryLater):
        await odd.market.send([])


@pytest.mark.parametrize("made", [create, update])
async def test_silence_over_many_calls_makes_later_batches_smaller(
    odd: Stand, vk: respx.Route, made: Made
) -> None:
    method = "market.add" if made is create else "market.edit"
    tries = 1 if made is create else 4
    vk.side_effect = [httpx.ReadTimeout("slow")] * tries + [answer(added(12))]
    changes = [made("p" * (number + 1)) for number in range(25)]
    assert kinds(await odd.market.send(changes)) == [Uncertain] * 25
    assert odd.market.batch_size == 12
    assert kinds(await odd.market.send(changes[:12])) == [Done] * 12
    assert form_of(vk.calls.last.request)["code"].count(method) == 12


async def test_several_silences_in_a_row_stop_the_editing(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = httpx.ReadTimeout("slow")
    pair = [update("a"), update("bb")]
    for _ in range(SEVERAL):
        assert kinds(await odd.market.send(pair)) == [Uncertain, Uncertain]
    with pytest.raises(TryLater):
        await odd.market.send(pair)
    assert vk.call_count == 4 * SEVERAL


async def test_edits_that_a_gateway_finds_too_big_are_halved(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [httpx.Response(413, text="<html>"), answer([1]), answer([1])]
    assert kinds(await odd.market.send([update("a"), update("bb")])) == [Done, Done]


async def test_an_edit_that_is_hasty_to_the_end_is_put_off_and_stops_the_run(
    odd: Stand, vk: respx.Route
) -> None:
    errors = [failed("market.edit", 6)]
    vk.side_effect = [answer([1, False], execute_errors=errors), *[refusal(6)] * 4]
    done, waits = await odd.market.send([update("a"), update("bb")])
    assert isinstance(done, Done)
    assert isinstance(waits, Failed)
    assert waits.code == NOT_SENT
    with pytest.raises(TryLater):
        await odd.market.send([])
