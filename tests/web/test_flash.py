"""The sentence on the next page: said once, only if we signed it, and not for long."""

import httpx
import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from evosync.db.vault import Vault
from evosync.web.flash import COOKIE, LIFETIME_S, PURPOSE, Kind, flash
from evosync.web.state import AppState
from tests.web.breakage import add_page

ACT = "/act"
SENTENCE = "Сохранено: <b>чай</b> ☕"
SHOWN = "Сохранено: &lt;b&gt;чай&lt;/b&gt; ☕"


def acting(app: Starlette, kind: Kind = "success", text: str = SENTENCE) -> None:
    """Let an application have a page that says a sentence on the next one."""

    async def act(request: Request) -> Response:
        response = RedirectResponse("/login", 303)
        flash(request, response, kind, text)
        return response

    add_page(app, act, path=ACT)


class Earlier(TimestampSigner):
    """Signs as of a moment before."""

    seconds = 0

    def get_timestamp(self) -> int:
        return super().get_timestamp() - self.seconds


class TooEarly(Earlier):
    seconds = LIFETIME_S + 5


class EarlyEnough(Earlier):
    seconds = LIFETIME_S - 30


def signed(
    vault: Vault, value: object, signer: type[TimestampSigner] = TimestampSigner, **other: str
) -> str:
    serializer = URLSafeTimedSerializer(
        list(reversed(vault.derive(other.get("purpose", PURPOSE)))),
        salt=other.get("salt", COOKIE),
        signer=signer,
    )
    return serializer.dumps(value)


async def said(client: httpx.AsyncClient, cookie: str) -> bool:
    answer = await client.get("/login", headers={b"Cookie": f"{COOKIE}={cookie}".encode()})
    assert answer.status_code == 200
    return SHOWN in answer.text


@pytest.mark.parametrize(
    ("kind", "role"),
    [("success", "status"), ("warning", "status"), ("danger", "alert"), ("secondary", "status")],
)
async def test_a_sentence_is_said_once_on_the_next_page(
    kind: Kind, role: str, app: Starlette, stranger: httpx.AsyncClient
) -> None:
    acting(app, kind)
    first = await stranger.get(ACT, follow_redirects=True)
    assert first.text.count(SHOWN) == 1
    assert f'<div class="alert alert-{kind} d-flex gap-2" role="{role}">' in first.text
    assert SENTENCE not in first.text
    again = await stranger.get("/login")
    assert SHOWN not in again.text
    assert COOKIE not in again.headers.get("set-cookie", "")


async def test_the_page_of_an_error_says_it_too(
    app: Starlette, stranger: httpx.AsyncClient
) -> None:
    acting(app)
    await stranger.get(ACT)
    assert SHOWN in (await stranger.get("/nowhere")).text
    assert SHOWN not in (await stranger.get("/login")).text


@pytest.mark.parametrize("path", ["/login", "/nowhere"])
async def test_a_part_of_a_page_leaves_it_to_be_said(
    path: str, app: Starlette, stranger: httpx.AsyncClient
) -> None:
    acting(app)
    await stranger.get(ACT)
    part = await stranger.get(path, headers={"HX-Request": "true"})
    assert SHOWN not in part.text
    assert SHOWN in (await stranger.get("/login")).text


async def test_what_is_no_page_leaves_it_to_be_said(
    app: Starlette, stranger: httpx.AsyncClient
) -> None:
    acting(app)
    await stranger.get(ACT)
    for path in ("/health", "/", "/static/any/app.css"):
        await stranger.get(path)
    assert SHOWN in (await stranger.get("/login")).text


async def test_the_later_sentence_wins(app: Starlette, stranger: httpx.AsyncClient) -> None:
    acting(app, text="Первое.")
    await stranger.get(ACT)
    acting(app, text="Второе.")
    page = await stranger.get(ACT, follow_redirects=True)
    assert "Второе." in page.text
    assert "Первое." not in page.text


async def test_the_cookie_is_no_scripts_and_no_other_sites(
    app: Starlette, stranger: httpx.AsyncClient
) -> None:
    acting(app)
    (cookie,) = (await stranger.get(ACT)).headers.get_list("set-cookie")
    attributes = set(cookie.split("; ")[1:])
    assert {"HttpOnly", "SameSite=lax", f"Max-Age={LIFETIME_S}", "Path=/"} <= attributes
    assert cookie.isascii()


async def test_what_we_signed_is_said(stranger: httpx.AsyncClient, state: AppState) -> None:
    vault = state.desk.vault
    assert await said(stranger, signed(vault, ["success", SENTENCE]))
    assert await said(stranger, signed(vault, ["success", SENTENCE], EarlyEnough))


async def test_what_another_key_or_purpose_signed_is_not(
    stranger: httpx.AsyncClient, state: AppState
) -> None:
    value = ["success", SENTENCE]
    assert not await said(stranger, signed(Vault("another key"), value))
    assert not await said(stranger, signed(state.desk.vault, value, purpose="links"))
    assert not await said(stranger, signed(state.desk.vault, value, salt="links"))


async def test_what_is_late_is_not_said(stranger: httpx.AsyncClient, state: AppState) -> None:
    assert not await said(stranger, signed(state.desk.vault, ["success", SENTENCE], TooEarly))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(["loud", SENTENCE], id="unknown kind"),
        pytest.param(["success"], id="no words"),
        pytest.param(["success", SENTENCE, 1], id="more"),
        pytest.param(["success", [SENTENCE]], id="no text"),
        pytest.param(SENTENCE, id="words alone"),
        pytest.param({"success": SENTENCE}, id="mapping"),
        pytest.param(None, id="nothing"),
    ],
)
async def test_what_an_earlier_version_may_have_signed_is_passed_over(
    value: object, stranger: httpx.AsyncClient, state: AppState
) -> None:
    assert not await said(stranger, signed(state.desk.vault, value))


async def test_what_was_tampered_with_is_not_said(
    stranger: httpx.AsyncClient, state: AppState
) -> None:
    text = signed(state.desk.vault, ["success", SENTENCE])
    assert await said(stranger, text)
    for other in (text[:-1], f"X{text[1:]}", text.upper(), f"{text}X", text.replace(".", "")):
        assert not await said(stranger, other)


@pytest.mark.parametrize("cookie", ["", ".", "..", "a.b.c", "ключ", "\x01", "x" * 10_000, "%00"])
async def test_garbage_is_not_said_and_is_taken_away(
    cookie: str, stranger: httpx.AsyncClient
) -> None:
    headers = {b"Cookie": f"{COOKIE}={cookie}".encode()}
    answer = await stranger.get("/login", headers=headers)
    assert answer.status_code == 200
    assert "alert" not in answer.text
    assert f'{COOKIE}=""; ' in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]
