"""Evotor's calls that are not taken: by the secret, by who is meant, and how often they come."""

import base64
from collections.abc import Mapping
from typing import Any, Literal

import pytest
import structlog
from structlog.testing import capture_logs

from evosync.db.accounts import UserStatus
from evosync.sandbox.shop import SHOP_TOKEN
from tests.accounts.conftest import hashing  # noqa: F401 - a fixture
from tests.accounts.stand import Hashing
from tests.web.all_rows import read_values
from tests.web.cloud import ANNA, ANNA_ID, BORIS, SECRET, Called, verify_form
from tests.web.crowd import PASSWORD, Who

Kind = Literal["create", "verify", "token"]
BODIES: dict[Kind, dict[str, str]] = {
    "create": {"userId": ANNA_ID, "email": ANNA},
    "verify": {"userId": ANNA_ID, **verify_form()},
    "token": {"userId": ANNA_ID, "token": SHOP_TOKEN},
}
WRONG = [{"code": 1006}]
LONG = "x" * 100_000


def basic(pair: str) -> str:
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
@pytest.mark.parametrize("auth", ["bearer", "basic", "bare"])
async def test_the_secret_is_taken_in_each_of_its_forms(
    auth: Literal["bearer", "basic", "bare"], prefix: str, called_once: Called
) -> None:
    await called_once.add(ANNA)
    async with called_once.sender(auth=auth, prefix=prefix) as evotor:
        done = [
            await evotor.verify(ANNA_ID, **verify_form()),
            await evotor.token(ANNA_ID, SHOP_TOKEN),
            await evotor.create(ANNA_ID),
        ]
    assert [(each.status, each.complaints) for each in done] == [(200, [])] * 3


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("", id="nothing"),
        pytest.param("Bearer", id="a scheme alone"),
        pytest.param("Bearer ", id="a scheme and a blank"),
        pytest.param(f"Bearer {SECRET}x", id="longer"),
        pytest.param(f"Bearer {SECRET[:-1]}", id="shorter"),
        pytest.param(f"Bearer {SECRET.upper()}", id="in capitals"),
        pytest.param(f"Bearer Bearer {SECRET}", id="twice a scheme"),
        pytest.param(f"Digest {SECRET}", id="another scheme"),
        pytest.param(f"Basic {SECRET}", id="Basic without its code"),
        pytest.param(basic(SECRET), id="Basic without a login"),
        pytest.param(basic(f"{SECRET}:"), id="Basic with the secret for a login"),
        pytest.param(basic("evotor:wrong"), id="Basic with another password"),
        pytest.param("Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(), id="Basic of bytes"),
        pytest.param("Basic ====", id="Basic that is no code"),
        pytest.param(LONG, id="long"),
    ],
)
@pytest.mark.parametrize("kind", BODIES)
async def test_another_secret_does_nothing(kind: Kind, header: str, called_once: Called) -> None:
    before = await called_once.stage.rows()
    async with called_once.sender() as evotor:
        answer = await evotor.send(kind, BODIES[kind], {"Authorization": header})
    assert (answer.status, answer.answer) == (401, {"errors": [{"code": 1001}]})
    assert answer.complaints == []
    assert await called_once.stage.rows() == before


@pytest.mark.parametrize(
    "header", [None, "Bearer ключ".encode(), b"\xff\xfe", SECRET.encode()[::-1]]
)
async def test_a_header_that_is_no_text_does_nothing(
    header: bytes | None, called_once: Called
) -> None:
    headers = [] if header is None else [(b"Authorization", header)]
    async with called_once.stage.client(Who.ANONYMOUS) as client:
        answer = await client.post("/user/create", json=BODIES["create"], headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"errors": [{"code": 1001}]})
    assert await called_once.count_users() == 0


@pytest.mark.parametrize("kind", BODIES)
async def test_without_the_setting_nothing_is_let_in(kind: Kind, called_once: Called) -> None:
    called_once.stage.set(evotor_webhook_secret="")
    for secret in ("", SECRET):
        async with called_once.sender(secret=secret) as evotor:
            answer = await evotor.send(kind, BODIES[kind])
        assert answer.status == 503
    assert await called_once.events() == []


async def test_a_call_sent_from_a_page_of_another_site_needs_no_more_than_the_secret(
    called_once: Called,
) -> None:
    async with called_once.sender() as evotor:
        answer = await evotor.send(
            "create", BODIES["create"], {"Sec-Fetch-Site": "cross-site", "Origin": "null"}
        )
    assert answer.status == 200


