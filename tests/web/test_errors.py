"""Errors as people and programs see them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from structlog.testing import capture_logs

from evosync.accounts.refusals import LinkVoid, NotThere, Refused, TooMany
from evosync.errors import Misconfigured, NeedsPerson, TryLater
from evosync.web.auth import Forbidden
from evosync.web.errors import SENTENCES, TITLES
from tests.web.breakage import BROKEN, add_page, take_database
from tests.web.people import Person, browser

DOWN = SENTENCES[503]


def failing(app: Starlette, error: Exception, *, is_json: bool = False) -> None:
    """Let an application have a page that fails so."""

    async def fail(_request: Request) -> Response:
        raise error

    add_page(app, fail, is_json=is_json)


@pytest.fixture
async def out(app: Starlette) -> AsyncIterator[None]:
    """Let the database be gone."""
    gone = take_database(app)
    yield
    await gone.close()


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        pytest.param(Forbidden(), 403, SENTENCES[403], id="forbidden"),
        pytest.param(HTTPException(404), 404, SENTENCES[404], id="not found"),
        pytest.param(HTTPException(400), 400, SENTENCES[400], id="bad"),
        pytest.param(HTTPException(400, "Таких цветов нет."), 400, "Таких цветов нет.", id="ours"),
        pytest.param(
            HTTPException(400, "Missing boundary in multipart."), 400, SENTENCES[400], id="English"
        ),
        pytest.param(HTTPException(418, "Tea."), 418, SENTENCES[400], id="a number never heard of"),
        pytest.param(NotThere("Её нет."), 404, "Её нет.", id="not there"),
        pytest.param(Refused("Так нельзя."), 409, "Так нельзя.", id="refused"),
        pytest.param(LinkVoid("Ссылка старая."), 410, "Ссылка старая.", id="link void"),
        pytest.param(TooMany(timedelta(minutes=3)), 429, "Попробуйте через 3 мин.", id="too many"),
        pytest.param(TryLater("Занято."), 503, DOWN, id="try later"),
        pytest.param(Misconfigured("DATABASE_URL", "пароль не тот."), 503, DOWN, id="settings"),
        pytest.param(NeedsPerson("Войдите в VK.", code="x"), 500, "Войдите в VK.", id="person"),
        pytest.param(RuntimeError("secret words"), 500, SENTENCES[500], id="unforeseen"),
    ],
)
async def test_an_error_is_a_page_or_json_with_one_sentence(
    error: Exception, status: int, sentence: str, app: Starlette, annas: httpx.AsyncClient
) -> None:
    failing(app, error)
    page = await annas.get(BROKEN)
    assert page.status_code == status
    assert sentence in page.text
    assert f'<h1 class="mb-3">{TITLES.get(status, TITLES[400])}</h1>' in page.text
    assert "На главную" in page.text
    failing(app, error, is_json=True)
    told = await annas.get(BROKEN)
    assert told.status_code == status
    assert set(told.json()) == {"error"}
    assert sentence in told.json()["error"]
    for answer in (page, told):
        assert "secret words" not in answer.text
        assert "DATABASE_URL" not in answer.text
        assert "boundary" not in answer.text


async def test_only_what_is_our_fault_names_the_request(
    app: Starlette, stranger: httpx.AsyncClient
) -> None:
    for error, is_named in ((Refused("Нет."), False), (TryLater("Позже."), True)):
        failing(app, error)
        answer = await stranger.get(BROKEN)
        assert (answer.headers["x-request-id"] in answer.text) == is_named


async def test_what_is_out_is_written_down_for_whoever_can_mend_it(
    app: Starlette, stranger: httpx.AsyncClient
) -> None:
    failing(app, Misconfigured("DATABASE_URL", "пароль не тот."))
    with capture_logs() as events:
        await stranger.get(BROKEN)
    assert events[0]["log_level"] == "error"
    assert events[0]["why"] == "DATABASE_URL: пароль не тот."


async def test_who_comes_too_often_is_told_when_to_come_again(
    app: Starlette, stranger: httpx.AsyncClient
) -> None:
    failing(app, TooMany(timedelta(seconds=90)))
    answer = await stranger.get(BROKEN)
    assert answer.headers["retry-after"] == "90"
    assert "Попробуйте через 2 мин." in answer.text


@pytest.mark.parametrize(
    ("path", "way", "label"),
    [
        ("/reset-password", "/forgot-password", "Запросить новую ссылку"),
        ("/confirm-email", "/resend-confirm", "Прислать письмо ещё раз"),
        ("/invite", "/forgot-password", "Запросить новую ссылку"),
    ],
)
async def test_a_void_link_leads_on_to_another(
    path: str, way: str, label: str, stranger: httpx.AsyncClient
) -> None:
    answer = await stranger.get(path, params={"token": "broken"})
    assert answer.status_code == 410
    assert f'<a class="btn btn-primary" href="{way}">{label}</a>' in answer.text


async def test_a_stranger_is_led_to_signing_in(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/nowhere")
    assert answer.status_code == 404
    assert '<a class="btn btn-primary" href="/login">Войти</a>' in answer.text
    assert "Главная" not in answer.text


async def test_a_wrong_method_names_the_right_ones(stranger: httpx.AsyncClient) -> None:
    page = await stranger.delete("/login")
    told = await stranger.delete("/health")
    assert page.status_code == told.status_code == 405
    assert set(page.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert set(told.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert TITLES[405] in page.text
    assert told.json() == {"error": SENTENCES[405]}


@pytest.mark.parametrize("path", ["/login", "/profile", "/admin/users", "/", "/confirm-email"])
async def test_while_the_database_is_gone_pages_say_so(
    path: str, app: Starlette, anna: Person, out: None
) -> None:
    async with browser(app, anna) as client:
        with capture_logs() as events:
            answer = await client.get(path)
    assert answer.status_code == 503
    assert DOWN in answer.text
    assert TITLES[503] in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "secret" not in answer.text + str(events)
    assert not any("exc_info" in event for event in events)


async def test_while_the_database_is_gone_forms_say_so(
    stranger: httpx.AsyncClient, out: None
) -> None:
    form = {"email": "anna@tea.example", "password": "long enough"}
    assert (await stranger.post("/login", data=form)).status_code == 503


async def test_while_the_database_is_gone_programs_hear_it_in_json(
    app: Starlette, stranger: httpx.AsyncClient, out: None
) -> None:
    failing(app, TryLater("База данных не отвечает."), is_json=True)
    answer = await stranger.get(BROKEN)
    assert (answer.status_code, answer.json()) == (503, {"error": DOWN})


async def test_while_the_database_is_gone_health_answers_with_any_cookie(
    app: Starlette, anna: Person, out: None
) -> None:
    async with browser(app, anna) as client:
        answer = await client.get("/health")
        described = await client.get("/openapi.json")
    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()["database"]) == ("down", "down")
    assert described.status_code == 200


async def test_an_unknown_page_is_unknown_while_the_database_is_gone(
    app: Starlette, anna: Person, out: None
) -> None:
    async with browser(app, anna) as client:
        assert (await client.get("/nowhere")).status_code == 404
        assert (await client.get("/static/any/app.css")).status_code == 200


async def test_the_service_is_well_again_once_the_database_is(
    app: Starlette, annas: httpx.AsyncClient
) -> None:
    before = app.state.evosync
    gone = take_database(app)
    assert (await annas.get("/profile")).status_code == 503
    app.state.evosync = before
    assert (await annas.get("/profile")).status_code == 200
    await gone.close()


async def test_where_even_the_page_of_an_error_breaks_there_is_a_plain_answer(
    app: Starlette, stranger: httpx.AsyncClient
) -> None:
    # Without what pages are made with none of them can be.
    del app.state.evosync
    with capture_logs() as events:
        answer = await stranger.get("/nowhere")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == SENTENCES[500]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert [event["event"] for event in events] == [
        "request broke",
        "page of an error broke",
        "request answered",
    ]


def test_every_title_and_sentence_is_for_people() -> None:
    assert set(SENTENCES) <= set(TITLES)
    for told in (*TITLES.values(), *SENTENCES.values()):
        assert not told.isascii()
        assert not any(digit in told for digit in "0123456789")
