"""Every webhook in the request log: how it was answered, whose it is, and nobody's secrets."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from sqlalchemy import select

from evosync.db.api_logs import find_log
from evosync.db.tables.journal import api_logs
from evosync.sandbox.shop import SHOP_TOKEN
from evosync.web.exchange_words import reason_of
from tests.web.cloud import ANNA, ANNA_ID, SECRET, Called, verify_form
from tests.web.crowd import PASSWORD, SITE


async def logged(called: Called) -> Sequence[Mapping[str, Any]]:
    """List the webhooks of the log, the first one first, once it is written."""
    await called.stage.settled()
    await called.stage.state.opened.requests.close(5)
    async with called.stage.database.read() as tx:
        found = await tx.execute(select(api_logs).order_by(api_logs.c.id))
        return [dict(row) for row in found.mappings() if row["service"] == "webhook"]


async def test_what_was_taken_is_logged_with_whose_it_is(called: Called) -> None:
    anna = await called.add(ANNA)
    async with called.sender() as evotor:
        await evotor.verify(ANNA_ID, **verify_form())
        await evotor.token(ANNA_ID, SHOP_TOKEN)
    verify, token = await logged(called)
    assert (verify["method"], verify["url"]) == ("/user/verify", "/api/v1/user/verify")
    for row in (verify, token):
        assert (row["status"], row["outcome"], row["user_id"]) == (200, "ok", anna.id)
        assert (row["request_body"], row["response_body"]) == (None, None)


async def test_what_was_refused_is_logged_without_what_a_person_typed(called: Called) -> None:
    await called.add(ANNA)
    async with called.sender() as evotor:
        await evotor.verify(ANNA_ID, ANNA, "не тот пароль")
    [row] = await logged(called)
    assert (row["status"], row["error_code"], row["outcome"]) == (401, "1006", "4xx")
    assert ANNA_ID in row["request_body"]
    assert "1006" in row["response_body"]
    for secret in (ANNA, "не тот пароль", SECRET):
        assert secret not in str(row)


async def test_what_brings_no_secret_is_logged_without_its_body_and_not_for_ever(
    called_once: Called,
) -> None:
    transport = httpx.ASGITransport(called_once.stage.app)
    async with httpx.AsyncClient(transport=transport, base_url=SITE) as stranger:
        for _ in range(130):
            body = {"userId": ANNA_ID, "password": PASSWORD}
            assert (await stranger.post("/user/verify", json=body)).status_code == 401
    rows = await logged(called_once)
    assert len(rows) == 100
    assert {(row["status"], row["error_code"], row["request_body"]) for row in rows} == {
        (401, "1001", None)
    }


async def test_a_caller_that_went_away_before_the_answer_is_no_fault_of_ours(
    called_once: Called,
) -> None:
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(_message: Mapping[str, Any]) -> None:
        raise AssertionError("nobody is there to be answered")

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/user/create",
        "raw_path": b"/user/create",
        "root_path": "",
        "query_string": b"",
        "headers": [
            (b"host", SITE.partition("//")[2].encode()),
            (b"authorization", f"Bearer {SECRET}".encode()),
        ],
        "client": ("192.0.2.7", 5),
        "server": None,
    }
    await called_once.stage.app(scope, receive, send)
    [row] = await logged(called_once)
    assert (row["status"], row["outcome"]) == (None, "silent")
    async with called_once.stage.database.read() as tx:
        kept = await find_log(tx, row["id"])
    assert kept is not None
    assert reason_of(kept) == "Вызвавший не дождался ответа."
