"""The pages of runs: the list, one that goes on, one that ended, its question and its stop."""

import re

import httpx
import pytest
from sqlalchemy import event
from starlette.applications import Starlette

from evosync.db.runs import RunKind
from evosync.engine.held import Ask
from evosync.engine.report import RunStatus
from evosync.web.state import AppState
from tests.web.conftest import HandClock
from tests.web.people import Person, add_person, browser
from tests.web.ran import ASKED, Ran

ODD = "100%_\\' 🍵 <b>"


@pytest.fixture
def ran(state: AppState, anna: Person) -> Ran:
    return Ran(state=state, user_id=anna.id)


async def page_of(client: httpx.AsyncClient, at: str) -> str:
    answer = await client.get(at)
    assert answer.status_code == 200, answer.text
    return re.sub(r"[ \n]+", " ", answer.text.replace("\u00a0", " ").replace("&nbsp;", " "))


async def told_after(client: httpx.AsyncClient, answer: httpx.Response) -> str:
    """Follow an act to the page that says what became of it."""
    assert answer.status_code == 303
    page = await page_of(client, answer.headers["location"])
    [told] = re.findall(r'class="alert alert-[^>]*>.*?<div>(.*?)</div>', page)
    return str(told)


async def approve(
    client: httpx.AsyncClient, run_id: int, digest: str | None, answer: str = "apply"
) -> str:
    form = {"digest": digest or "", "answer": answer}
    return await told_after(client, await client.post(f"/runs/{run_id}/approve", data=form))


async def test_the_list_tells_what_runs_did_and_folds_empty_ones(
    annas: httpx.AsyncClient, ran: Ran
) -> None:
    assert "Запусков ещё не было" in await page_of(annas, "/runs")
    await ran.end(RunStatus.DONE, counts={"created": 3, "updated": 12, "failed": 1})
    for _ in range(12):
        await ran.end(RunStatus.DONE, is_empty=True)
    await ran.end(RunStatus.DONE, RunKind.PREVIEW, counts={"created": 7})
    page = await page_of(annas, "/runs")
    assert "3 новых, 12 изменено, 1 ошибка" in page
    assert "и ещё 11 запусков без изменений" in page
    assert 'aria-label="За 30 дней: 15 изменений, 1 ошибка"' in page
    assert "7 новых" not in page
    assert "7 новых" in await page_of(annas, "/runs?show=previews")


@pytest.mark.parametrize(
    "query", ["page=-1", "page=9999", "page=x&show=&sort=%00", "show=waiting&page=7", "show=x'\"%"]
)
async def test_whatever_is_asked_of_the_list_it_is_a_page(
    annas: httpx.AsyncClient, ran: Ran, query: str
) -> None:
    await ran.end(RunStatus.FAILED, error_code="internal", error_text="Внутренняя ошибка.")
    assert "<h1>Запуски</h1>" in await page_of(annas, f"/runs?{query}")


async def test_only_a_question_that_still_stands_waits(
    annas: httpx.AsyncClient, ran: Ran, clock: HandClock
) -> None:
    run = await ran.hold()
    await ran.end(RunStatus.FAILED, error_code="vk_busy", error_text="VK не отвечает.")
    page = await page_of(annas, "/runs?show=waiting")
    assert "<title>(1) Запуски" in page
    assert f"Запуск № {run.id} ждёт вашего решения." in page
    clock.move(hours=25)
    assert "<title>Запуски" in await page_of(annas, "/runs")


async def test_a_run_that_goes_on_shows_how_far_it_is(
    annas: httpx.AsyncClient, ran: Ran, clock: HandClock
) -> None:
    run_id = await ran.begin(stage="shop")
    page = await page_of(annas, f"/runs/{run_id}")
    assert "Идёт: читаем кассу." in page
    assert "<progress" not in page
    await ran.set(run_id, stage="apply", planned=192)
    await ran.send(run_id, *map(str, range(60)))
    clock.move(seconds=10)
    await ran.send(run_id, *map(str, range(60, 117)))
    await ran.send(run_id, "Иван-чай", outcome="failed", code="10", message="Не принят.")
    page = await page_of(annas, f"/runs/{run_id}?part=live")
    assert "118 из 192</span> изменений" in page
    assert '<progress value="118" max="192"' in page
    assert "Осталось меньше минуты" in page
    assert "Не принято 1" in page
    assert "Иван-чай" in page
    assert "<html" not in page


