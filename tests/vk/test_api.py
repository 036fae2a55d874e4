"""One call: its form, what is asked again, and what never is."""

import httpx
import pytest
import respx

from evosync.errors import EvoSyncError, NeedsPerson, TryLater
from evosync.vk.api import Param, Reply, clean_text
from evosync.vk.errors import Remedy, Unsure, VkRefusal
from tests.vk.stand import NEWER_TOKEN, TOKEN, Stand, answer, form_of, refusal


async def test_a_call_is_a_form_with_the_token_in_it_and_not_in_the_address(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [answer(1)]
    params: dict[str, Param] = {
        "yes": True,
        "no": False,
        "ids": (3, 1, 2),
        "name": "Чай & «мёд»",
        "left": None,
    }
    assert await odd.api.call("market.edit", params) == 1
    (sent,) = [call.request for call in vk.calls]
    assert str(sent.url) == "https://api.vk.test/method/market.edit"
    assert form_of(sent) == {
        "yes": "1",
        "no": "0",
        "ids": "3,1,2",
        "name": "Чай & «мёд»",
        "access_token": TOKEN,
        "v": "5.199",
        "lang": "ru",
    }


@pytest.mark.parametrize(
    "stumble",
    [
        pytest.param(refusal(10), id="internal error"),
        pytest.param(refusal(1), id="unknown error"),
        pytest.param(httpx.Response(502, text="<html>Bad Gateway</html>"), id="bad gateway"),
        pytest.param(httpx.Response(200, text="<html>busy</html>"), id="a page instead of JSON"),
        pytest.param(httpx.Response(200, content=b'{"response":{"co'), id="truncated"),
        pytest.param(httpx.Response(200, json={"hello": 1}), id="JSON of somebody else"),
        pytest.param(httpx.ReadTimeout("slow"), id="time-out"),
        pytest.param(httpx.RemoteProtocolError("cut"), id="connection cut"),
        pytest.param(httpx.ConnectError("refused"), id="not reached"),
    ],
)
async def test_a_read_is_asked_again_after_a_stumble(
    odd: Stand, vk: respx.Route, stumble: httpx.Response | Exception
) -> None:
    vk.side_effect = [stumble, stumble, answer("whole")]
    assert await odd.api.call("market.get", {}) == "whole"
    assert odd.watch.slept == [0.5, 1.0]
    assert (odd.api.requests, odd.api.calls) == (3, 3)


@pytest.mark.parametrize(
    "stumble",
    [
        pytest.param(refusal(10), id="internal error"),
        pytest.param(httpx.Response(502), id="bad gateway"),
        pytest.param(httpx.ConnectError("refused"), id="not reached"),
        pytest.param(refusal(6), id="too many a second"),
    ],
)
async def test_patience_ends_and_the_run_is_tried_later(
    odd: Stand, vk: respx.Route, stumble: httpx.Response | Exception
) -> None:
    vk.side_effect = [stumble] * 9
    with pytest.raises(TryLater) as raised:
        await odd.api.call("market.get", {})
    assert raised.value.code == "vk_busy"
    assert vk.call_count == 4


async def test_too_many_a_second_pauses_the_whole_quota(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [refusal(6), answer("now")]
    assert await odd.api.call("market.get", {}) == "now"
    assert odd.watch.now_s == pytest.approx(1.1)


async def test_starts_keep_the_quota_of_three_a_second(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [answer(1)] * 4
    for _ in range(4):
        await odd.api.call("users.get", {})
    assert odd.watch.now_s == pytest.approx(1.02)


async def test_starts_are_wider_apart_once_vk_found_them_too_fast(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [refusal(6), *[answer(1)] * 4]
    for _ in range(4):
        await odd.api.call("users.get", {})
    assert odd.watch.now_s == pytest.approx(1.1 + 1.133)


@pytest.mark.parametrize("code", [5, 1117, 27])
async def test_a_refused_token_is_renewed_once(odd: Stand, vk: respx.Route, code: int) -> None:
    odd.keeper.newer = [NEWER_TOKEN]
    vk.side_effect = [refusal(code), answer("mine")]
    assert await odd.api.call("users.get", {}) == "mine"
    assert odd.keeper.refused == [TOKEN]
    assert [form_of(call.request)["access_token"] for call in vk.calls] == [TOKEN, NEWER_TOKEN]


async def test_a_renewed_token_that_is_refused_too_needs_the_person(
    odd: Stand, vk: respx.Route
) -> None:
    odd.keeper.newer = [NEWER_TOKEN, "vk1.a.never-asked-for"]
    vk.side_effect = [refusal(5), refusal(5)]
    with pytest.raises(NeedsPerson) as raised:
        await odd.api.call("users.get", {})
    assert raised.value.code == "connection_broken"
    assert odd.keeper.refused == [TOKEN]


async def test_a_dead_token_that_cannot_be_renewed_needs_the_person(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [refusal(5)]
    with pytest.raises(NeedsPerson):
        await odd.api.call("users.get", {})


async def test_a_captcha_stops_and_shows_vks_page(odd: Stand, vk: respx.Route) -> None:
    link = "https://id.vk.ru/not_robot_captcha?session_token=abc"
    vk.side_effect = [refusal(14, "Captcha needed", redirect_uri=link)]
    with pytest.raises(NeedsPerson) as raised:
        await odd.api.call("market.get", {})
    assert raised.value.code == "vk_captcha"
    assert raised.value.link == link
    assert "abc" not in raised.value.cause


async def test_a_refusal_of_the_call_alone_is_a_value_with_vks_words(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [refusal(100, "price not float", error_subcode=3)]
    refused = await odd.api.call("market.edit", {})
    assert refused == VkRefusal(
        code=100, message="price not float", subcode=3, method="market.edit"
    )


async def test_no_secret_survives_in_an_error(odd: Stand, vk: respx.Route) -> None:
    odd.keeper.current = "0123456789abcdef-of-an-old-shape"
    params = [{"key": "access_token", "value": odd.keeper.current}]
    words = f"bad {odd.keeper.current}, {TOKEN}"
    vk.side_effect = [refusal(205, words, request_params=params)]
    with pytest.raises(EvoSyncError) as raised:
        await odd.api.call("market.get", {})
    assert raised.value.cause == "VK error 205: bad ***, ***"


async def test_odd_words_do_not_hide_the_code(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [refusal(100, ["?"], error_text=7, error_subcode="x")]  # type: ignore[arg-type]
    assert await odd.api.call("market.edit", {}) == VkRefusal(
        code=100, message="", method="market.edit"
    )


@pytest.mark.parametrize(
    "word",
    [
        pytest.param(httpx.Response(502), id="bad gateway"),
        pytest.param(httpx.Response(200, text="<html>"), id="a page"),
        pytest.param(httpx.Response(200, content=b'{"response":[{"mark'), id="truncated"),
        pytest.param(httpx.ReadTimeout("slow"), id="time-out"),
        pytest.param(httpx.ReadError("cut"), id="connection cut"),
    ],
)
async def test_an_add_without_an_answer_is_in_doubt_and_not_sent_again(
    odd: Stand, vk: respx.Route, word: httpx.Response | Exception
) -> None:
    vk.side_effect = [word, answer(1)]
    assert isinstance(await odd.api.exchange("execute", {}, is_add=True), Unsure)
    assert vk.call_count == 1


@pytest.mark.parametrize("code", [1, 6, 10, 27])
async def test_an_add_is_not_sent_again_after_an_error_that_leaves_doubt(
    odd: Stand, vk: respx.Route, code: int
) -> None:
    odd.keeper.newer = [NEWER_TOKEN]
    vk.side_effect = [refusal(code), answer(1)]
    refused = await odd.api.exchange("execute", {}, is_add=True)
    assert isinstance(refused, VkRefusal)
    assert refused.code == code
    assert vk.call_count == 1


async def test_error_6_of_an_add_still_pauses_the_quota(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [refusal(6), answer(1)]
    await odd.api.exchange("execute", {}, is_add=True)
    await odd.api.call("users.get", {})
    assert odd.watch.now_s == pytest.approx(1.1)


@pytest.mark.parametrize(
    "word",
    [
        pytest.param(httpx.ConnectError("refused"), id="never left"),
        pytest.param(refusal(5), id="token refused"),
        pytest.param(refusal(1117), id="token expired"),
    ],
)
async def test_an_add_that_surely_did_nothing_is_sent_again(
    odd: Stand, vk: respx.Route, word: httpx.Response | Exception
) -> None:
    odd.keeper.newer = [NEWER_TOKEN]
    vk.side_effect = [word, answer([1])]
    assert isinstance(await odd.api.exchange("execute", {}, is_add=True), Reply)


async def test_an_add_that_cannot_leave_is_tried_later(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = httpx.ConnectError("refused")
    with pytest.raises(TryLater):
        await odd.api.exchange("execute", {}, is_add=True)


LOST = httpx.ReadError("cut")
LATER_TRIES = [
    pytest.param(LOST, [httpx.ConnectError("refused")] * 9, id="then not reached"),
    pytest.param(refusal(10), [httpx.ConnectError("refused")] * 9, id="error 10, not reached"),
    pytest.param(LOST, [httpx.ConnectError("refused"), LOST] * 9, id="now and then not reached"),
]


@pytest.mark.parametrize(("first", "then"), LATER_TRIES)
async def test_what_a_first_try_may_have_done_is_in_doubt_to_the_end(
    odd: Stand, vk: respx.Route, first: httpx.Response | Exception, then: list[Exception]
) -> None:
    vk.side_effect = [first, *then]
    assert isinstance(await odd.api.exchange("execute", {}), Unsure)
    assert vk.call_count == 4


async def test_a_doubt_outlives_the_token(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = LOST
    odd.keeper.uses = 1
    assert isinstance(await odd.api.exchange("execute", {}), Unsure)
    with pytest.raises(NeedsPerson):
        await odd.api.exchange("execute", {})


@pytest.mark.parametrize("code", [5, 9, 14])
async def test_a_refusal_of_a_repeat_says_nothing_of_the_first_try(
    odd: Stand, vk: respx.Route, code: int
) -> None:
    vk.side_effect = [LOST, refusal(code)]
    refused = await odd.api.exchange("execute", {})
    assert refused == VkRefusal(code=code, message="no", is_repeat=True, method="execute")
    assert refused.is_maybe_done
    assert not refused.is_surely_not_done


async def test_a_repeat_after_what_did_nothing_is_no_repeat(odd: Stand, vk: respx.Route) -> None:
    vk.side_effect = [httpx.ConnectError("refused"), refusal(6), refusal(9)]
    assert await odd.api.exchange("execute", {}) == VkRefusal(
        code=9, message="no", method="execute"
    )


async def test_a_request_that_a_gateway_finds_too_big_is_not_sent_again(
    odd: Stand, vk: respx.Route
) -> None:
    vk.side_effect = [httpx.Response(413, text="<html>Too Large</html>"), answer(1)]
    refused = await odd.api.exchange("execute", {})
    assert isinstance(refused, VkRefusal)
    assert refused.remedy is Remedy.SHRINK


def test_texts_lose_only_what_no_form_can_carry() -> None:
    kept = "Чай «№1» \"'<&>\\ 🍵\u2028\u2029\n\tконец"
    assert clean_text(f"\x00{kept}\x1f\x7f\ud83d") == kept
