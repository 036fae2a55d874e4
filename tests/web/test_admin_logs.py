"""The request log's pages: what they show, how they are filtered and turned, what odd words do."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from evosync.db.api_logs import PAGE, NewLog, add_logs
from evosync.web.state import AppState
from tests.web.conftest import HandClock
from tests.web.page import Page, read_page
from tests.web.people import Person

ODD = (
    *("page=-1", "before=x", "before=9-9", f"before={'9' * 18}-{'9' * 18}", "after=-", "after=0-0"),
    *("status=999", "status=tea", "status=١٢٣", "service=ok", "period=never", "run=-1", "run=1e3"),
    *("from=yesterday", "from=0001-01-01T00:00", "to=9999-12-31T23:59", "user=%25_%5C'", "user=0"),
    *(
        "method=%25",
        "method=%F0%9F%8D%B5",
        f"method={'я' * 9000}",
        "user=a%00b",
        "status=402&status=1",
    ),
    *(f"user={'9' * 400}", f"run={'9' * 19}", "run=1&from=2026-03-01T00:00&to=2020-01-01T00:00"),
)


FILTERS = {
    "": "abcd",
    "?user=anna@tea.example": "ab",
    "?user=ANNA@tea.example&service=evotor": "",
    "?user=nobody@tea.example": "",
    "?service=webhook": "d",
    "?status=failed": "bc",
    "?status=silent": "c",
    "?status=402": "b",
    "?method=market": "ab",
    "?method=GET /stores": "c",
    "?method=getProducts": "",
    "?run=7": "abe",
    "?run=7&period=hour&status=ok": "ae",
    "?period=all": "abcde",
    "?from=2026-02-01T00:00&to=2026-02-27T00:00": "e",
    "?from=2026-03-01T14:56": "",
}


async def add(state: AppState, *logs: NewLog) -> None:
    await state.database.write(add_logs, logs)


@pytest.fixture
def edit(clock: HandClock, anna: Person) -> NewLog:
    return NewLog(
        at=clock() - timedelta(minutes=5),
        service="vk",
        method="execute market.edit",
        url="https://api.vk.ru/method/execute",
        status=200,
        outcome="ok",
        detail="market.edit ×25",
        duration_ms=412,
        user_id=anna.id,
        run_id=7,
    )


def numbers(page: Page) -> set[int]:
    """List the numbers of the requests that a page leads to."""
    at = "/admin/logs/"
    return {int(href.removeprefix(at)) for href in page.hrefs if href.startswith(at)}


async def shown(client: httpx.AsyncClient, query: str = "") -> Page:
    answer = await client.get(f"/admin/logs{query}")
    assert answer.status_code == 200
    return read_page(answer.text)


async def test_the_list_says_what_came_of_each(
    systems: httpx.AsyncClient, state: AppState, edit: NewLog
) -> None:
    assert "За сутки запросов не было" in (await shown(systems)).text
    unpaid = replace(edit, service="evotor", method="GET /stores", detail=None, status=402)
    await add(
        state,
        edit,
        replace(unpaid, outcome="4xx"),
        replace(edit, outcome="refused", error_code="6"),
        replace(unpaid, status=None, outcome="silent", error_code="ReadTimeout", duration_ms=15000),
    )
    page = await shown(systems)
    for words in (
        "За сутки 4\xa0запроса, 3 с ошибкой.",
        "execute (market.edit ×25)",
        "Приложение не оплачено для этого магазина.",
        "200, код 6",
        "Слишком много запросов в секунду.",
        "нет ответа",
        "Ответ не пришёл вовремя.",
        "14:55:00",  # in Moscow
        "412 мс",
        "15 с",
        "записи хранятся 14\xa0дней",
    ):
        assert words in page.text, words


async def test_each_filter_leaves_what_it_names(
    systems: httpx.AsyncClient, state: AppState, edit: NewLog
) -> None:
    stores = replace(edit, service="evotor", method="GET /stores", user_id=None, run_id=None)
    token = replace(edit, service="webhook", method="/user/token", user_id=None, run_id=None)
    rows = [
        edit,
        replace(edit, status=402, outcome="4xx"),
        replace(stores, status=None, outcome="silent"),
        token,
        replace(edit, at=edit.at - timedelta(days=3), user_id=None, method="users.get"),
    ]
    await add(state, *rows)
    for query, found in FILTERS.items():
        page = await shown(systems, query)
        assert [chr(96 + number) for number in sorted(numbers(page))] == list(found), query


async def test_pages_lead_to_older_ones_and_back(
    systems: httpx.AsyncClient, state: AppState, edit: NewLog
) -> None:
    await add(state, *(replace(edit, at=edit.at - timedelta(seconds=n)) for n in range(PAGE + 1)))
    first = await shown(systems, "?service=vk")
    assert "Новее" not in first.links
    second = read_page((await systems.get(first.links["Старее"])).text)
    assert "Старее" not in second.links
    assert numbers(second) == {PAGE + 1}
    assert "service=vk" in second.links["Новее"]
    back = read_page((await systems.get(second.links["Новее"])).text)
    assert numbers(back) == numbers(first)


async def test_odd_words_are_left_out_or_find_nothing(
    systems: httpx.AsyncClient, state: AppState, edit: NewLog
) -> None:
    await add(state, edit)
    for query in ODD:
        await shown(systems, f"?{query}")


async def test_one_request_shows_its_bodies_as_text(
    systems: httpx.AsyncClient, state: AppState, edit: NewLog, anna: Person
) -> None:
    body = '{"response":[false],"error_msg":"<script>alert(1)</script>"}'
    await add(
        state,
        replace(edit, outcome="refused", error_code="15", response_body=body),
        replace(edit, user_id=None, run_id=None),
    )
    html = (await systems.get("/admin/logs/1")).text
    page = read_page(html)
    assert "<script>alert" not in html
    assert '  "error_msg": "<script>alert(1)</script>"' in page.text
    assert page.links["Анна"] == f"/admin/users/{anna.id}"
    assert page.links["Все запросы запуска № 7"] == "/admin/logs?run=7"
    assert "Тела удачных запросов не хранятся." in (await systems.get("/admin/logs/2")).text
    for strange in ("3", "0", "x", "9" * 30):
        assert (await systems.get(f"/admin/logs/{strange}")).status_code == 404
