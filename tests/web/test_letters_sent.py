"""What the page after a letter says of it, with every kind of post."""

import socket
from dataclasses import replace

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from evosync.accounts.desk import open_desk
from evosync.db.accounts import UserStatus
from evosync.settings import Settings
from evosync.web.state import AppState
from tests.alerts.mail_server import mail_server
from tests.web.people import Person, add_person

GUEST = "guest@tea.example"


def with_post(app: Starlette, port: int) -> None:
    """Let an application send its letters to a server on this machine."""
    state: AppState = app.state.evosync
    settings: Settings = msgspec.structs.replace(
        state.desk.settings,
        email_provider="smtp",
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_tls="none",
        smtp_from="EvoSync <shop@evosync.example>",
        base_url="https://evosync.example",
        domain="evosync.test",
    )
    desk = open_desk(settings, state.database, state.desk.vault, state.desk.clock)
    app.state.evosync = replace(state, desk=desk)


@pytest.fixture
async def guest(state: AppState) -> Person:
    return await add_person(state, GUEST, status=UserStatus.PENDING)


@pytest.fixture
async def boris(state: AppState, password_hash: str) -> Person:
    return await add_person(state, "boris@tea.example", password_hash=password_hash)


async def pressed(client: httpx.AsyncClient, person: Person, act: str) -> str:
    """Press a button of somebody's page, and return the page that follows."""
    answer = await client.post(f"/admin/users/{person.id}/{act}")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/admin/users/{person.id}"
    return (await client.get(answer.headers["location"])).text


async def test_what_went_out_is_said(
    app: Starlette, systems: httpx.AsyncClient, guest: Person, boris: Person
) -> None:
    async with mail_server() as server:
        with_post(app, server.port)
        invited = await pressed(systems, guest, "send-invite")
        reset = await pressed(systems, boris, "reset-password")
    assert f"Приглашение отправлено на {GUEST}." in invited
    assert "Ссылка для нового пароля отправлена на boris@tea.example." in reset
    assert invited.count("alert-success") == reset.count("alert-success") == 1
    invitation, letter = server.letters
    assert (invitation["To"], letter["To"]) == (GUEST, "boris@tea.example")
    body = invitation.get_body(("plain",))
    assert body is not None
    assert "https://evosync.example/invite?token=" in body.get_content()
    assert "Ольга" in body.get_content()
    body = letter.get_body(("plain",))
    assert body is not None
    assert "https://evosync.example/reset-password?token=" in body.get_content()


async def test_without_a_mail_server_it_is_said_where_the_letter_is(
    systems: httpx.AsyncClient, guest: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    page = await pressed(systems, guest, "send-invite")
    assert f"Почта не настроена, поэтому письмо для {GUEST} напечатано в журнале сервиса." in page
    assert page.count("alert-warning") == 1
    printed = capsys.readouterr().out
    assert "/invite?token=" in printed
    # The link works like a password: it is for whoever reads the letter.
    assert "token=" not in page


@pytest.mark.parametrize("answer", ["550 No such person here", "421 Come back later"])
async def test_what_did_not_go_out_is_said(
    answer: str, app: Starlette, systems: httpx.AsyncClient, guest: Person
) -> None:
    async with mail_server() as server:
        server.to_recipient = answer
        with_post(app, server.port)
        page = await pressed(systems, guest, "send-invite")
    assert page.count("Письмо не отправлено: ") == 1
    assert page.count("alert-danger") == 1
    assert "Приглашение отправлено" not in page
    # The server's own words are for the log.
    assert answer not in page


async def test_a_mail_server_that_is_not_there_breaks_no_page(
    app: Starlette, systems: httpx.AsyncClient, guest: Person
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with_post(app, port)
    assert "Письмо не отправлено: " in await pressed(systems, guest, "send-invite")


async def test_a_new_account_stands_though_its_letter_did_not_go_out(
    app: Starlette, systems: httpx.AsyncClient
) -> None:
    async with mail_server() as server:
        server.to_recipient = "550 No such person here"
        with_post(app, server.port)
        form = {"email": GUEST, "name": "Гость", "role": "user"}
        answer = await systems.post("/admin/users/new", data=form)
    assert answer.status_code == 303
    page = (await systems.get(answer.headers["location"])).text
    assert "Письмо не отправлено: " in page
    assert GUEST in page
