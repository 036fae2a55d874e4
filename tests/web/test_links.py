"""One-time links and cookies: expired, used, broken, of others; a page says what to do."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import httpx
import pytest
from itsdangerous import URLSafeTimedSerializer

from evosync.accounts.signed_links import PURPOSE, LinkKind
from evosync.db.vault import Vault
from evosync.web.auth import COOKIE
from evosync.web.flash import COOKIE as FLASH
from evosync.web.flash import PURPOSE as COOKIES
from tests.web.conftest import HandClock
from tests.web.crowd import EMAILS, GUEST, PASSWORD, SITE, Stage, Who
from tests.web.page import read_page
from tests.web.route_table import NEW_PASSWORD, NEWCOMER


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A kind of link: for whom, how long, what is sent with it, and what helps when it is void."""

    kind: LinkKind
    whose: Who | str
    lasts: timedelta
    button: tuple[str, str]
    form: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.kind.value

    @property
    def at(self) -> str:
        return f"/{self.kind.value}"


WAYS = (
    Way(
        kind=LinkKind.CONFIRM,
        whose=Who.PENDING,
        lasts=timedelta(hours=72),
        button=("Прислать письмо ещё раз", "/resend-confirm"),
        form={"password": PASSWORD},
    ),
    Way(
        kind=LinkKind.RESET,
        whose=Who.USER,
        lasts=timedelta(hours=1),
        button=("Запросить новую ссылку", "/forgot-password"),
        form={"password": NEW_PASSWORD},
    ),
    Way(
        kind=LinkKind.INVITE,
        whose=GUEST,
        lasts=timedelta(hours=48),
        button=("Запросить новую ссылку", "/forgot-password"),
        form={"name": "Гость", "password": NEW_PASSWORD},
    ),
)
each_way = pytest.mark.parametrize("way", WAYS, ids=str)

ELSEWHERE = {
    "another host": "//evil.test",
    "a host behind a backslash": "/\\evil.test",
    "two backslashes": "\\\\evil.test",
    "a whole address": "https://evil.test/",
    "a script": "javascript:alert(1)",
    "data": "data:text/html,x",
    "a header": "/profile\r\nSet-Cookie: a=b",
    "a tab": "/\t/evil.test",
    "a null byte": "/\0/evil.test",
    "blanks first": " //evil.test",
    "no slash": "evil.test",
    "much": "/" + "a" * 10_000,
    "a list": "[]",
}


@each_way
async def test_looking_at_a_link_does_not_spend_it(way: Way, stage: Stage) -> None:
    before, token = await stage.rows(), await stage.link(way.kind, way.whose)
    for _ in range(3):
        assert (await _look(stage, way, token)).status_code == 200
    assert await stage.rows() == before
    assert (await _spend(stage, way, token)).status_code == 303
    assert await stage.rows() != before


@each_way
async def test_a_link_works_once(way: Way, stage: Stage) -> None:
    token = await stage.link(way.kind, way.whose)
    assert (await _spend(stage, way, token)).status_code == 303
    await _is_void(stage, way, token, "уже использована")


