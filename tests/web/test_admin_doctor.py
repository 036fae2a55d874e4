"""The doctor's page: there at once, and what takes long is looked at behind it."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette

from evosync.doctor.checklist import QUICK, SLOW, Check
from evosync.doctor.examination import Examination
from evosync.doctor.patient import Patient
from evosync.doctor.verdict import Verdict, broken, good
from evosync.web.state import AppState
from tests.flow.stand import until

MISSPELT = "окружение: BASEURL: такой настройки нет. Может быть, BASE_URL?"
NOT_YET, GOING_ON = "Ещё не проверяли.", "Проверяем: готово"


class Slow:
    """Checks that end when their gate is opened; the last one finds something broken."""

    def __init__(self) -> None:
        self.gates = {check.name: asyncio.Event() for check in SLOW}
        self.examination = Examination(
            tuple(replace(check, look=self._look(check)) for check in SLOW)
        )

    def _look(self, check: Check) -> Callable[[Patient], Awaitable[list[Verdict]]]:
        async def look(_patient: Patient) -> list[Verdict]:
            await self.gates[check.name].wait()
            if check is SLOW[-1]:
                return [broken(check.name, "Не открыть.", "Почините замок.")]
            return [good(check.name, "Открыто.")]

        return look

    async def end(self) -> None:
        for gate in self.gates.values():
            gate.set()
        await until(lambda: not self.examination.is_going_on, "the end of the examination")


@pytest.fixture
def slow(app: Starlette, state: AppState) -> Slow:
    made = Slow()
    app.state.evosync = replace(state, examination=made.examination, warnings=(MISSPELT,))
    return made


async def shown(client: httpx.AsyncClient) -> str:
    answer = await client.get("/admin/doctor")
    assert answer.status_code == 200
    return answer.text


async def test_the_page_is_there_before_anything_slow_was_looked_at(
    slow: Slow, systems: httpx.AsyncClient
) -> None:
    page = await shown(systems)
    assert page.count(NOT_YET) == sum(len(check.titles) for check in SLOW)
    assert all(check.name in page for check in QUICK)
    assert MISSPELT in page
    assert "Проверить всё" in page
    assert not slow.examination.is_going_on


async def test_an_examination_shows_how_far_it_is_and_then_what_it_found(
    slow: Slow, systems: httpx.AsyncClient
) -> None:
    begun = await systems.post("/admin/doctor")
    assert (begun.status_code, begun.headers["location"]) == (303, "/admin/doctor")
    page = await shown(systems)
    assert f"{GOING_ON} 0 из {len(SLOW)}" in page
    assert 'hx-trigger="every 1s"' in page
    slow.gates[SLOW[0].name].set()
    await until(lambda: bool(slow.examination.done), "the first check")
    assert f"{GOING_ON} 1 из {len(SLOW)}" in await shown(systems)
    await slow.end()
    page = await shown(systems)
    assert NOT_YET not in page
    assert GOING_ON not in page
    assert "hx-trigger" not in page
    assert "Почините замок." in page
    assert re.search(r'state-danger"><i [^>]*></i>Сломано: 1', page)


async def test_whoever_presses_again_meanwhile_begins_no_second_one(
    slow: Slow, systems: httpx.AsyncClient
) -> None:
    for _ in range(2):
        await systems.post("/admin/doctor")
    await slow.end()
    assert slow.examination.done == len(SLOW)


async def test_a_stop_breaks_an_examination_off(slow: Slow, systems: httpx.AsyncClient) -> None:
    await systems.post("/admin/doctor")
    await slow.examination.close()
    assert not slow.examination.is_going_on
    assert "Проверить всё" in await shown(systems)


async def test_a_check_that_breaks_says_so_and_leaves_the_others_alone(
    app: Starlette, state: AppState, systems: httpx.AsyncClient
) -> None:
    async def fall(_patient: Patient) -> list[Verdict]:
        raise ZeroDivisionError

    async def never(_patient: Patient) -> list[Verdict]:
        await asyncio.Event().wait()
        return []

    examination = Examination(
        (replace(SLOW[0], look=fall), replace(SLOW[1], look=never, timeout_s=0.0))
    )
    app.state.evosync = replace(state, examination=examination)
    await systems.post("/admin/doctor")
    await until(lambda: not examination.is_going_on, "the end of the examination")
    page = await shown(systems)
    assert page.count("Внутренняя ошибка EvoSync, подробности в журнале.") == len(SLOW[0].titles)
    assert page.count("проверить не успели") == 1
