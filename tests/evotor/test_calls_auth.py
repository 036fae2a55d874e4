import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
import respx

from evosync.errors import NeedsPerson
from tests.evotor.stand import NEWER_TOKEN, TOKEN, Hours, Keeper, answer, make_api, sent

Reply = Callable[[httpx.Request], httpx.Response]
STORE = {"id": "S-1", "name": "Чайная"}


def takes_only(header: str, value: str) -> Reply:
    """Answer 401 to everything but this header."""

    def reply(request: httpx.Request) -> httpx.Response:
        return answer(STORE) if request.headers.get(header) == value else httpx.Response(401)

    return reply


def slowly(reply: Reply) -> Callable[[httpx.Request], Awaitable[httpx.Response]]:
    """Let everybody else ask before an answer comes."""

    async def reply_slowly(request: httpx.Request) -> httpx.Response:
        for _ in range(20):
            await asyncio.sleep(0)
        return reply(request)

    return reply_slowly


@pytest.mark.parametrize("configured", ["bearer", "raw", "x-authorization"])
@pytest.mark.parametrize(
    ("works", "header"),
    [
        ("bearer", ("authorization", f"Bearer {TOKEN}")),
        ("raw", ("authorization", TOKEN)),
        ("x-authorization", ("x-authorization", TOKEN)),
    ],
)
async def test_the_form_of_the_header_that_works_is_found_once_and_kept(
    http: httpx.AsyncClient,
    evotor: respx.MockRouter,
    configured: str,
    works: str,
    header: tuple[str, str],
) -> None:
    evotor.get("/stores").mock(side_effect=takes_only(*header))
    api = make_api(http, Hours(), auth_scheme=configured)

    assert len(await api.stores()) == 1
    probes = api.requests
    await api.stores()

    assert api.scheme == works
    assert probes <= 3
    assert api.requests == probes + 1


async def test_a_dead_token_is_probed_once_and_never_again(
    http: httpx.AsyncClient, hours: Hours, evotor: respx.MockRouter
) -> None:
    evotor.get("/stores").respond(401)
    keeper = Keeper()
    api = make_api(http, hours, keeper=keeper)

    with pytest.raises(NeedsPerson) as caught:
        await api.stores()
    assert api.requests == 3
    with pytest.raises(NeedsPerson):
        await api.stores()

    assert api.requests == 4
    assert keeper.refused == [TOKEN, TOKEN]
    assert caught.value.code == "connection_broken"
    assert caught.value.message == (
        "Нет связи с Эвотором: ключ доступа не подходит или отозван. Подключите Эвотор заново."
    )
    assert api.scheme == "bearer"


async def test_a_token_that_worked_is_not_probed_when_it_dies(
    http: httpx.AsyncClient, hours: Hours, evotor: respx.MockRouter
) -> None:
    evotor.get("/stores").mock(side_effect=[answer(STORE), httpx.Response(401)])
    api = make_api(http, hours)
    await api.stores()

    with pytest.raises(NeedsPerson):
        await api.stores()

    assert api.requests == 2


async def test_a_refused_token_is_renewed_once_and_the_call_repeated(
    http: httpx.AsyncClient, hours: Hours, evotor: respx.MockRouter
) -> None:
    evotor.get("/stores").mock(side_effect=takes_only("authorization", f"Bearer {NEWER_TOKEN}"))
    keeper = Keeper(newer=[NEWER_TOKEN])
    api = make_api(http, hours, keeper=keeper)

    assert len(await api.stores()) == 1
    assert keeper.refused == [TOKEN]


async def test_a_renewed_token_that_is_refused_too_needs_a_person(
    http: httpx.AsyncClient, hours: Hours, evotor: respx.MockRouter
) -> None:
    evotor.get("/stores").respond(401)
    keeper = Keeper(newer=[NEWER_TOKEN, "one-more"])
    api = make_api(http, hours, keeper=keeper)

    with pytest.raises(NeedsPerson):
        await api.stores()

    assert keeper.refused == [TOKEN]
    assert api.requests == 6


async def test_a_spent_quota_says_nothing_about_the_form_of_the_header(
    http: httpx.AsyncClient, hours: Hours, evotor: respx.MockRouter
) -> None:
    evotor.get("/stores").mock(
        side_effect=[httpx.Response(401), httpx.Response(429), answer(STORE), answer(STORE)]
    )
    api = make_api(http, hours)

    await api.stores()

    assert api.scheme == "raw"
    assert len(sent(evotor)) == 3


async def test_calls_side_by_side_look_for_the_form_together(
    http: httpx.AsyncClient, hours: Hours, evotor: respx.MockRouter
) -> None:
    evotor.get("/stores").mock(side_effect=slowly(takes_only("x-authorization", TOKEN)))
    api = make_api(http, hours)

    lists = await asyncio.gather(api.stores(), api.stores(), api.stores())

    assert [len(stores) for stores in lists] == [1, 1, 1]
    assert api.requests == 3 + 2 + 2  # all refused; two probes; the two that waited for them


async def test_calls_side_by_side_with_a_dead_token_probe_it_once(
    http: httpx.AsyncClient, hours: Hours, evotor: respx.MockRouter
) -> None:
    evotor.get("/stores").mock(side_effect=slowly(lambda _: httpx.Response(401)))
    api = make_api(http, hours)

    ends = await asyncio.gather(api.stores(), api.stores(), return_exceptions=True)

    assert [type(end) for end in ends] == [NeedsPerson, NeedsPerson]
    assert api.requests == 2 + 2
