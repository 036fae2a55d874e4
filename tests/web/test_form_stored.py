"""Odd values that are taken come back whole and escaped, on every page that shows them."""

import html
from urllib.parse import quote

import pytest

from tests.web.crowd import GUEST, Stage, Who
from tests.web.route_table import NEW_PASSWORD

NAMES = {
    "emoji": "Чайник 🫖 👩‍👩‍👧",
    "html": "<b onclick=\"x()\">Жирный</b> & 'кавычки'",
    "script": "</title><script>alert(1)</script>",
    "right to left": "\u200fשלום\u200f",
    "template": "{{ 7 * 7 }}{% raw %}",
    "no character": "\ufffd\u00a0x",
    "the longest of the widest": "🫖" * 100,
}
EMAIL = "o'brien+a&b=чай@example.ru"

# What is looked for, or counted on, in the addresses of lists.
SOUGHT = ("", "%", "_", "'", "\\", "a\0b", "🫖", "<script>", "\u202e", "ы" * 5000, "\ud800", "1e9")


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_an_odd_name_of_ones_own_comes_back_as_it_was(name: str, any_stage: Stage) -> None:
    form = {"name": name, "email": "user@example.ru", "time_zone": "Asia/Omsk"}
    async with any_stage.client(Who.USER) as client:
        assert (await client.post("/profile/edit", data=form)).status_code == 303
    assert (await any_stage.user(Who.USER)).name == name
    await _is_shown(any_stage, Who.USER, name, "/profile", "/profile/edit")
    user_id = any_stage.words["user"]
    await _is_shown(any_stage, Who.ADMIN, name, "/admin/users", f"/admin/users/{user_id}")
    await _is_shown(any_stage, Who.ADMIN, name, f"/admin/users?q={quote(name)}")


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_an_odd_name_of_another_comes_back_as_it_was(name: str, any_stage: Stage) -> None:
    form = {"name": name, "email": EMAIL, "role": "user"}
    async with any_stage.client(Who.SYSTEM) as client:
        answer = await client.post("/admin/users/new", data=form)
    assert answer.status_code == 303
    at = answer.headers["location"]
    assert (await any_stage.user(EMAIL)).name == name
    await _is_shown(any_stage, Who.SYSTEM, name, "/admin/users", at)
    await _is_shown(any_stage, Who.SYSTEM, EMAIL, "/admin/users", "/admin/audit", at)


async def test_an_odd_name_of_a_guest_comes_back_as_it_was(any_stage: Stage) -> None:
    name = NAMES["html"]
    form = {"name": name, "password": NEW_PASSWORD, "token": any_stage.words["invite"]}
    async with any_stage.client(Who.ANONYMOUS) as client:
        assert (await client.post("/invite", data=form)).status_code == 303
        assert html.escape(name) in _as_python((await client.get("/profile")).text)
    assert (await any_stage.user(GUEST)).name == name


async def test_an_odd_name_of_the_first_account_comes_back_as_it_was(
    any_empty_stage: Stage,
) -> None:
    name = NAMES["emoji"]
    form = {"name": name, "email": EMAIL, "password": NEW_PASSWORD, **any_empty_stage.words}
    async with any_empty_stage.client(Who.ANONYMOUS) as client:
        assert (await client.post("/setup", data=form)).status_code == 303
        assert name in (await client.get("/profile")).text
        assert html.escape(EMAIL) in _as_python((await client.get("/profile/edit")).text)


async def test_an_odd_password_signs_in(any_stage: Stage) -> None:
    password = "🫖 <b>\u200f {{ 7 }} пароль"
    form = {"token": any_stage.words["reset"], "password": password}
    async with any_stage.client(Who.ANONYMOUS) as client:
        assert (await client.post("/reset-password", data=form)).status_code == 303
        answer = await client.post(
            "/login", data={"email": "user@example.ru", "password": password}
        )
    assert answer.headers["location"] == "/profile"


async def test_a_browser_may_call_itself_anything(any_stage: Stage) -> None:
    form = {"token": any_stage.words["invite"], "name": "Гость", "password": NEW_PASSWORD}
    odd = b"\xf0\x9f\xab\x96\xff" * 500
    async with any_stage.client(Who.ANONYMOUS) as client:
        answer = await client.post("/invite", data=form, headers=[(b"user-agent", odd)])
    assert answer.status_code == 303


@pytest.mark.parametrize("page", ["/admin/users", "/admin/audit"])
async def test_whatever_is_looked_for_there_is_a_page(page: str, any_stage: Stage) -> None:
    async with any_stage.client(Who.ADMIN) as client:
        for name in ("q", "status", "action", "page", "unknown"):
            for sought in SOUGHT:
                written = quote(sought, errors="surrogatepass")
                answer = await client.get(f"{page}?{name}={written}")
                assert answer.status_code == 200, (name, sought)
                assert "<script>" not in answer.text.replace('<script src="', "")
        assert (await client.get(f"{page}?q=%FF%FE&q=2&&=&q")).status_code == 200


async def _is_shown(stage: Stage, who: Who, value: str, *pages: str) -> None:
    async with stage.client(who) as client:
        for page in pages:
            answer = await client.get(page)
            assert answer.status_code == 200, page
            text = _as_python(answer.text)
            assert html.escape(value) in text, page
            assert value == html.escape(value) or value not in text, page


def _as_python(text: str) -> str:
    """Write the two quotation marks as Python's own escaping does."""
    return text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")
