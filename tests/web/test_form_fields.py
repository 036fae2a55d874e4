"""Every field of every form with what nobody should type: a sentence beside it, never a fault."""

import re
from urllib.parse import quote_plus

import httpx
import pytest
from wtforms import BooleanField, HiddenField, PasswordField, SelectField, StringField

from evosync.accounts.sign_in import WRONG
from evosync.web.forms import PageForm
from evosync.web.pages.login import LoginForm
from tests.web.crowd import PASSWORD, Stage
from tests.web.form_table import FORMS, FilledForm, forms_of_pages
from tests.web.page import read_page
from tests.web.route_table import NEW_PASSWORD

URLENCODED = "application/x-www-form-urlencoded"
LONG = "l" * 100_000
SCRIPT = "<script>alert(1)</script>\"'"
RUSSIAN = re.compile("[а-яё]{3}", re.IGNORECASE)

UNSEEN = "marks that nobody sees"

# What is typed, and how it travels.
TYPED = {
    "nothing": "",
    "blanks only": " \t\u00a0 ",
    "too long": LONG,
    "html": SCRIPT,
    "emoji": "🫖👩‍👩‍👧",
    "null bytes": "a\0b",
    "lines": "a\r\nBcc: b@example.ru",
    "right to left": "\u200fשלום\u202e",
    "a choice that is none": "no-such-choice",
    "template": "{{ 7 * 7 }}{% raw %}",
}
ODD = {name: quote_plus(each).encode() for name, each in TYPED.items()} | {
    "half of a character": b"a%ED%A0%80b",
    "no UTF-8": b"%FF%FE",
    "bare bytes": b"\xff\xfe\x80",
    "half of an escape": b"%E",
    UNSEEN: quote_plus("\u200f\u200b\u2060").encode(),
}
NEVER_RIGHT = ("nothing", "blanks only", "too long", "null bytes", "lines", UNSEEN)


def test_the_table_fills_every_field_of_every_form() -> None:
    tabled = {form.kind: set(form.good) for form in FORMS}
    fields = {kind: set(kind()._fields) for kind in forms_of_pages()}
    assert tabled == fields, "tests/web/form_table.py lacks a form, a field, or has one too many"


@pytest.mark.parametrize("form", FORMS, ids=str)
async def test_what_is_right_is_taken(form: FilledForm, stage: Stage) -> None:
    await form.prepare(stage)
    answer = await _send(stage, form, form.body(stage))
    # Nobody has asked for a code.
    assert answer.status_code in ({422} if "code" in form.good else {200, 303})


@pytest.mark.parametrize(
    ("form", "name"),
    [
        pytest.param(form, name, id=f"{form} {name}")
        for form in FORMS
        for name in form.kind()._fields
    ],
)
async def test_an_odd_value_is_taken_or_told_of_beside_its_field(
    form: FilledForm, name: str, stage: Stage
) -> None:
    await form.prepare(stage)
    before = await stage.rows()
    for odd, written in ODD.items():
        stage.forget_tries()
        answer = await _send(stage, form, form.body(stage, **{name: written}))
        if answer.status_code in {200, 303}:
            assert not _must_refuse(form.kind, name, odd), odd
            await stage.restore(before)
        else:
            _is_told(answer, form.kind, name, odd)
            _is_kept(answer, form, name, TYPED.get(odd))
        for secret in (PASSWORD, NEW_PASSWORD):
            assert secret not in answer.text, odd
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize("form", FORMS, ids=str)
async def test_a_file_where_a_text_is_wanted_counts_as_nothing(
    form: FilledForm, stage: Stage
) -> None:
    await form.prepare(stage)
    before = await stage.rows()
    for name in form.good:
        stage.forget_tries()
        good = {each: value.format_map(stage.words) for each, value in form.good.items()}
        file = {name: ("a.txt", b"<script>alert(1)</script>")}
        async with stage.client(form.who) as client:
            at = form.at.format_map(stage.words)
            answer = await client.post(at, data={**good, name: []}, files=file)
        if answer.status_code in {200, 303}:
            has_default = form.kind()._fields[name].default is not None
            assert has_default or not _must_refuse(form.kind, name, "nothing")
            await stage.restore(before)
        else:
            _is_told(answer, form.kind, name, "nothing")


async def _send(stage: Stage, form: FilledForm, body: bytes) -> httpx.Response:
    async with stage.client(form.who) as client:
        at = form.at.format_map(stage.words)
        return await client.post(at, content=body, headers={"Content-Type": URLENCODED})


def _must_refuse(kind: type[PageForm], name: str, odd: str) -> bool:
    field = kind()._fields[name]
    if isinstance(field, HiddenField):
        return name != "next"
    if isinstance(field, SelectField):
        return True
    if isinstance(field, BooleanField):
        return False  # on is on, whatever it is called
    if odd == UNSEEN and isinstance(field, PasswordField):
        return False
    is_nothing = odd in {"nothing", "blanks only", UNSEEN}
    return odd in NEVER_RIGHT and (field.flags.required or not is_nothing)


def _is_told(answer: httpx.Response, kind: type[PageForm], name: str, odd: str) -> None:
    page = read_page(answer.text)
    if isinstance(kind()._fields[name], HiddenField):
        # Nobody typed it: the link is broken.
        assert answer.status_code == 410
        assert RUSSIAN.search(page.text)
        return
    assert answer.status_code == 422, odd
    if not _must_refuse(kind, name, odd) and name not in page.beside:
        # Which of the two was wrong, the page for signing in does not tell.
        assert kind is LoginForm, odd
        assert WRONG in page.text
        return
    assert RUSSIAN.search(page.beside[name]), odd


def _is_kept(answer: httpx.Response, form: FilledForm, name: str, typed: str | None) -> None:
    """What was typed is still there, so that it is mended and not typed again; no password is."""
    page = read_page(answer.text)
    values = page.values
    for each, field in form.kind()._fields.items():
        if each in page.choices:
            continue  # nobody typed it
        if isinstance(field, PasswordField):
            assert not values.get(each)
        elif isinstance(field, StringField) and answer.status_code == 422:
            wanted = typed if each == name else form.good[each]
            assert wanted is None or "{" in form.good[each] or values[each] == wanted.strip(), each
