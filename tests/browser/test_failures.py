"""What a part of a page asks for and does not get, and pages that ask by themselves."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Route, expect
from sqlalchemy import update

from evosync.db import runs
from evosync.db.accounts import find_user_by_email
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.tables.runs import runs as run_rows
from evosync.db.types import Tx
from evosync.engine.report import RunStatus
from evosync.web.auth import COOKIE
from tests.browser.chromium import Person
from tests.browser.conftest import Newcomer
from tests.browser.stand import Stand
from tests.browser.town import Town
from tests.browser.town_runs import hold
from tests.builders import SHOP

pytestmark = pytest.mark.asyncio(loop_scope="session")

Answer = Callable[[Route], Awaitable[None]]
POLL_MS = 1500


async def come_as(town: Town, newcomer: Newcomer, name: str) -> Person:
    person = await newcomer(town.stand.url)
    cookie: Any = {"name": COOKIE, "value": town.keys[name], "url": town.stand.url}
    await person.context.add_cookies([cookie])
    return person


def fails(status: int, **headers: str) -> Answer:
    return lambda route: route.fulfill(status=status, headers=headers, body="<p>no</p>")


def lost(route: Route) -> Awaitable[None]:
    return route.abort("connectionreset")


async def test_an_act_that_fails_says_so_and_shows_what_stands(
    town: Town, newcomer: Newcomer
) -> None:
    tamara = await come_as(town, newcomer, "tamara")
    page, told = tamara.page, tamara.page.locator("#told")
    await page.goto(f"/catalog/stores/{SHOP}/groups")
    switch = page.get_by_role("switch", name="Сладкое к чаю", exact=True)
    for answer, said in (
        (fails(404), "Не получилось, ничего не изменили."),
        (
            fails(500, **{"X-Request-Id": "0f0f"}),
            "что сохранилось. Номер запроса: 0f0f.",
        ),
        (lost, "Нет связи с EvoSync. Обновите страницу и проверьте, что сохранилось."),
    ):
        await page.route("**/toggle", answer)
        await switch.click()
        await expect(told.get_by_role("alert")).to_contain_text(said)
        await expect(switch).to_have_attribute("aria-checked", "true")
        await page.unroute("**/toggle")
    for turned, said in (("false", "3 товара не пойдут в VK."), ("true", "+3 товара пойдут")):
        await switch.click()
        await expect(told).to_contain_text(said)
        await expect(switch).to_have_attribute("aria-checked", turned)
        await expect(page.get_by_role("alert")).to_have_count(0)
    tamara.troubles.clear()

    ulyana = await come_as(town, newcomer, "ulyana")
    page = ulyana.page
    await page.goto("/sync")
    await page.route("**/sync/settings", lost)
    master = page.get_by_role("switch", name="Держать VK равным кассе")
    await page.get_by_text("Держать VK равным кассе").click()
    # A page that has no place for what switches come to has one for this.
    await expect(page.get_by_role("alert")).to_contain_text("проверьте, что сохранилось.")
    await expect(master).to_have_attribute("aria-checked", "true")
    # Nothing would have been saved.
    await page.get_by_label("Умножить на").fill("1,2")
    await expect(page.get_by_role("alert")).to_have_text("Нет связи с EvoSync. Попробуйте ещё раз.")
    ulyana.troubles.clear()


async def begin_reading(stand: Stand, email: str) -> int:
    async def work(tx: Tx) -> int:
        now = stand.desk.clock()
        user = await find_user_by_email(tx, email)
        assert user is not None
        run_id = await runs.create_run(tx, user.id, RunKind.READING, RunTrigger.BUTTON, now)
        await hold(tx, run_id, now, 3)
        return run_id

    return await stand.desk.database.write(work)


async def go_on(stand: Stand, run_id: int, stage: str) -> None:
    async def work(tx: Tx) -> None:
        await tx.execute(update(run_rows).where(run_rows.c.id == run_id).values(stage=stage))

    await stand.desk.database.write(work)


@pytest.mark.parametrize(
    ("path", "link"),
    [("/catalog/stores", "Скачать таблицу"), ("/vk-catalog/albums", "Открыть витрину")],
)
async def test_a_reading_is_followed_past_a_failure_and_takes_no_focus(
    path: str, link: str, town: Town, newcomer: Newcomer
) -> None:
    stand, ulyana = town.stand, await come_as(town, newcomer, "ulyana")
    page, panel = ulyana.page, ulyana.page.locator("#reading")
    run_id = await begin_reading(stand, "ulyana@example.com")
    await go_on(stand, run_id, "shop")
    await page.clock.install()
    await page.goto(path)
    await page.evaluate("window.sameDocument = true")
    await expect(panel).to_contain_text("шаг 2 из 3")
    focused = page.get_by_role("link", name=link)
    await focused.focus()

    await page.route("**/*part=reading*", fails(503))
    await page.clock.run_for(POLL_MS)
    await expect(page.get_by_role("alert")).to_contain_text("Пробуем ещё раз.")
    await page.unroute("**/*part=reading*")
    await page.clock.run_for(POLL_MS)
    await expect(page.get_by_role("alert")).to_have_count(0)
    await go_on(stand, run_id, "market")
    await page.clock.run_for(POLL_MS)
    await expect(panel).to_contain_text("шаг 3 из 3")
    await expect(focused).to_be_focused()

    end = RunEnd(status=RunStatus.DONE, counts={})
    await stand.desk.database.write(runs.finish_run, run_id, end, stand.desk.clock())
    await page.clock.run_for(POLL_MS)
    await expect(panel).to_have_count(0)
    await expect(focused).to_have_count(1)
    assert await page.evaluate("window.sameDocument")
    assert all("503" in each for each in ulyana.troubles)
    ulyana.troubles.clear()


async def test_the_way_back_brings_the_whole_page(town: Town, newcomer: Newcomer) -> None:
    ulyana = await come_as(town, newcomer, "ulyana")
    page, problems = ulyana.page, ulyana.page.locator(".side").get_by_role("link", name="Проблемы")
    await page.goto(f"/catalog/stores/{SHOP}/products")
    waiting = await problems.inner_text()
    assert any(each.isdecimal() for each in waiting)
    await page.locator("nav.chips a").nth(1).click()
    await expect(page.locator("nav.chips a").nth(1)).to_have_attribute("aria-current", "true")
    await page.go_back()
    await expect(page.locator("nav.chips a").first).to_have_attribute("aria-current", "true")
    assert await problems.inner_text() == waiting
