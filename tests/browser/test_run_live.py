"""A run's page while it goes on: by events, by asking again, and without a script."""

from datetime import timedelta

import pytest
from playwright.async_api import Route, expect
from sqlalchemy import update

from evosync.db import runs
from evosync.db.accounts import User, find_user_by_email
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.tables.runs import runs as run_rows
from evosync.db.types import Tx
from evosync.engine.report import RunStatus
from tests.browser.chromium import Person
from tests.browser.conftest import Newcomer
from tests.browser.stand import Stand
from tests.browser.town import PASSWORD, Town
from tests.browser.town_runs import hold, row_of, save_rows
from tests.flow.stand import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLANNED = 40
POLL_MS = 2000
_LEAVE = """() => {
  let left = false;
  Object.defineProperty(document, "hidden", { get: () => left });
  window.leave = (isLeft) => {
    left = isLeft;
    document.dispatchEvent(new Event("visibilitychange"));
  };
}"""


class Running:
    """A run of Fyodor's, moved on by hand."""

    def __init__(self, stand: Stand, user: User, run_id: int) -> None:
        self.stand = stand
        self.user = user
        self.id = run_id

    @classmethod
    async def begin(cls, stand: Stand) -> "Running":
        async def work(tx: Tx) -> Running:
            now = stand.desk.clock()
            user = await find_user_by_email(tx, "fyodor@example.com")
            assert user is not None
            run_id = await runs.create_run(tx, user.id, RunKind.MIRROR, RunTrigger.TIMER, now)
            await hold(tx, run_id, now, 3)
            await tx.execute(
                update(run_rows)
                .where(run_rows.c.id == run_id)
                .values(stage="apply", planned=PLANNED)
            )
            return cls(stand, user, run_id)

        return await stand.desk.database.write(work)

    async def send(self, *names: str) -> None:
        now = self.stand.desk.clock()
        rows = [row_of(name, "update", {"price": [1, 2]}) | {"created_at": now} for name in names]
        await self.stand.desk.database.write(save_rows, self.id, self.user.id, rows)

    async def finish(self) -> None:
        end = RunEnd(status=RunStatus.DONE, counts={"updated": 3})
        now = self.stand.desk.clock() + timedelta(seconds=1)
        await self.stand.desk.database.write(runs.finish_run, self.id, end, now)


async def shows(fyodor: Person, number: int) -> None:
    await expect(fyodor.page.locator(".number-big")).to_have_text(f"{number} из {PLANNED}")


@pytest.mark.parametrize("has_events", [True, False], ids=["by events", "by asking again"])
async def test_progress_comes_by_itself(
    town: Town, newcomer: Newcomer, *, has_events: bool
) -> None:
    fyodor, running = await newcomer(town.stand.url), await Running.begin(town.stand)
    await fyodor.sign_in("fyodor@example.com", PASSWORD)
    if not has_events:
        await fyodor.page.route("**/events", lambda route: route.fulfill(status=429, body="{}"))
    await fyodor.page.goto(f"/runs/{running.id}")
    await fyodor.page.evaluate("window.sameDocument = true")
    await shows(fyodor, 0)
    stop = fyodor.page.get_by_role("button", name="Остановить").first
    await stop.focus()
    await running.send("Матча", "Сенча")
    await shows(fyodor, 2)
    await expect(fyodor.page.locator("#run-latest")).to_contain_text("Сенча")
    # What was not changed was not touched.
    assert await fyodor.page.evaluate("window.sameDocument")
    await expect(stop).to_be_focused()
    await running.finish()
    await expect(fyodor.page.locator("h1 + .state")).to_have_text("Готово")
    if not has_events:
        assert all("429" in each for each in fyodor.troubles)
        fyodor.troubles.clear()


async def test_short_leaves_do_not_make_it_ask_more_often(town: Town, newcomer: Newcomer) -> None:
    fyodor, running = await newcomer(town.stand.url), await Running.begin(town.stand)
    await fyodor.sign_in("fyodor@example.com", PASSWORD)
    page = fyodor.page
    await page.route("**/events", lambda route: route.fulfill(status=429, body="{}"))
    asked: list[Route] = []

    async def keep(route: Route) -> None:
        asked.append(route)

    async def asks(times: int) -> None:
        await until(lambda: len(asked) == times, "it asks")

    await page.route("**/*part=live", keep)
    await page.clock.install()
    await page.goto(f"/runs/{running.id}")
    await page.evaluate(_LEAVE)
    for times in range(1, 6):
        await asks(times)
        await page.evaluate("leave(true)")
        await page.evaluate("leave(false)")
    await asks(6)
    for each in asked:
        await each.fulfill(body="")
    asked.clear()
    while not asked:
        await page.clock.run_for(POLL_MS)
    await page.evaluate("fetch('/health')")
    assert len(asked) == 1
    await running.finish()
    fyodor.troubles.clear()


async def test_without_a_script_the_page_comes_anew(town: Town, newcomer: Newcomer) -> None:
    fyodor = await newcomer(town.stand.url, java_script_enabled=False)
    running = await Running.begin(town.stand)
    await fyodor.sign_in("fyodor@example.com", PASSWORD)
    await fyodor.page.goto(f"/runs/{running.id}")
    await running.send("Матча")
    await fyodor.page.get_by_role("link", name="Обновить").click()
    await shows(fyodor, 1)
    await fyodor.page.get_by_role("button", name="Остановить").first.click()
    await fyodor.page.locator("dialog").get_by_role("button", name="Остановить", exact=True).click()
    await expect(fyodor.page.locator("#run-sentence")).to_contain_text("Останавливаем")
    await running.finish()