@each_way
async def test_of_two_who_spend_a_link_at_once_one_does(way: Way, any_stage: Stage) -> None:
    token = await any_stage.link(way.kind, way.whose)
    both = await asyncio.gather(*(_spend(any_stage, way, token) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [303, 410]


@each_way
async def test_a_link_lasts_as_long_as_it_says(way: Way, stage: Stage, clock: HandClock) -> None:
    token = await stage.link(way.kind, way.whose)
    clock.move(seconds=way.lasts.total_seconds())
    assert (await _look(stage, way, token)).status_code == 200
    clock.move(seconds=1)
    await _is_void(stage, way, token, "Срок этой ссылки вышел")


@each_way
async def test_a_broken_link_is_void(way: Way, stage: Stage) -> None:
    token = await stage.link(way.kind, way.whose)
    payload, rest = token.split(".", 1)
    broken = {
        "nothing": "",
        "cut": token[:-3],
        "one letter less": token[1:],
        "longer": token + "A",
        "blanks": f"{token} {token}",
        "no signature": payload,
        "garbage": "a.b.c",
        "dots": "...",
        "null bytes": token + "\0",
        "no ASCII": "ссылка.🫖",
        "10 kB": "a" * 10_000,
        "of another kind": await stage.link(_other(way).kind, _other(way).whose),
        "another's, under one's own signature": f"{payload[:-2]}AA.{rest}",
    }
    for case, each in broken.items():
        await _is_void(stage, way, each, "Ссылка повреждена", case)


@each_way
async def test_a_link_of_another_installation_is_void(way: Way, stage: Stage) -> None:
    ours = stage.desk.links
    stage.use(links=replace(ours, keys=Vault("the key of others").derive(PURPOSE)))
    theirs = await stage.link(way.kind, way.whose)
    stage.use(links=ours)
    await _is_void(stage, way, theirs, "Ссылка повреждена")


@each_way
async def test_a_link_under_the_key_before_still_works(way: Way, stage: Stage) -> None:
    token = await stage.link(way.kind, way.whose)
    stage.use(links=replace(stage.desk.links, keys=(b"a new key", *stage.desk.links.keys)))
    assert (await _look(stage, way, token)).status_code == 200
    assert (await _spend(stage, way, token)).status_code == 303


@each_way
async def test_a_link_of_whoever_was_deleted_is_void(way: Way, stage: Stage) -> None:
    token = await stage.link(way.kind, way.whose)
    user = await stage.user(way.whose)
    async with stage.client(Who.SYSTEM) as client:
        assert (await client.post(f"/admin/users/{user.id}/delete")).status_code == 303
    await _is_void(stage, way, token, "уже использована")


async def test_an_invitation_sent_again_voids_the_one_before(
    stage: Stage, clock: HandClock
) -> None:
    way = WAYS[-1]
    before = await stage.link(way.kind, way.whose)
    clock.move(minutes=1)
    async with stage.client(Who.ADMIN) as client:
        await client.post(f"/admin/users/{stage.words['guest']}/send-invite")
    await _is_void(stage, way, before, "заменена новой")
    assert (await _look(stage, way, await stage.link(way.kind, way.whose))).status_code == 200


async def test_of_two_who_make_the_first_account_one_does(any_empty_stage: Stage) -> None:
    form = NEWCOMER | any_empty_stage.words

    async def make(email: str) -> httpx.Response:
        async with any_empty_stage.client(Who.ANONYMOUS) as client:
            return await client.post("/setup", data=form | {"email": email})

    both = await asyncio.gather(make("anna@example.ru"), make("boris@example.ru"))
    assert sorted(answer.status_code for answer in both) == [303, 410]


@pytest.mark.parametrize("key", ["", "x", "ключ 🫖", "a" * 10_000, "\0"])
async def test_a_wrong_key_makes_no_first_account(key: str, empty_stage: Stage) -> None:
    async with empty_stage.client(Who.ANONYMOUS) as client:
        seen = await client.get("/setup", params={"key": key})
        sent = await client.post("/setup", data=NEWCOMER | {"key": key})
    for answer in (seen, sent):
        assert answer.status_code == 410
        assert "возьмите новую из журнала сервиса" in answer.text
    assert not (await empty_stage.rows())["users"]


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "a" * 10_000, "%00%ff", "\u00ff\u00fe", '"', "a=b=c", "a,b", "../../etc", "null"],
    ids=lambda cookie: ascii(cookie[:20]),
)
async def test_a_broken_cookie_is_that_of_nobody(cookie: str, stage: Stage) -> None:
    before = await stage.rows()
    sent = f"{COOKIE}={cookie}; {FLASH}={cookie}".encode("latin-1")
    async with stage.client(Who.ANONYMOUS) as client:
        inside = await client.get("/profile", headers=[(b"cookie", sent)])
        outside = await client.get("/login", headers=[(b"cookie", sent)])
    assert inside.headers["location"] == "/login?next=/profile"
    assert outside.status_code == 200
    assert "alert" not in outside.text
    assert await stage.rows() == before


