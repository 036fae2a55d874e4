import json

import httpx
import pytest
import respx
import structlog

from evosync.errors import EvoSyncError, TryLater
from evosync.evotor.api import EvotorApi
from evosync.evotor.failures import Busy, Refused, Unread
from tests.evotor.stand import NEWER_TOKEN, TOKEN, Hours, Keeper, answer, make_api, sent

STORE = {"id": "S-1", "name": "Чайная"}


async def test_a_reading_names_its_version_and_declares_no_body(
    api: EvotorApi, evotor: respx.MockRouter
) -> None:
    evotor.get("/stores").mock(return_value=answer(STORE))

    await api.stores()

    (request,) = sent(evotor)
    assert request.headers["accept"] == "application/vnd.evotor.v2+json"
    assert "content-type" not in request.headers
    assert request.extensions["timeout"]["read"] == 20


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        (302, Unread, "Нет связи с Эвотором: непонятный ответ (код 302)."),
        (400, Unread, "Нет связи с Эвотором: непонятный ответ (код 400)."),
        (402, Refused, "Нет связи с Эвотором: приложение не оплачено."),
        (
            403,
            Refused,
            "Нет связи с Эвотором: у приложения нет права читать магазины и товары.",
        ),
        (404, Unread, "Нет связи с Эвотором: Эвотор не знает такого магазина."),
        (406, Unread, "Нет связи с Эвотором: непонятный ответ (код 406)."),
        (413, Unread, "Нет связи с Эвотором: непонятный ответ (код 413)."),
        (415, Unread, "Нет связи с Эвотором: непонятный ответ (код 415)."),
    ],
)
async def test_a_final_status_is_not_asked_for_again(
    api: EvotorApi,
    evotor: respx.MockRouter,
    status: int,
    error: type[EvoSyncError],
    message: str,
) -> None:
    evotor.get("/stores").respond(status, text="<html>", headers={"location": "/login"})

    with pytest.raises(error) as caught:
        await api.stores()

    assert caught.value.message == message
    assert api.requests == 1


PASSING = [
    pytest.param(httpx.Response(500, text="<html>"), id="500"),
    pytest.param(httpx.Response(503), id="503"),
    pytest.param(httpx.Response(200, text="<html>maintenance</html>"), id="HTML body"),
    pytest.param(httpx.Response(200, content=b'{"items":[{"id":"S-'), id="truncated JSON"),
    pytest.param(httpx.Response(200), id="empty body"),
    pytest.param(httpx.Response(200, json={}), id="no list"),
    pytest.param(httpx.ReadTimeout(""), id="time-out"),
    pytest.param(httpx.RemoteProtocolError("peer closed the connection"), id="cut connection"),
    pytest.param(httpx.ConnectError(""), id="refused connection"),
]


@pytest.mark.parametrize("trouble", PASSING)
async def test_what_may_pass_is_asked_for_again(
    api: EvotorApi,
    evotor: respx.MockRouter,
    hours: Hours,
    trouble: httpx.Response | httpx.HTTPError,
) -> None:
    evotor.get("/stores").mock(side_effect=[trouble, trouble, answer(STORE)])

    assert len(await api.stores()) == 1
    assert hours.slept_s == [1, 2]


@pytest.mark.parametrize("trouble", PASSING)
async def test_what_does_not_pass_ends_after_three_tries(
    api: EvotorApi,
    evotor: respx.MockRouter,
    hours: Hours,
    trouble: httpx.Response | httpx.HTTPError,
) -> None:
    evotor.get("/stores").mock(side_effect=[trouble] * 4)

    with pytest.raises(TryLater) as caught:
        await api.stores()

    assert api.requests == 3
    assert hours.slept_s == [1, 2]
    assert caught.value.code == "connection_broken"


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        (httpx.ConnectError(""), "Нет связи с Эвотором: сервер evotor.test недоступен."),
        (httpx.ReadTimeout(""), "Нет связи с Эвотором: сервер evotor.test не ответил до конца."),
        (httpx.Response(502), "Нет связи с Эвотором: Эвотор ответил ошибкой 502."),
        (httpx.Response(200, text="<"), "Нет связи с Эвотором: ответ Эвотора не разобрать."),
    ],
    ids=["unreachable", "silent", "broken", "garbled"],
)
async def test_silence_is_told_in_one_sentence(
    api: EvotorApi,
    evotor: respx.MockRouter,
    trouble: httpx.Response | httpx.HTTPError,
    message: str,
) -> None:
    evotor.get("/stores").mock(side_effect=[trouble] * 3)

    with pytest.raises(TryLater) as caught:
        await api.stores()

    assert caught.value.message == str(caught.value) == message