async def test_a_run_that_waits_says_for_what(annas: httpx.AsyncClient, ran: Ran) -> None:
    going, queued = await ran.begin(), await ran.queue()
    page = await page_of(annas, f"/runs/{queued}")
    assert f"В очереди: начнётся, когда закончится запуск № {going}." in page


async def test_a_run_that_ended_shows_each_change_and_what_it_cost(
    annas: httpx.AsyncClient, ran: Ran
) -> None:
    run_id = await ran.begin()
    await ran.send(run_id, ODD, "Матча")
    await ran.send(run_id, "Иван-чай", outcome="failed", code="10", message="Internal error")
    await ran.finish(
        run_id,
        RunStatus.PARTIAL,
        counts={"updated": 2, "failed": 1, "unchanged": 5},
        effort={"evotor_requests": 4, "vk_requests": 9, "vk_calls": 201, "seconds": 8.0},
        problem_counts={"no_price": 13},
    )
    page = await page_of(annas, f"/runs/{run_id}")
    assert "Сделано: 2 изменено. Остальное отправим в следующий запуск." in page
    assert "Эвотор 4, VK 9 (вызовов 201)" in page
    assert "В Эвоторе не указана цена." in page
    assert "100%_\\&#39; 🍵 &lt;b&gt;" in page
    failed = await page_of(annas, f"/runs/{run_id}?outcome=failed&section=x&page=-1")
    assert "Иван-чай" in failed
    assert "Матча" not in failed
    found = await annas.get(f"/runs/{run_id}", params={"q": "%_\\' 🍵", "outcome": "x"})
    assert "Матча" not in found.text
    assert "🍵 &lt;b&gt;" in found.text
    assert "Ничего не нашлось" in await page_of(annas, f"/runs/{run_id}?q={'я' * 9000}")


async def test_a_yes_is_written_down_once_and_a_run_begins(
    annas: httpx.AsyncClient, ran: Ran
) -> None:
    run = await ran.hold()
    page = await page_of(annas, f"/runs/{run.id}")
    assert "Скрыть 3 товара?" in page
    assert "<title>(1) Запуск" in page
    # Nothing is connected, and so nothing begins.
    assert (await approve(annas, run.id, run.digest)).startswith("Ответ записан. ")
    for answer in ("apply", "leave"):
        assert (await approve(annas, run.id, run.digest, answer)).startswith("Вы уже подтвердили")
    assert await ran.answers() == ["apply"]
    assert "Скрыть 3 товара?" not in await page_of(annas, f"/runs/{run.id}")


async def test_who_left_it_may_still_say_yes(annas: httpx.AsyncClient, ran: Ran) -> None:
    run = await ran.hold()
    assert "оставляем как есть" in await approve(annas, run.id, run.digest, "leave")
    assert (await approve(annas, run.id, run.digest, "leave")).startswith("Вы уже решили")
    assert "Передумали?" in await page_of(annas, f"/runs/{run.id}")
    await approve(annas, run.id, run.digest)
    assert await ran.answers() == ["leave", "apply"]


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("another question", "Вопрос устарел: с тех пор был другой запуск."),
        ("a run since", "Вопрос устарел: с тех пор был другой запуск."),
        ("a day later", "Вопрос устарел: прошло больше суток."),
        ("no answer", "Выберите ответ: ничего не изменили."),
        ("no question", "Этот запуск ни о чём не спрашивает."),
    ],
)
async def test_an_answer_to_no_question_changes_nothing(
    annas: httpx.AsyncClient, ran: Ran, clock: HandClock, case: str, told: str
) -> None:
    run = await ran.hold()
    run_id, digest, answer = run.id, run.digest, "apply"
    match case:
        case "another question":
            digest = "0" * 64
        case "a run since":
            await ran.hold([*ASKED, (Ask.HIDE, "one more")])
        case "a day later":
            clock.move(hours=24)
        case "no answer":
            answer = "да" * 5000
        case _:
            run_id = await ran.end(RunStatus.DONE)
    assert (await approve(annas, run_id, digest, answer)).startswith(told)
    assert await ran.answers() == []


