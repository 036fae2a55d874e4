"""Every route, before every kind of person, in right ways and in wrong ones."""

from collections.abc import Iterator
from itertools import cycle
from urllib.parse import quote, urlencode

import httpx
import pytest
from starlette.routing import BaseRoute, Match, Mount

from evosync.accounts.sign_in import SUSPENDED
from evosync.web.app import routes
from evosync.web.pages import webhooks
from evosync.web.routing import Page, Passage
from tests.web.crowd import EMAILS, PASSWORD, Stage, Who
from tests.web.route_rows import FORBIDDEN, Answer, RouteRow
from tests.web.route_table import ROWS

# Whose GET does more than show: whoever only looks at links is turned away.
PASSAGES = frozenset(route.path for route in routes if isinstance(route, Passage))
# Who also asks for the head of each page; HEAD knows no more kinds of people than GET does.
LOOK_ONLY = frozenset({Who.ANONYMOUS, Who.USER, Who.SYSTEM})
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
STRANGE_IDS = ("999999", "0", "-1", "1e3", "abc", "1" * 19, "9" * 400, "%31%00", "%EF%BC%91", "1.0")

ANOTHER_SITE = "another site"

# What a request to write says of itself when it is not sent from a page of ours.
STRANGE_SENDERS = {
    ANOTHER_SITE: {"Sec-Fetch-Site": "cross-site"},
    "a neighbouring host": {"Sec-Fetch-Site": "same-site"},
    "a site that names us": {"Sec-Fetch-Site": "cross-site", "Origin": "http://evosync.test"},
    "another origin": {"Origin": "http://evil.test"},
    "an origin that begins like ours": {"Origin": "http://evosync.test.evil.test"},
    "a hidden origin": {"Origin": "null"},
    "half of an origin": {"Origin": "http://["},
    "nobody knows who": {},
}


def test_the_table_knows_every_route_and_no_other() -> None:
    listed = {each for route in routes for each in _ways(route)}
    tabled = {(row.route, row.method) for row in ROWS}
    lacking, idle = sorted(listed - tabled), sorted(tabled - listed)
    assert not lacking, f"add to tests/web/route_table.py who gets what from {lacking}"
    assert not idle, f"take from tests/web/route_table.py what is no route any more: {idle}"


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_a_route_answers_each_person_as_the_table_says(row: RouteRow, stage: Stage) -> None:
    stage.set(**row.settings)
    before = await stage.rows()
    wrong = []
    for who in Who:
        stage.forget_tries()
        answer = await _ask(stage, who, row)
        after = await stage.rows()
        got = Answer(answer.status_code, answer.headers.get("location"), before != after)
        wanted = _wanted(stage, row, who)
        if got != wanted:
            wrong.append(f"{row}: {who} got {got}, and the table says {wanted}")
        if row.method == "GET" and who in LOOK_ONLY:
            head = await _ask(stage, who, row, method="HEAD")
            looked = (405, None) if row.route in PASSAGES else (got.status, got.to)
            if (head.status_code, head.headers.get("location")) != looked:
                wrong.append(f"{row}: {who} got {head.status_code} to HEAD")
        if before != after:
            await stage.restore(before)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", Who)
async def test_a_wrong_method_does_nothing(who: Who, stage: Stage) -> None:
    # Each wrong way is gone by somebody.
    await _go_wrong_ways(who, stage, _wrong_ways()[list(Who).index(who) :: len(Who)])


@pytest.mark.wide
@pytest.mark.parametrize("who", Who)
async def test_every_wrong_method_does_nothing(who: Who, stage: Stage) -> None:
    await _go_wrong_ways(who, stage, _wrong_ways())


@pytest.mark.parametrize("sender", STRANGE_SENDERS)
@pytest.mark.parametrize(
    "is_everybody", [False, pytest.param(True, marks=pytest.mark.wide)], ids=["in turn", "all"]
)
async def test_what_no_page_of_ours_sent_does_nothing_for_anybody(
    sender: str, stage: Stage, *, is_everybody: bool
) -> None:
    before = await stage.rows()
    people = cycle(Who)
    for row in ROWS:
        if row.method == "GET" and sender != ANOTHER_SITE:
            continue
        stage.set(**row.settings)
        for who in Who if is_everybody else [next(people)]:
            answer = await _ask(stage, who, row, method="POST", headers=STRANGE_SENDERS[sender])
            if row.route in webhooks.PATHS:
                # Whoever calls there is known by a secret instead.
                assert answer.status_code in {401, 503}, (row, who)
                continue
            assert answer.status_code == 403, (row, who)
            _is_told_as_it_should_be(answer, row)
    assert await stage.rows() == before


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Sec-Fetch-Site": "none"}, id="the person"),
        pytest.param({"Origin": "http://evosync.test"}, id="an older browser"),
    ],
)
async def test_what_a_page_of_ours_sent_is_taken(headers: dict[str, str], stage: Stage) -> None:
    async with stage.client(Who.USER, headers) as client:
        answer = await client.post("/profile/theme", data={"theme": "dark"})
    assert answer.status_code == 303


async def test_a_link_on_another_site_opens_a_page(stage: Stage) -> None:
    async with stage.client(Who.USER, STRANGE_SENDERS[ANOTHER_SITE]) as client:
        assert (await client.get("/profile")).status_code == 200


