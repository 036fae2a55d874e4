"""Bodies of any shape where Evotor's calls come: each is answered by the contract."""

import json
from collections.abc import Callable
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evosync.db import notices
from evosync.sandbox.evotor.webhooks import Delivery
from evosync.web.body_limit import MAX_BODY
from tests.web.cloud import ANNA, ANNA_ID, Called
from tests.web.crowd import PASSWORD

Kind = Literal["create", "verify", "token"]
KINDS: tuple[Kind, ...] = ("create", "verify", "token")
TOLD: dict[str, dict[str, object]] = {
    "syntax": {"code": 2001},
    "missing": {"code": 2002, "reason": "missing"},
    "wrong": {"code": 2003, "reason": "incorrect"},
}

SYNTAX = {
    "nothing": b"",
    "blanks": b" \n ",
    "no JSON": b"userId=01&token=x",
    "half": b'{"userId": "01-000000000000777"',
    "two": b"{}{}",
    "a list": b"[]",
    "a text": b'"userId"',
    "a number": b"7",
    "null": b"null",
    "bytes": b"\xff\xfe\x00\x01",
    "bytes in a text": b'{"userId": "01-\xff\xfe"}',
    "half of a character": b'{"userId": "\\ud800"}',
    "UTF-16": '{"userId": "01"}'.encode("utf-16"),
    "with a mark before it": b"\xef\xbb\xbf" + b'{"userId": "01"}',
    "deep": b"[" * 60_000 + b"]" * 60_000,
    "deep objects": b'{"a":' * 15_000 + b"1" + b"}" * 15_000,
    "a number without an end": b'{"userId": ' + b"1" * 60_000 + b"}",
    "a number too large": b'{"userId": "01-1", "x": 1e999}',
    "not a number": b'{"userId": "01-1", "x": NaN}',
}

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
    | st.sampled_from([ANNA_ID, ANNA, PASSWORD, "a" * 600, 10**40, -(2**63), 2**64])
)
NAMES = st.sampled_from(
    [
        *("userId", "userUuid", "token", "username", "password", "login", "email", "e-mail"),
        *("name", "fio", "firstName", "lastName", "phone", "tel"),
    ]
) | st.text(max_size=10)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=8).flatmap(
    lambda body: st.sampled_from([body, {"userId": ANNA_ID} | body, body | {"userId": ANNA_ID}])
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", SYNTAX.values(), ids=SYNTAX)
async def test_what_is_no_json_object_is_a_fault_of_syntax(
    body: bytes, kind: Kind, called_once: Called
) -> None:
    answer = await send(called_once, kind, body)
    assert (answer.status, answer.answer) == (400, {"errors": [TOLD["syntax"]]})
    assert answer.complaints == []
    [event] = await called_once.events()
    assert event["kind"] == kind
    assert (event["error"], event["body"]) == ("2001", {"bytes": len(body)})


@pytest.mark.parametrize(
    ("kind", "body", "told", "subject"),
    [
        pytest.param("create", {}, "missing", "userId", id="no user"),
        pytest.param("token", {"userId": None}, "missing", "userId", id="null for a user"),
        pytest.param("create", {"userId": ""}, "wrong", "userId", id="an empty user"),
        pytest.param("create", {"userId": 7}, "wrong", "userId", id="a number for a user"),
        pytest.param("create", {"userId": "01 02"}, "wrong", "userId", id="blanks in a user"),
        pytest.param("create", {"userId": "0" * 65}, "wrong", "userId", id="a long user"),
        pytest.param("create", {"userUuid": []}, "wrong", "userUuid", id="the older name"),
        pytest.param("token", {"userId": ANNA_ID}, "missing", "token", id="no token"),
        pytest.param("token", {"userId": ANNA_ID, "token": ""}, "wrong", "token", id="empty"),
        pytest.param("token", {"userId": ANNA_ID, "token": " "}, "wrong", "token", id="blank"),
        pytest.param("token", {"userId": ANNA_ID, "token": 7}, "wrong", "token", id="number"),
        pytest.param("token", {"userId": ANNA_ID, "token": "a b"}, "wrong", "token", id="blanks"),
        pytest.param("token", {"userId": ANNA_ID, "token": "ключ"}, "wrong", "token", id="text"),
        pytest.param("token", {"userId": ANNA_ID, "token": "a\n"}, "", "", id="a line's end"),
        pytest.param("token", {"userId": ANNA_ID, "token": "a\0"}, "wrong", "token", id="null"),
        pytest.param(
            "token", {"userId": ANNA_ID, "token": "a" * 2001}, "wrong", "token", id="long"
        ),
        pytest.param("verify", {"userId": ANNA_ID}, "missing", "username", id="no e-mail"),
        pytest.param(
            *("verify", {"userId": ANNA_ID, "username": ANNA}, "missing", "password"),
            id="no password",
        ),
        pytest.param(
            *("verify", {"userId": ANNA_ID, "username": 7, "password": "x"}, "wrong", "username"),
            id="a number for an e-mail",
        ),
        pytest.param(
            *("verify", {"userId": ANNA_ID, "username": ANNA, "password": {}}, "wrong"),
            "password",
            id="an object for a password",
        ),
    ],
)
async def test_a_field_that_is_missing_or_wrong_is_named(
    kind: Kind, body: dict[str, Any], told: str, subject: str, called_once: Called
) -> None:
    answer = await send(called_once, kind, json.dumps(body).encode())
    if not told:
        assert answer.status == 200
        return
    assert (answer.status, answer.answer) == (
        *(400,),
        {"errors": [TOLD[told] | {"subject": subject}]},
    )
    assert answer.complaints == []


async def test_the_older_name_of_a_user_is_understood(called_once: Called) -> None:
    answer = await send(called_once, "create", json.dumps({"userUuid": ANNA_ID}).encode())
    assert (answer.status, answer.answer["userId"]) == (200, ANNA_ID)
    assert answer.complaints == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_body_that_is_too_large_is_not_read(kind: Kind, called_once: Called) -> None:
    body = json.dumps({"userId": ANNA_ID, "name": "x" * MAX_BODY}).encode()
    answer = await send(called_once, kind, body)
    assert answer.status == 413
    assert (await called_once.events(), await called_once.count_users()) == ([], 0)


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/json; charset=utf-16", "image/png", "\t"]
)
async def test_what_the_body_is_called_means_nothing(
    content_type: str, called_once: Called
) -> None:
    body = json.dumps({"userId": ANNA_ID}).encode()
    async with called_once.sender() as evotor:
        answer = await evotor.send("create", body, {"Content-Type": content_type})
    assert (answer.status, answer.complaints) == (200, [])


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(kind=st.sampled_from(KINDS), value=VALUES | OBJECTS)
async def test_no_body_breaks_anything_or_ties_anybody(
    kind: Kind, value: Any, called_by_many: Callable[[], Called]
) -> None:
    called = called_by_many()
    called.stage.forget_tries()
    body = json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")
    answer = await send(called, kind, body)
    assert answer.status in {200, 400, 401, 409}, answer
    assert answer.complaints == [], answer
    await called.stage.settled()
    # Whoever does not know the password is tied to nobody's account.
    anna = await called.stage.user(ANNA)
    is_hers = isinstance(value, dict) and value.get("password") == PASSWORD
    if anna.evotor_user_id is not None:
        assert is_hers
        now = called.stage.desk.clock()
        await called.stage.database.write(notices.tie, anna.id, None, now)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(kind=st.sampled_from(KINDS), body=st.binary(max_size=200))
async def test_no_bytes_break_anything(
    kind: Kind, body: bytes, called_by_many: Callable[[], Called]
) -> None:
    answer = await send(called_by_many(), kind, body)
    assert answer.status == 400
    assert answer.complaints == []


@pytest.fixture
async def called_by_many(called: Called) -> Callable[[], Called]:
    """Give one service to all examples; Anna has an account at it."""
    await called.add(ANNA)
    return lambda: called


async def send(called: Called, kind: Kind, body: bytes) -> Delivery:
    """Let the cloud send bytes once."""
    async with called.sender() as evotor:
        return await evotor.send(kind, body)