async def test_what_a_page_is_to_say_is_said_once_and_by_us_alone(stage: Stage) -> None:
    signed = _signer(stage, FLASH).dumps(["danger", "Сказано нами <b>"])
    forged = {
        "another key": URLSafeTimedSerializer("x", salt=FLASH).dumps(["danger", "Чужое"]),
        "another purpose": _signer(stage, "other").dumps(["danger", "Чужое"]),
        "a kind that is none": _signer(stage, FLASH).dumps(['"><script>', "Чужое"]),
        "no words": _signer(stage, FLASH).dumps({"danger": "Чужое"}),
        "changed": "x" + str(signed),
    }
    for case, each in forged.items():
        async with stage.client(Who.ANONYMOUS) as client:
            answer = await client.get("/login", headers={"Cookie": f"{FLASH}={each}"})
        assert answer.status_code == 200
        assert "Чужое" not in answer.text, case
        assert "Сказано" not in answer.text, case
    async with stage.client(Who.ANONYMOUS) as client:
        client.cookies.set(FLASH, str(signed), domain="evosync.test")
        assert "Сказано нами &lt;b&gt;" in (await client.get("/login")).text
        assert "Сказано" not in (await client.get("/login")).text


@pytest.mark.parametrize("place", ELSEWHERE.values(), ids=ELSEWHERE)
async def test_nobody_is_led_to_another_site(place: str, stage: Stage) -> None:
    async with stage.client(Who.ANONYMOUS) as client:
        seen = await client.get("/login", params={"next": place})
        form = {"email": EMAILS[Who.USER], "password": PASSWORD, "next": place}
        signed_in = await client.post("/login", data=form)
        chosen = await client.post("/profile/theme", data={"theme": "dark", "next": place})
    assert seen.status_code == 200
    assert 'href="javascript' not in seen.text
    assert signed_in.headers["location"] == "/profile"
    assert chosen.headers["location"] == "/profile"
    assert "a" not in signed_in.cookies


async def test_a_page_of_ours_is_gone_on_to(stage: Stage) -> None:
    place = "/admin/users?q=чай&status=active"
    async with stage.client(Who.ANONYMOUS) as client:
        form = {"email": EMAILS[Who.ADMIN], "password": PASSWORD, "next": place}
        answer = await client.post("/login", data=form)
        assert answer.next_request is not None
        assert (await client.send(answer.next_request)).status_code == 200
    assert answer.next_request.url == httpx.URL(SITE + place)


def _signer(stage: Stage, salt: str) -> URLSafeTimedSerializer:
    keys = stage.desk.vault.derive(COOKIES)
    return URLSafeTimedSerializer(list(reversed(keys)), salt=salt)


def _other(way: Way) -> Way:
    return WAYS[WAYS.index(way) - 1]


async def _look(stage: Stage, way: Way, token: str) -> httpx.Response:
    async with stage.client(Who.ANONYMOUS) as client:
        return await client.get(way.at, params={"token": token})


async def _spend(stage: Stage, way: Way, token: str) -> httpx.Response:
    async with stage.client(Who.ANONYMOUS) as client:
        return await client.post(way.at, data={"token": token, **way.form})


async def _is_void(stage: Stage, way: Way, token: str, why: str, case: str = "") -> None:
    """Neither look nor act: a page says why, and a button leads on."""
    before = await stage.rows()
    for answer in (await _look(stage, way, token), await _spend(stage, way, token)):
        assert answer.status_code == 410, case
        page = read_page(answer.text)
        assert why in page.text, case
        label, url = way.button
        assert page.links[label] == url
        assert page.links["Вернуться ко входу"] == "/login"
    assert await stage.rows() == before, case
