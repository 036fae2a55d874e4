from typing import Any

import msgspec
import pytest

from evosync.sandbox.evotor.webhook_checks import Kind, check_answer

USER = "01-000000000000001"
JSON = "application/json"
CREATED = {"userId": USER, "token": "Ab0_=-"}
VERIFIED = CREATED | {"hasBilling": False}


def check(kind: Kind, status: int, answer: Any, content_type: str = JSON) -> list[str]:
    body = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
    return check_answer(kind, status, content_type, body, USER)


def error(code: Any, **fields: Any) -> dict[str, Any]:
    return {"errors": [{"code": code, **fields}]}


@pytest.mark.parametrize(
    ("kind", "status", "answer"),
    [
        pytest.param("create", 200, CREATED, id="created"),
        pytest.param("create", 200, CREATED | {"token": "x" * 128}, id="the longest token"),
        pytest.param("verify", 200, VERIFIED, id="verified"),
        pytest.param("token", 200, b"", id="a token with no body"),
        pytest.param("token", 200, b"<p>ok</p>", id="a token with any body"),
        pytest.param("token", 404, {}, id="unknown"),
        pytest.param("create", 400, error(2001), id="syntax"),
        pytest.param("create", 400, error(2002, reason="missing", subject="email"), id="missing"),
        pytest.param(
            "create", 400, error(2003, reason="incorrect", subject="email", value=7), id="incorrect"
        ),
        pytest.param("create", 401, error(1001), id="wrong app token"),
        pytest.param("verify", 401, error(1006), id="wrong password"),
        pytest.param("create", 409, error(2005), id="exists already"),
        pytest.param("verify", 409, error(2004), id="tied to another"),
        pytest.param(
            "verify", 400, {"errors": [{"code": 2002}, {"code": 2003}]}, id="several at once"
        ),
    ],
)
def test_an_answer_as_the_contract_has_no_complaints(kind: Kind, status: int, answer: Any) -> None:
    assert check(kind, status, answer) == []
    assert check(kind, status, answer, "Application/JSON; charset=utf-8") == []


@pytest.mark.parametrize(
    ("kind", "status", "answer", "words"),
    [
        pytest.param("create", 200, b"{", "no JSON object", id="no json"),
        pytest.param("create", 200, [CREATED], "no JSON object", id="an array"),
        pytest.param("create", 200, {"userId": USER}, "token is missing", id="no token"),
        pytest.param("create", 200, VERIFIED, "hasBilling is not expected", id="a field too many"),
        pytest.param("create", 200, CREATED | {"userId": "01-2"}, "sent was", id="another user"),
        pytest.param("create", 200, CREATED | {"token": "a b"}, "token is no text", id="a space"),
        pytest.param("create", 200, CREATED | {"token": ""}, "token is no text", id="empty token"),
        pytest.param(
            "create", 200, CREATED | {"token": "x" * 129}, "token is no text", id="long token"
        ),
        pytest.param("create", 200, CREATED | {"token": 7}, "token is no text", id="a number"),
        pytest.param("verify", 200, CREATED, "hasBilling is missing", id="no billing"),
        pytest.param(
            "verify", 200, VERIFIED | {"hasBilling": 0}, "hasBilling is not false", id="zero"
        ),
        pytest.param("token", 404, {"errors": []}, "404 is not {}", id="a 404 that says more"),
        pytest.param("token", 503, {}, "503 is none", id="a status of no contract"),
        pytest.param("token", 201, {}, "201 is none", id="a success of no contract"),
        pytest.param("create", 400, [], "no JSON object", id="errors without an object"),
        pytest.param("create", 400, {"errors": []}, "no array with", id="no errors"),
        pytest.param("create", 400, {"error": "x"}, "errors is missing", id="another shape"),
        pytest.param("create", 400, {"errors": ["x"]}, "no object", id="an error that is text"),
        pytest.param("create", 400, error("2001"), "not a number", id="a code that is text"),
        pytest.param("create", 400, error(True), "not a number", id="a code that is true"),
        pytest.param("create", 400, error(10_000), "not a number", id="a code too large"),
        pytest.param("create", 400, error(1001), "1001 does not go with a 400", id="wrong pair"),
        pytest.param("token", 409, error(2005), "to token", id="another call's error"),
        pytest.param("create", 400, error(2002, reason=7), "reason is no text", id="reason"),
        pytest.param("create", 400, error(2002, reason="bad"), "reason of 2002", id="its words"),
        pytest.param("create", 400, error(2001, message="x"), "message is not", id="a new field"),
    ],
)
def test_any_other_is_complained_of(kind: Kind, status: int, answer: Any, words: str) -> None:
    assert any(words in complaint for complaint in check(kind, status, answer))


def test_json_must_be_called_so() -> None:
    [complaint] = check("create", 200, CREATED, "text/plain")
    assert "text/plain" in complaint
