"""Several sends under way at once: the first stop is told, and one hiccup counts once."""

import asyncio
from collections.abc import Sequence

import httpx
import pytest
import respx

from evosync.engine.changes import Change, Outcome
from evosync.errors import NeedsPerson, Rest, TryLater
from tests.flow.stand import until
from tests.vk.stand import (
    SEVERAL,
    Stand,
    added,
    answer,
    create,
    failed,
    form_of,
    refusal,
    update,
)

Word = httpx.Response | Exception


async def send_together(
    stand: Stand, vk: respx.Route, batches: Sequence[tuple[Sequence[Change], Word]]
) -> list[list[Outcome] | BaseException]:
    """Send batches, all of them before any is answered; then VK answers one after another."""
    heard = [asyncio.Event() for _ in batches]
    left: list[str] = []

    async def say(request: httpx.Request) -> httpx.Response:
        code = form_of(request)["code"]
        place = min(len(left), len(batches) - 1)  # an edit's further tries get the last word
        left.append(code)
        await heard[place].wait()
        word = batches[place][1]
        if isinstance(word, Exception):
            raise word
        return word

    vk.side_effect = say
    sends = []
    for number, (changes, _) in enumerate(batches, start=1):
        sends.append(asyncio.create_task(stand.market.send(changes)))
        await until(lambda number=number: len(left) == number, "it left")  # type: ignore[misc]
    results: list[list[Outcome] | BaseException] = []
    for event, send in zip(heard, sends, strict=True):
        event.set()
        results += await asyncio.gather(send, return_exceptions=True)
    return results


async def told(stand: Stand, results: Sequence[list[Outcome] | BaseException]) -> BaseException:
    """Return the error that ends a run of these sends: raised by one of them or by the next."""
    after = await asyncio.gather(stand.market.send([]), return_exceptions=True)
    return next(one for one in [*results, *after] if isinstance(one, BaseException))


@pytest.mark.parametrize(
    "later",
    [
        pytest.param([([update("ccc")], refusal(10))], id="internal errors"),
        pytest.param([([update("ccc")], refusal(29))], id="quota of the day"),
        pytest.param([([create("b")], httpx.ReadTimeout("slow"))] * 2, id="silence on adds"),
        pytest.param([([create("b")], refusal(9))], id="flood"),
    ],
)
async def test_a_captcha_is_told_whatever_others_under_way_meet_after_it(
    odd: Stand, vk: respx.Route, later: list[tuple[list[Change], Word]]
) -> None:
    captcha = refusal(14, redirect_uri="https://id.vk.ru/x")
    results = await send_together(odd, vk, [([create("a")], captcha), *later])
    error = await told(odd, results)
    assert isinstance(error, NeedsPerson)
    assert (error.code, error.link) == ("vk_captcha", "https://id.vk.ru/x")


async def test_a_method_that_has_to_rest_is_told_whatever_others_meet_after_it(
    odd: Stand, vk: respx.Route
) -> None:
    flood = answer([*added(1), False], execute_errors=[failed("market.add", 9)])
    batches = [([create("a"), create("b")], flood), ([create("c")], refusal(14))]
    error = await told(odd, await send_together(odd, vk, batches))
    assert isinstance(error, TryLater)
    assert error.rest == Rest(method="market.add", code=9)


@pytest.mark.parametrize("hiccup", [httpx.ReadError("cut"), refusal(13)], ids=["cut", "choked"])
async def test_a_hiccup_that_meets_all_under_way_counts_once(
    odd: Stand, vk: respx.Route, hiccup: Word
) -> None:
    sizes = []
    for _ in range(SEVERAL):
        assert await odd.market.send([]) == []
        batch = [create("p" * (number + 1)) for number in range(odd.market.batch_size)]
        await send_together(odd, vk, [(batch, hiccup)] * 4)
        sizes.append(odd.market.batch_size)
    assert sizes == [12, 6, 3]
    with pytest.raises(TryLater):
        await odd.market.send([create("a")])


async def test_doubts_from_before_a_clear_word_are_forgotten(odd: Stand, vk: respx.Route) -> None:
    slow = httpx.ReadTimeout("slow")
    for _ in range(SEVERAL - 1):
        await send_together(odd, vk, [([create("a")], slow)])
    await send_together(odd, vk, [([create("b")], slow), ([create("c")], answer(added(1)))])
    assert isinstance(await told(odd, []), TryLater)
    for _ in range(SEVERAL - 1):
        await send_together(odd, vk, [([create("a")], answer(added(1))), ([create("b")], slow)])
        assert await odd.market.send([]) == []
