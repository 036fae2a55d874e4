"""Which numbers a request belongs to: what it asked for, how it ended, what it carried."""

from typing import Any

import pytest

from evosync.metrics.requests import Asked, asked_of, calls_in
from evosync.outbound.exchange import Exchange
from tests.metrics.stand import exchange

_CALLS = 'API.market.edit({"a":1}),API.market.edit({"b":2}),API.market.add({})'
TWO_EDITS = {"code": f"return [{_CALLS}];"}
POSTED: dict[str, Any] = {"method": "POST", "status": 200, "seconds": 1.0}
EDITED, ADDED = {("market.edit", "ok"): 2}, {("market.add", "ok"): 1}


def error(code: object) -> bytes:
    return f'{{"error":{{"error_code":{code},"error_msg":"Anna"}}}}'.encode()


def oauth(word: str) -> bytes:
    return f'{{"error":"{word}"}}'.encode()


def of_calls(*errors: tuple[str, int]) -> bytes:
    rows = ",".join(f'{{"method":"{name}","error_code":{code}}}' for name, code in errors)
    return f'{{"response":[false,1,2],"execute_errors":[{rows}]}}'.encode()


@pytest.mark.parametrize(
    ("status", "rest", "outcome"),
    [
        pytest.param(200, {}, "ok", id="answered"),
        pytest.param(200, {"answer": error(6)}, "error_6", id="too fast"),
        pytest.param(200, {"answer": error(987654)}, "error_other", id="a code of no meaning"),
        pytest.param(200, {"answer": error('"Anna"')}, "error_other", id="a code of letters"),
        pytest.param(200, {"answer": error("true")}, "error_other", id="a code that is none"),
        pytest.param(200, {"answer": b'{"error":{}}'}, "ok", id="an error that names none"),
        pytest.param(200, {"answer": of_calls(("a.b", 100))}, "ok", id="only calls were refused"),
        pytest.param(400, {"answer": oauth("invalid_grant")}, "error_invalid_grant", id="OAuth"),
        pytest.param(400, {"answer": oauth("Anna")}, "error_other", id="a word of no meaning"),
        pytest.param(503, {"answer": b"<html>"}, "http_503", id="a gateway"),
        pytest.param(302, {"answer": b""}, "http_302", id="led elsewhere"),
        pytest.param(467, {"answer": b""}, "http_4xx", id="a number that nobody knows"),
        pytest.param(999, {"answer": b""}, "other", id="a number out of range"),
        pytest.param(None, {"cause": "ReadTimeout"}, "timeout", id="no answer in time"),
        pytest.param(None, {"cause": "TimeoutError"}, "timeout", id="dripping"),
        pytest.param(None, {"cause": "ConnectError"}, "connection", id="nobody there"),
        pytest.param(None, {"cause": "RemoteProtocolError"}, "connection", id="broken off"),
        pytest.param(None, {"cause": "Cancelled"}, "cancelled", id="not waited for"),
        pytest.param(None, {"cause": "AnswerTooLarge"}, "other", id="too much"),
    ],
)
def test_a_request_ended_in_one_of_few_ways(
    status: int | None, rest: dict[str, Any], outcome: str
) -> None:
    asked = asked_of(exchange("market.get", status, **rest))
    assert asked == Asked(service="vk", method="market.get", outcome=outcome)


@pytest.mark.parametrize(
    ("made", "service", "method"),
    [
        pytest.param(exchange("execute", form=TWO_EDITS), "vk", "execute", id="of several methods"),
        pytest.param(
            Exchange(service="vk", url="https://id.vk.com/oauth2/auth", **POSTED),
            "vkid",
            "POST /oauth2/auth",
            id="sign-in",
        ),
        pytest.param(
            Exchange(service="vk", url="https://pu.vk.com/c1/up?x=1", upload_bytes=9, **POSTED),
            "vk",
            "upload",
            id="picture",
        ),
        pytest.param(
            Exchange(
                service="evotor",
                method="GET",
                url="https://api.evotor.ru/stores/2017-0001/products/secret",
                status=200,
                seconds=1,
            ),
            "evotor",
            "GET /stores/{store-id}/products/{product-id}",
            id="till",
        ),
    ],
)
def test_a_request_is_named_by_what_it_asks_for(made: Exchange, service: str, method: str) -> None:
    asked = asked_of(made)
    assert (asked.service, asked.method) == (service, method)
    assert sum(calls_in(made, "ok").values()) == (3 if method == "execute" else 0)


@pytest.mark.parametrize(
    ("answer", "outcome", "counted"),
    [
        pytest.param(
            b'{"response":[1,1,1]}',
            "ok",
            EDITED | ADDED,
            id="all done",
        ),
        pytest.param(
            of_calls(("market.edit", 100), ("market.add", 15), ("execute", 15)),
            "ok",
            {
                ("market.edit", "error_100"): 1,
                ("market.edit", "ok"): 1,
                ("market.add", "error_15"): 1,
            },
            id="some refused",
        ),
        pytest.param(
            of_calls(("users.get", 5), ("market.add", 9), ("market.add", 9)),
            "ok",
            EDITED | {("market.add", "error_9"): 1},
            id="more refused than were sent",
        ),
        pytest.param(
            error(36),
            "error_36",
            {("market.edit", "error_36"): 2, ("market.add", "error_36"): 1},
            id="refused as a whole",
        ),
        pytest.param(
            b'{"execute_errors":"Anna"}',
            "ok",
            EDITED | ADDED,
            id="errors of no shape",
        ),
    ],
)
def test_each_call_of_an_execute_is_counted_once_with_its_own_end(
    answer: bytes, outcome: str, counted: dict[tuple[str, str], int]
) -> None:
    assert calls_in(exchange("execute", form=TWO_EDITS, answer=answer), outcome) == counted


def test_a_call_alone_ends_as_its_request() -> None:
    made = exchange("market.get", None, cause="ReadTimeout")
    assert calls_in(made, "timeout") == {("market.get", "timeout"): 1}