async def test_the_same_question_asked_again_is_still_open(
    annas: httpx.AsyncClient, ran: Ran
) -> None:
    first, _ = await ran.hold(), await ran.hold()
    assert "Скрыть 3 товара?" in await page_of(annas, f"/runs/{first.id}")


async def test_a_yes_to_a_preview_begins_nothing(annas: httpx.AsyncClient, ran: Ran) -> None:
    run = await ran.hold(kind=RunKind.PREVIEW)
    answer = await annas.post(
        f"/runs/{run.id}/approve", data={"digest": run.digest, "answer": "apply"}
    )
    assert answer.headers["location"] == "/sync/preview"
    assert await ran.answers() == ["apply"]


async def test_a_run_is_stopped_once_and_its_stop_is_written_down(
    annas: httpx.AsyncClient, ran: Ran
) -> None:
    run_id = await ran.begin()
    answer = await annas.post(f"/runs/{run_id}/cancel")
    assert "Останавливаем запуск" in await told_after(annas, answer)
    assert "начатое доделаем и остановимся" in await page_of(annas, f"/runs/{run_id}")
    await ran.finish(run_id, RunStatus.CANCELLED)
    assert "уже закончился" in await told_after(annas, await annas.post(f"/runs/{run_id}/cancel"))
    assert await ran.acts() == [("run.cancelled", ran.user_id)]


async def test_anothers_run_is_a_page_that_is_not_there(
    app: Starlette, state: AppState, ran: Ran
) -> None:
    run = await ran.hold()
    boris = await add_person(state, "boris@example.com")
    async with browser(app, boris) as client:
        for path in ("", "/events", "?part=live"):
            assert (await client.get(f"/runs/{run.id}{path}")).status_code == 404
        form = {"digest": run.digest, "answer": "apply"}
        assert (await client.post(f"/runs/{run.id}/approve", data=form)).status_code == 404
        assert (await client.post(f"/runs/{run.id}/cancel")).status_code == 404
    assert await ran.answers() == []


async def test_a_captcha_is_a_link_to_vk_and_nothing_else_is(
    annas: httpx.AsyncClient, ran: Ran, state: AppState
) -> None:
    for link, count in (("https://vk.com/captcha?x=1", 1), ("javascript:alert(1)", 0)):
        run_id = await ran.end(
            RunStatus.PAUSED,
            error_code="vk_captcha",
            error_text="VK просит подтвердить, что вы не робот.",
            sealed_link=state.opened.vault.seal(link),
        )
        page = await page_of(annas, f"/runs/{run_id}")
        assert page.count('target="_blank"') == count
        assert "javascript:" not in page


async def test_the_operator_sees_everybodys_runs_stops_and_begins_them(
    systems: httpx.AsyncClient, ran: Ran, system: Person
) -> None:
    run_id = await ran.begin(stage="apply", planned=10)
    await ran.send(run_id, "Матча")
    ended = await ran.end(RunStatus.FAILED, error_code="internal", error_text="Ошибка внутри.")
    page = await page_of(systems, "/admin/runs")
    assert "Идёт 1, в очереди 0" in page
    assert "1 из 10" in page
    assert "Ошибка внутри." in page
    none = await page_of(systems, f"/admin/runs?user={system.id}&show=failed")
    assert "Таких запусков нет" in none
    told = await told_after(systems, await systems.post(f"/admin/runs/{run_id}/cancel"))
    assert "Останавливаем" in told
    told = await told_after(systems, await systems.post(f"/admin/runs/{ended}/again"))
    assert told.startswith("Запуск не начат. ")
    assert await ran.acts() == [("run.cancelled", ran.user_id)]


async def test_a_page_asks_the_database_as_often_for_a_thousand_changes_as_for_one(
    annas: httpx.AsyncClient, ran: Ran, state: AppState
) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(state.database.engine.sync_engine, "before_cursor_execute", note)
    numbers = []
    for count in (1, 1000):
        run_id = await ran.begin()
        await ran.send(run_id, *(f"Чай № {number}" for number in range(count)))
        await ran.finish(run_id, RunStatus.DONE, counts={"updated": count})
        for at in ("/runs", f"/runs/{run_id}"):
            asked.clear()
            await page_of(annas, at)
            numbers.append(len(asked))
    assert numbers[:2] == numbers[2:]
    assert max(numbers) < 25
