"""Everybody's runs: begun again as what they were, and by nobody for who may do more."""

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from evosync.db.roles import RoleName
from evosync.db.runs import RunKind
from evosync.engine.report import RunStatus
from evosync.web.state import AppState
from tests.flow.stand import small_world
from tests.web.outside import Outside
from tests.web.people import Person, add_person, browser
from tests.web.ran import Ran
from tests.web.sending import Sender
from tests.web.test_runs import page_of

UNTOUCHED = "Запуски этого человека может останавливать и начинать тот, у кого не меньше прав."


@pytest.fixture
def outside() -> Outside:
    """Give a small shop."""
    return Outside(world=small_world())


@pytest.fixture
def configured() -> dict[str, Any]:
    """Let pictures go where the sandbox takes them."""
    return {"vk_api_url": "http://127.0.0.1/vk", "vk_upload_hosts": "127.0.0.1"}


@pytest.mark.parametrize("kind", RunKind)
async def test_a_run_is_begun_again_as_what_it_was(
    sender: Sender, systems: httpx.AsyncClient, kind: RunKind
) -> None:
    await sender.start()
    await sender.client.post("/catalog/refresh")
    await sender.ends.settled()
    before = {each: len(await sender.runs(each)) for each in RunKind}
    assert before[kind]
    answer = await systems.post(f"/admin/runs/{(await sender.last(kind)).id}/again")
    assert answer.status_code == 303
    await sender.ends.settled()
    after = {each: len(await sender.runs(each)) for each in RunKind}
    assert after == before | {kind: before[kind] + 1}


async def test_before_anything_is_written_the_page_names_whose_vk_it_is(
    systems: httpx.AsyncClient, state: AppState, anna: Person
) -> None:
    ran = Ran(state=state, user_id=anna.id)
    sent = await ran.end(RunStatus.DONE, counts={"created": 1})
    read = await ran.end(RunStatus.DONE, RunKind.READING)
    page = await page_of(systems, "/admin/runs")
    assert f'popovertarget="again-{sent}"' in page
    assert "Чей магазин: Анна. Прочитаем его товары заново и отправим изменения в VK." in page
    assert f"again-{read}" not in page


async def test_who_may_do_less_only_looks_at_the_runs_of_who_may_more(
    app: Starlette, state: AppState, system: Person, anna: Person
) -> None:
    boris = await add_person(state, "boris@evosync.example", RoleName.ADMIN)
    olgas, annas = (Ran(state=state, user_id=each.id) for each in (system, anna))
    ended = await olgas.end(RunStatus.DONE, RunKind.READING)
    going_on = await olgas.begin()
    hers = await annas.end(RunStatus.DONE, RunKind.READING)
    async with browser(app, boris) as client:
        page = await page_of(client, "/admin/runs")
        acts = [f"/admin/runs/{going_on}/cancel", f"/admin/runs/{ended}/again"]
        assert not [act for act in acts if act in page]
        assert f"/admin/runs/{hers}/again" in page
        for act in acts:
            answer = await client.post(act)
            assert answer.status_code == 409
            assert UNTOUCHED in answer.text
    assert (await olgas.get(going_on)).cancel_asked_at is None
    assert await olgas.acts() == []
