"""Pages made of templates: what every one of them knows, and where the chat stands."""

import re
from datetime import timedelta

import httpx
import msgspec
import pytest
from jinja2 import UndefinedError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts.signed_links import LinkKind
from evosync.db import account_changes, accounts
from evosync.db.accounts import User, UserStatus
from evosync.places import templates_dir
from evosync.web.app import routes
from evosync.web.auth import Access
from evosync.web.routing import Page
from evosync.web.state import AppState
from evosync.web.view import environment, redirect, render
from tests.builders import NOON
from tests.web.breakage import BROKEN, add_page
from tests.web.conftest import HandClock
from tests.web.people import Person, add_person, browser, with_settings

WIDGET = "aB3dE5"
CHAT = f"https://code.jivosite.com/widget/{WIDGET}"
TEMPLATES = sorted(
    path.relative_to(templates_dir()).as_posix() for path in templates_dir().rglob("*.*")
)
PAGES = [route for route in routes if isinstance(route, Page) and not route.is_json]


def with_chat(app: Starlette) -> None:
    settings = app.state.evosync.desk.settings
    with_settings(app, msgspec.structs.replace(settings, jivosite_widget_id=WIDGET))


async def user_of(state: AppState, person: Person) -> User:
    async with state.database.read() as tx:
        user = await accounts.find_user(tx, person.id)
    assert user is not None
    return user


@pytest.fixture
async def urls(
    state: AppState, anna: Person, password_hash: str, clock: HandClock
) -> dict[str, str]:
    """Give an address for every page that is shown, with links that work."""
    guest = await add_person(state, "guest@tea.example", status=UserStatus.PENDING)
    boris = await add_person(state, "boris@tea.example", password_hash=password_hash)
    await state.database.write(account_changes.set_invited, guest.id, clock())
    links = state.desk.links
    linked = {
        "invite": links.make(LinkKind.INVITE, await user_of(state, guest)),
        "confirm-email": links.make(LinkKind.CONFIRM, await user_of(state, guest)),
        "reset-password": links.make(LinkKind.RESET, await user_of(state, boris)),
        "setup": f"/setup?key={state.desk.setup_key}",
    }
    shown = [page for page in PAGES if "GET" in page.handlers]
    return {
        page.name: httpx.URL(
            linked.get(page.name, page.path.replace("{id}", str(anna.id)))
        ).raw_path.decode()
        for page in shown
    }


async def look(
    app: Starlette, urls: dict[str, str], anna: Person, system: Person
) -> list[tuple[Page, httpx.Response]]:
    """Look at every page as one of those whom it is for, and send every form empty."""
    seen = []
    async with browser(app) as stranger, browser(app, anna) as annas, browser(app, system) as all_:
        for page in PAGES:
            eyes = all_
            if isinstance(page.needs, Access):
                eyes = stranger if page.needs is Access.ANYONE else annas
            if page.name in urls:
                seen.append((page, await eyes.get(urls[page.name])))
            if page.name != "logout" and "{id}" not in page.path and "POST" in page.handlers:
                seen.append((page, await eyes.post(page.path)))
    return seen


async def test_the_chat_stands_only_where_it_may(
    app: Starlette, urls: dict[str, str], anna: Person, system: Person
) -> None:
    with_chat(app)
    with_it = set()
    for page, answer in await look(app, urls, anna, system):
        assert answer.status_code < 500, page.path
        has_it = "jivosite" in answer.text
        policy = answer.headers["content-security-policy"]
        assert has_it == ("jivosite" in policy), page.path
        if not has_it:
            continue
        with_it.add(page.name)
        assert page.has_chat, page.path
        assert answer.text.count(f'<script src="{CHAT}" async></script>') == 1
        # It reads the whole page that it stands on.
        assert 'type="password"' not in answer.text, page.path
        assert 'name="token"' not in answer.text, page.path
        assert 'name="key"' not in answer.text, page.path
        assert "token=" not in str(answer.url), page.path
        assert not page.path.startswith("/admin"), page.path
    assert with_it == {page.name for page in PAGES if page.has_chat}
    assert with_it


async def test_without_the_setting_there_is_no_chat(
    app: Starlette, urls: dict[str, str], anna: Person, system: Person
) -> None:
    for page, answer in await look(app, urls, anna, system):
        assert "jivo" not in answer.text, page.path
        assert "jivo" not in answer.headers["content-security-policy"], page.path


async def test_the_chat_lets_its_own_hosts_in_and_no_others(
    app: Starlette, annas: httpx.AsyncClient
) -> None:
    with_chat(app)
    answer = await annas.get("/profile")
    policy = answer.headers["content-security-policy"]
    hosts = set(re.findall(r"\w+://\S+?(?=[ ;]|$)", policy))
    assert {host.split("*.")[1] for host in hosts} == {"jivosite.com", "jivo.ru"}
    assert {host.split(":")[0] for host in hosts} == {"https", "wss"}
    scripts = next(each for each in policy.split("; ") if each.startswith("script-src"))
    assert "unsafe" not in scripts
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cross-origin-opener-policy"] == "same-origin-allow-popups"