@pytest.mark.parametrize(
    ("status", "has_password", "typed"),
    [
        pytest.param(UserStatus.ACTIVE, True, {"password": "не тот пароль"}, id="wrong"),
        pytest.param(UserStatus.ACTIVE, True, {"username": BORIS}, id="nobody"),
        pytest.param(UserStatus.SUSPENDED, True, {}, id="suspended"),
        pytest.param(UserStatus.PENDING, True, {}, id="not confirmed"),
        pytest.param(UserStatus.PENDING, False, {}, id="invited"),
        pytest.param(UserStatus.ACTIVE, True, {"password": "p" * 1900}, id="long password"),
        pytest.param(UserStatus.ACTIVE, True, {"username": "u" * 1900}, id="long e-mail"),
        pytest.param(UserStatus.ACTIVE, True, {"username": "a\0b"}, id="null bytes"),
        pytest.param(UserStatus.ACTIVE, True, {"username": "🫖"}, id="emoji"),
    ],
)
async def test_who_does_not_fit_is_not_told_why(
    status: UserStatus, has_password: bool, typed: dict[str, str], called: Called
) -> None:
    await called.add(ANNA, status, has_password=has_password)
    async with called.sender() as evotor:
        answer = await evotor.send("verify", BODIES["verify"] | typed)
    assert (answer.status, answer.answer) == (401, {"errors": WRONG})
    assert answer.complaints == []
    assert await called.owner(ANNA_ID) is None
    [event] = await called.events()
    assert (event["kind"], event["user_id"], event["state"]) == ("verify", None, "done")


async def test_too_many_tries_are_refused_before_any_hash_is_compared(
    called_once: Called,
    hashing: Hashing,  # noqa: F811 - pytest's way
) -> None:
    await called_once.add(ANNA)
    async with called_once.sender() as evotor:
        for _ in range(20):
            assert (await evotor.verify(ANNA_ID, ANNA, "не тот")).status == 401
        compared = len(hashing.compared)
        # The right one is not let in either, or guessing would go on.
        answer = await evotor.verify(ANNA_ID, f" {ANNA.upper()} ", PASSWORD)
        assert (answer.status, answer.answer) == (401, {"errors": WRONG})
        assert len(hashing.compared) == compared == 20
        called_once.stage.forget_tries()
        assert (await evotor.verify(ANNA_ID, ANNA, PASSWORD)).status == 200


async def test_nobody_can_tell_by_the_work_whether_an_account_is_there(
    called_once: Called,
    hashing: Hashing,  # noqa: F811 - pytest's way
) -> None:
    await called_once.add(ANNA)
    counts = []
    async with called_once.sender() as evotor:
        for email in (ANNA, BORIS):
            before = len(hashing.compared)
            await evotor.verify(ANNA_ID, email, "не тот")
            counts.append(len(hashing.compared) - before)
    assert counts == [1, 1]


async def test_no_secret_is_kept_told_or_answered(called: Called) -> None:
    await called.add(ANNA)
    form = {
        "login": ANNA,
        "parol": "x",
        "userPassword": PASSWORD,
        "Пароль": PASSWORD,
        "apiToken": SHOP_TOKEN,
        "deep": {"password": PASSWORD},
        "list": [SHOP_TOKEN],
    }
    answers = []
    with capture_logs([structlog.contextvars.merge_contextvars]) as events:
        async with called.sender() as evotor:
            answers.append(await evotor.token(ANNA_ID, SHOP_TOKEN))
            answers.append(await evotor.send("verify", BODIES["verify"] | form))
            answers.append(await evotor.verify(ANNA_ID, ANNA, PASSWORD + "x"))
            answers.append(await evotor.token(ANNA_ID, SHOP_TOKEN))
            answers.append(await evotor.send("token", {"token": SHOP_TOKEN}))
            answers.append(await evotor.send("create", f'{{"userId": "{SHOP_TOKEN}"'.encode()))
        await called.stage.settled()
        rows = await read_values(called.stage.database)
    kept: list[Mapping[str, Any]] = [row["body"] for row in rows["webhook_events"]]
    told = [str(kept), str(events), str(rows["audit_log"]), *(str(each.body) for each in answers)]
    for secret in (PASSWORD, SHOP_TOKEN, SECRET):
        assert not any(secret in each for each in told)
    assert all(secret not in str(rows) for secret in (PASSWORD, SHOP_TOKEN))
    assert any("login" in body for body in kept)  # what is no secret is there to be looked at
    assert [each.status for each in answers] == [200, 200, 401, 200, 400, 400]