@pytest.mark.parametrize(
    "row", [*{e.route: e for e in ROWS if "{id}" in e.route}.values()], ids=lambda r: r.route
)
async def test_an_id_of_nobody_is_a_page_that_is_not_there(row: RouteRow, stage: Stage) -> None:
    before = await stage.rows()
    inside = (Who.ADMIN, Who.SYSTEM, Who.USER, Who.ANOTHER)
    wanted = {who: 403 if row.answers[who] == FORBIDDEN else 404 for who in inside}
    for place, strange in enumerate(STRANGE_IDS):
        # The first one is asked for by everybody, the others by one of those inside in turn.
        for who in Who if place == 0 else [inside[place % len(inside)]]:
            async with stage.client(who) as client:
                answer = await client.request(
                    row.method, row.route.replace("{id}", strange), data=_form(stage, row)
                )
            # Who may not look is not told whether there is anything.
            assert answer.status_code == wanted.get(who, row.answers[who].status), (strange, who)
    assert await stage.rows() == before


@pytest.mark.parametrize(
    "row",
    [e for e in ROWS if e.method == "POST" and e.route.startswith("/admin/users/{id}")],
    ids=str,
)
async def test_an_admin_changes_nothing_of_a_system_account(row: RouteRow, stage: Stage) -> None:
    before = await stage.rows()
    at = row.route.replace("{id}", stage.words["system"])
    async with stage.client(Who.ADMIN) as client:
        answer = await client.post(at, data=_form(stage, row))
    # A form is shown again, a button's act has a page of its own.
    assert answer.status_code == (422 if row.form else 409)
    if not row.route.endswith("send-invite"):  # nobody of theirs is still to come
        assert "владел" in answer.text
    assert await stage.rows() == before


async def test_who_is_suspended_does_not_sign_in_again(stage: Stage) -> None:
    before = await stage.rows()
    async with stage.client(Who.ANONYMOUS) as client:
        answer = await client.post(
            "/login", data={"email": EMAILS[Who.SUSPENDED], "password": PASSWORD}
        )
    assert answer.status_code == 422
    assert SUSPENDED in answer.text
    assert "set-cookie" not in answer.headers
    assert await stage.rows() == before


@pytest.mark.parametrize(
    "at", ["/nothing", "/admin", "/profile/", "/static", "/%2e%2e/x", "/\u202e"]
)
async def test_what_is_no_page_says_so_to_everybody(at: str, stage: Stage) -> None:
    for who in Who:
        async with stage.client(who) as client:
            answer = await client.get(at)
        assert answer.status_code == 404, who
        assert "Такой страницы нет" in answer.text


def _wrong_ways() -> list[tuple[RouteRow, str]]:
    """List the routes, each with a method that it has not."""
    ways = {way for route in routes for way in _ways(route)}
    return [
        (row, method)
        for row in {each.route: each for each in ROWS}.values()
        for method in METHODS
        # HEAD is a way to ask for what GET gives.
        if (row.route, "GET" if method == "HEAD" and row.route not in PASSAGES else method)
        not in ways
        if not _is_another(row, method)
    ]


async def _go_wrong_ways(who: Who, stage: Stage, ways: list[tuple[RouteRow, str]]) -> None:
    before = await stage.rows()
    async with stage.client(who) as client:
        for row, method in ways:
            answer = await client.request(method, _address(stage, row))
            assert answer.status_code == 405, (row, method)
            _is_told_as_it_should_be(answer, row)
    assert await stage.rows() == before


def _ways(route: BaseRoute) -> Iterator[tuple[str, str]]:
    match route:
        case Page():
            yield from ((route.path, method) for method in route.handlers if method != "HEAD")
        case Mount():
            yield route.path, "GET"
        case _:
            pytest.fail(f"tests/web/test_routes.py does not know what {route!r} takes")


def _is_another(row: RouteRow, method: str) -> bool:
    """Tell whether an address, asked with this method, is that of another route."""
    scope = {"type": "http", "method": method, "path": row.at.partition("?")[0]}
    return any(
        route.path != row.route and route.matches(scope)[0] is Match.FULL
        for route in routes
        if isinstance(route, Page)
    )


async def _ask(
    stage: Stage,
    who: Who,
    row: RouteRow,
    *,
    method: str | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    client = stage.client(who) if headers is None else stage.client(who, headers)
    async with client:
        sent = {"Content-Type": "application/x-www-form-urlencoded"} if row.form else {}
        return await client.request(
            method or row.method,
            _address(stage, row),
            content=urlencode(_form(stage, row)) if row.form else None,
            headers=sent,
        )


def _address(stage: Stage, row: RouteRow) -> str:
    return row.at.format_map(stage.words)


def _form(stage: Stage, row: RouteRow) -> dict[str, str]:
    return {name: value.format_map(stage.words) for name, value in row.form.items()}


def _wanted(stage: Stage, row: RouteRow, who: Who) -> Answer:
    wanted, sign_in = row.answers[who], "/login"
    if row.method == "GET":
        sign_in += f"?next={quote(_address(stage, row), safe='/')}"
    place = None if wanted.to is None else wanted.to.format_map(stage.words | {"sign_in": sign_in})
    return Answer(wanted.status, place, wanted.changes)


def _is_told_as_it_should_be(answer: httpx.Response, row: RouteRow) -> None:
    """A program is told in JSON, a person on a page."""
    is_json = any(
        isinstance(each, Page) and each.is_json and each.path == row.route for each in routes
    )
    kind = "application/json" if is_json else "text/html"
    assert answer.headers["content-type"].startswith(kind), row
    if is_json and answer.content:
        assert list(answer.json()) == ["error"]
