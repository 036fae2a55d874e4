"""Who looks at a page: the cookie, the session behind it, and where one is sent on to."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from evosync.accounts.permissions import Permission
from evosync.accounts.sign_in import IDLE_LIFETIME, TOUCH_EVERY
from evosync.db import account_changes, sessions
from evosync.db.accounts import UserStatus
from evosync.web.auth import (
    COOKIE,
    LONGEST_KEY,
    LONGEST_NEXT,
    Access,
    Forbidden,
    known_session,
    local_path,
    session_of,
    user_of,
    visit_of,
)
from evosync.web.routing import JsonPage, Page
from evosync.web.state import AppState
from tests.web.breakage import add_page
from tests.web.conftest import HandClock
from tests.web.people import Person, add_person, browser


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/profile",
        "/admin/users?q=чай&page=2",
        "/products?q=%D1%87%D0%B0%D0%B9#top",
        "/привет мир",
        "/a//b",
        "/.//evil.example",
        "/@evil.example",
        "/%5Cevil.example",
        "/%2Fevil.example",
        "/%0d%0aSet-Cookie:x",
        "/login?next=//evil.example",
        "/javascript:alert(1)",
        "/" + "x" * (LONGEST_NEXT - 1),
    ],
)
def test_a_path_of_our_own_is_one_to_go_on_to(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "profile",
        " /profile",
        "?next=/",
        "#top",
        ".",
        "./profile",
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/profile\\..\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "HTTPS://evosync.test/profile",
        "javascript:alert(1)",
        "data:text/html,evil",
        "\t//evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r/evil.example",
        "/\0/evil.example",
        "/profile\r\nSet-Cookie: evil=1",
        "/\x7f/evil.example",
        "/\u2028/evil.example",
        "/\u202eelpmaxe",
        "/\u3000",
        "/\ufeff/evil.example",
        "/\ud800",
        "/" + "x" * LONGEST_NEXT,
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert local_path(text) is None


@given(st.text(max_size=30))
def test_no_text_leads_to_another_host(text: str) -> None:
    path = local_path(text)
    if path is not None:
        # As browsers read it: a backslash is a slash, blanks and controls around it are nothing.
        assert path[0] == "/"
        assert path.replace("\\", "/")[1:2] != "/"
        assert urlsplit(path).netloc == ""


@pytest.mark.parametrize(
    ("cookie", "why"),
    [
        pytest.param("", "empty", id="empty"),
        pytest.param("nobody's", "unknown", id="unknown"),
        pytest.param("x" * (LONGEST_KEY + 1), "long", id="too long"),
        pytest.param("x" * 10_000, "long", id="10 kB"),
        pytest.param("\x00\x01", "controls", id="controls"),
        pytest.param("ключ", "letters", id="letters that no cookie has"),
        pytest.param('"; DROP TABLE sessions; --', "SQL", id="SQL"),
        pytest.param("%s%n", "format", id="format"),
    ],
)
async def test_a_broken_cookie_is_nobodys(
    cookie: str, why: str, stranger: httpx.AsyncClient
) -> None:
    headers = {b"Cookie": f"{COOKIE}={cookie}".encode()}
    answer = await stranger.get("/profile", headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/profile"), why
    assert (await stranger.get("/login", headers=headers)).status_code == 200


async def test_the_id_that_the_database_keeps_opens_nothing(
    stranger: httpx.AsyncClient, anna: Person
) -> None:
    stolen = sessions.hash_key(anna.key)
    answer = await stranger.get("/profile", headers={"Cookie": f"{COOKIE}={stolen}"})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/profile", "/profile"),
        ("/admin/users?q=%D1%87%D0%B0%D0%B9&page=2", "/admin/users?q=%D1%87%D0%B0%D0%B9&page=2"),
        ("/profile/edit?a=1&next=//evil.example", "/profile/edit?a=1&next=//evil.example"),
    ],
)
async def test_a_stranger_signs_in_first_and_comes_back(
    path: str, wanted: str, stranger: httpx.AsyncClient
) -> None:
    answer = await stranger.get(path)
    way = urlsplit(answer.headers["location"])
    assert (answer.status_code, way.path) == (303, "/login")
    (told,) = parse_qs(way.query)["next"]
    assert told == wanted
    assert local_path(told) == wanted


async def test_a_form_that_a_stranger_sends_is_not_come_back_to(
    stranger: httpx.AsyncClient,
) -> None:
    answer = await stranger.post("/profile/edit", data={"name": "Б"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


async def test_a_part_of_a_page_sends_the_whole_page_to_signing_in(
    stranger: httpx.AsyncClient,
) -> None:
    for method, path in (("GET", "/profile"), ("POST", "/sync/settings")):
        answer = await stranger.request(method, path, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login")
        assert answer.content == b""


async def show_name(request: Request) -> Response:
    return JSONResponse(user_of(request).name)


def add_guarded(app: Starlette, needs: Access | Permission) -> None:
    """Let an application have a page and its twin for programs, for some people only."""
    page = Page("/guarded", name="guarded", needs=needs, get=show_name)
    twin = JsonPage("/guarded.json", name="twin", needs=needs, get=show_name, described={})
    app.router.routes[:0] = [page, twin]


async def test_programs_are_told_in_json_why_they_are_kept_out(
    app: Starlette, state: AppState, anna: Person, stranger: httpx.AsyncClient
) -> None:
    add_guarded(app, Permission.LOGS_VIEW)
    boris = await add_person(state, "boris@tea.example", status=UserStatus.PENDING)
    nobody = await stranger.get("/guarded.json")
    assert (nobody.status_code, nobody.json()) == (401, {"error": "Войдите в EvoSync."})
    for person in (anna, boris):
        async with browser(app, person) as client:
            answer = await client.get("/guarded.json")
        assert answer.status_code == 403
        assert set(answer.json()) == {"error"}


@pytest.mark.parametrize(
    ("needs", "statuses"),
    [
        pytest.param(Access.ACTIVE, [200, 303, 200], id="active"),
        pytest.param(Permission.USERS_VIEW, [403, 303, 200], id="permitted"),
    ],
)
async def test_a_page_is_for_whom_it_says(
    needs: Access | Permission, statuses: list[int], app: Starlette, anna: Person, system: Person
) -> None:
    add_guarded(app, needs)
    state: AppState = app.state.evosync
    pending = await add_person(state, "boris@tea.example", status=UserStatus.PENDING)
    seen = []
    for person in (anna, pending, system):
        async with browser(app, person) as client:
            seen.append((await client.get("/guarded")).status_code)
    assert seen == statuses


async def test_a_page_that_forgot_to_ask_shows_nothing(
    app: Starlette, stranger: httpx.AsyncClient
) -> None:
    add_page(app, show_name, path="/forgot")
    assert (await stranger.get("/forgot")).status_code == 403


async def test_a_session_ends_when_it_is_not_used(
    annas: httpx.AsyncClient, state: AppState, anna: Person, clock: HandClock
) -> None:
    clock.at += TOUCH_EVERY
    assert (await annas.get("/profile")).status_code == 200
    await state.desk.errands.settled()
    clock.at += IDLE_LIFETIME - timedelta(seconds=1)
    assert (await annas.get("/profile")).status_code == 200
    await state.desk.errands.settled()
    clock.at += IDLE_LIFETIME
    assert (await annas.get("/profile")).status_code == 303


async def test_who_is_suspended_is_out_at_the_next_click(
    annas: httpx.AsyncClient, state: AppState, anna: Person, clock: HandClock
) -> None:
    assert (await annas.get("/profile")).status_code == 200
    await state.database.write(account_changes.set_status, anna.id, UserStatus.SUSPENDED, clock())
    assert (await annas.get("/profile")).status_code == 303


async def test_a_session_is_looked_up_once_a_request(
    app: Starlette, annas: httpx.AsyncClient, anna: Person
) -> None:
    found = []

    async def look(request: Request) -> Response:
        first = await session_of(request)
        found.append(first is not None and first is await session_of(request))
        found.append(first is known_session(request))
        return JSONResponse(None)

    add_page(app, look, path="/look")
    await annas.get("/look")
    assert found == [True, True]


async def test_a_visit_is_from_an_address_and_a_browser(
    app: Starlette, stranger: httpx.AsyncClient
) -> None:
    async def tell(request: Request) -> Response:
        visit = visit_of(request)
        return JSONResponse([visit.address, visit.user_agent])

    add_page(app, tell, path="/tell")
    answer = await stranger.get("/tell", headers={"User-Agent": "Mosaic"})
    assert answer.json() == ["192.0.2.7", "Mosaic"]


def test_a_visit_over_a_pipe_has_no_address() -> None:
    request = Request({"type": "http", "headers": [], "client": None})
    assert (visit_of(request).address, visit_of(request).user_agent) == ("unknown", "")
    with pytest.raises(Forbidden):
        user_of(request)