async def test_the_chat_cannot_do_what_whoever_looks_may_do_to_others(
    app: Starlette, systems: httpx.AsyncClient
) -> None:
    with_chat(app)
    for page in PAGES:
        if page.has_chat:
            assert "jivosite" not in (await systems.get(page.path)).text, page.path


async def test_pages_that_are_not_there_have_no_chat(
    app: Starlette, annas: httpx.AsyncClient
) -> None:
    with_chat(app)
    for answer in (await annas.get("/nowhere"), await annas.put("/profile")):
        assert answer.status_code in {404, 405}
        assert "jivosite" not in answer.text + str(answer.headers)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_can_be_read(name: str) -> None:
    environment().get_template(name)


def test_what_a_template_is_not_told_is_an_error_and_what_it_is_told_is_escaped() -> None:
    template = environment().from_string("{{ name }}")
    assert template.render(name="<b>чай</b>") == "&lt;b&gt;чай&lt;/b&gt;"
    with pytest.raises(UndefinedError):
        template.render()


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        pytest.param(None, "2 ноября 2026, 15:00|1 час назад", id="a stranger's is Moscow's"),
        pytest.param("Asia/Omsk", "2 ноября 2026, 18:00|1 час назад", id="the person's own"),
    ],
)
def test_times_are_those_of_who_looks(zone: str | None, said: str) -> None:
    viewer = zone and User(
        id=1,
        email=None,
        name="Анна",
        status=UserStatus.ACTIVE,
        roles=(),
        created_at=NOON,
        time_zone=zone,
    )
    template = environment().from_string("{{ at | moment }}|{{ at | ago }}")
    assert template.render(at=NOON, now=NOON + timedelta(hours=1), viewer=viewer) == said


@pytest.mark.parametrize(
    ("method", "path", "here"),
    [
        pytest.param("GET", "/admin/users?q=a%26b&page=2", "/admin/users?q=a%26b&amp;page=2"),
        pytest.param("GET", "/profile", "/profile"),
        pytest.param("POST", "/profile/edit?a=1", "/profile/edit"),
        pytest.param("GET", "/nowhere", "/profile"),
        pytest.param("POST", "/admin/users/999/suspend", "/profile"),
    ],
)
async def test_the_choice_of_colours_comes_back_to_what_can_be_shown(
    method: str, path: str, here: str, systems: httpx.AsyncClient
) -> None:
    answer = await systems.request(method, path)
    assert f'<input type="hidden" name="next" value="{here}">' in answer.text


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
async def test_a_page_has_the_colours_that_were_chosen(
    theme: str, annas: httpx.AsyncClient
) -> None:
    await annas.post("/profile/theme", data={"theme": theme, "next": "/profile"})
    head = (await annas.get("/profile")).text.split("<head>")[0]
    assert f'data-theme="{theme}"' in head
    assert ("data-bs-theme" in head) == (theme != "auto")


async def test_a_name_is_shown_as_it_was_typed(state: AppState, app: Starlette) -> None:
    name = "<script>alert('чай')</script> & ☕"
    person = await add_person(state, "bobby@tea.example", name=name)
    async with browser(app, person) as client:
        text = (await client.get("/profile")).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(&#39;чай&#39;)&lt;/script&gt; &amp; ☕" in text


async def test_after_an_act_the_browser_asks_for_the_page_anew(
    app: Starlette, stranger: httpx.AsyncClient
) -> None:
    async def act(request: Request) -> Response:
        return redirect(request, "admin-user", id=7)

    add_page(app, act)
    answer = await stranger.post(BROKEN)
    # 303: by GET, whatever it was sent by.
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/users/7")


async def test_a_page_has_the_number_it_is_given(
    app: Starlette, stranger: httpx.AsyncClient
) -> None:
    async def show(request: Request) -> Response:
        context = {"title": "Чай", "sentence": "Остыл.", "request_id": None, "action": None}
        return render(request, "error.html", status=422, **context)

    add_page(app, show)
    answer = await stranger.get(BROKEN)
    assert answer.status_code == 422
    assert "<title>Чай — EvoSync</title>" in answer.text


async def test_who_waits_for_a_confirmation_has_no_menu(state: AppState, app: Starlette) -> None:
    pending = await add_person(state, "boris@tea.example", status=UserStatus.PENDING)
    async with browser(app, pending) as client:
        for path in ("/confirm-email", "/nowhere"):
            text = (await client.get(path)).text
            assert "Главная" not in text
            assert "side-link" not in text