@pytest.mark.parametrize(
    ("base_url", "named"),
    [
        pytest.param("http://127.0.0.1:9/", "127.0.0.1:9", id="nobody listens"),
        pytest.param("http://name:secret@127.0.0.1:9", "127.0.0.1:9", id="with a password"),
        pytest.param("http://evotor:port", "Эвотора", id="no address"),
    ],
)
async def test_a_host_that_is_not_there_is_named(
    http: httpx.AsyncClient, hours: Hours, base_url: str, named: str
) -> None:
    api = make_api(http, hours, base_url=base_url)

    with pytest.raises(TryLater) as caught:
        await api.stores()

    told = caught.value.message
    assert told.startswith(f"Нет связи с Эвотором: сервер {named} ")


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        pytest.param({"X-RateLimit-Reset": "12"}, 12, id="seconds left"),
        pytest.param({"X-RateLimit-Reset": "1772366405"}, 5, id="seconds since 1970"),
        pytest.param({"Retry-After": "3"}, 3, id="Retry-After"),
    ],
)
async def test_a_spent_quota_is_waited_for_as_the_headers_say(
    api: EvotorApi,
    evotor: respx.MockRouter,
    hours: Hours,
    headers: dict[str, str],
    wait_s: float,
) -> None:
    evotor.get("/stores").mock(side_effect=[httpx.Response(429, headers=headers), answer(STORE)])

    assert len(await api.stores()) == 1
    assert hours.slept_s == [wait_s]


async def test_a_quota_that_stays_spent_ends_the_reading(
    api: EvotorApi, evotor: respx.MockRouter, hours: Hours
) -> None:
    evotor.get("/stores").respond(429, headers={"X-RateLimit-Reset": "20"})

    with pytest.raises(Busy) as caught:
        await api.stores()

    assert hours.slept_s == [20] * 5
    assert caught.value.code == "evotor_busy"
    assert caught.value.retry_at is not None
    assert caught.value.retry_at > hours.now


async def test_a_warning_of_the_cloud_is_logged(api: EvotorApi, evotor: respx.MockRouter) -> None:
    evotor.get("/stores").mock(
        return_value=answer(STORE, headers={"Warning": '299 - "gone on 2026-05-01"'})
    )

    with structlog.testing.capture_logs() as events:
        await api.stores()

    assert [event["warning"] for event in events if event["log_level"] == "warning"] == [
        '299 - "gone on 2026-05-01"'
    ]


@pytest.mark.parametrize(
    "trouble",
    [
        *PASSING,
        pytest.param(httpx.Response(401, text=f"bad token {TOKEN}"), id="401"),
        pytest.param(httpx.Response(403, text=f"no right for {TOKEN}"), id="403"),
        pytest.param(httpx.Response(429), id="429"),
        pytest.param(httpx.Response(400, json={"message": TOKEN}), id="400"),
        pytest.param(httpx.Response(200, json={"items": [{"name": TOKEN}]}), id="bad store"),
        pytest.param(httpx.LocalProtocolError(f"Illegal header value {TOKEN}"), id="own error"),
    ],
)
async def test_no_token_stands_in_a_log_or_an_error(
    http: httpx.AsyncClient,
    hours: Hours,
    evotor: respx.MockRouter,
    trouble: httpx.Response | httpx.HTTPError,
) -> None:
    evotor.get("/stores").mock(side_effect=[trouble] * 20)
    api = make_api(http, hours, keeper=Keeper(newer=[NEWER_TOKEN]))

    with structlog.testing.capture_logs() as events, pytest.raises(EvoSyncError) as caught:
        await api.stores()

    told = json.dumps(events, default=repr) + repr(caught.value) + repr(vars(caught.value))
    assert len(events) >= 1
    assert TOKEN not in told
    assert NEWER_TOKEN not in told
