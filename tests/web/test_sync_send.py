"""What was looked at is sent once, or may be sent again where nothing of it was."""

import asyncio
from typing import Any

import pytest

from evosync.db.runs import RunKind
from evosync.engine.report import RunStatus
from evosync.engine.rules import LeftBehind
from evosync.jobs.lease import hold_user
from tests.flow.stand import product_named, small_world
from tests.web.outside import Outside
from tests.web.sending import Sender, total_of


@pytest.fixture
def outside() -> Outside:
    """Give a small shop."""
    return Outside(world=small_world())


@pytest.fixture
def configured() -> dict[str, Any]:
    """Let pictures go where the sandbox takes them."""
    return {"vk_api_url": "http://127.0.0.1/vk", "vk_upload_hosts": "127.0.0.1"}


async def test_an_answer_that_nobody_was_asked_for_decides_of_nothing(sender: Sender) -> None:
    await sender.configure(left_behind=LeftBehind.HIDE)
    page = await sender.preview()
    await sender.press("/sync/confirm", preview=page.values["preview"], left_behind="hide")
    assert (await sender.config()).left_behind == "leave"


@pytest.mark.parametrize("path", ["/sync/confirm", "/sync/run"])
async def test_two_presses_at_once_begin_one_run(sender: Sender, path: str) -> None:
    if path == "/sync/run":
        await sender.start()
        sender.world.set_price(product_named(sender.world, "Чашка белая").id, 500)
    form = {"preview": (await sender.preview()).values["preview"]}
    answers = await asyncio.gather(*(sender.client.post(path, data=form) for _ in range(2)))
    await sender.ends.settled()
    run = await sender.last(RunKind.MIRROR)
    assert {one.headers["location"] for one in answers} == {f"/runs/{run.id}"}
    assert [one.preview_id for one in await sender.runs()].count(run.preview_id) == 1
    assert len([act for act in await sender.ends.acts() if act.action == "sync.confirmed"]) == 1


async def test_a_first_push_that_was_cancelled_in_the_queue_may_be_sent_again(
    sender: Sender,
) -> None:
    page = await sender.preview()
    number = page.values["preview"]
    async with hold_user(sender.ends.state.database, sender.user_id):
        answer = await sender.client.post("/sync/confirm", data={"preview": number})
        await sender.ends.settled()
        await sender.client.post(f"{answer.headers['location']}/cancel")
    assert (await sender.last(RunKind.MIRROR)).status is RunStatus.CANCELLED
    assert total_of(await sender.look()) == 8

    await sender.press("/sync/run", preview=number)

    assert len(sender.items()) == 5


async def test_what_a_run_that_failed_did_not_send_may_be_sent_again(sender: Sender) -> None:
    await sender.start()
    sender.world.set_price(product_named(sender.world, "Чашка белая").id, 500)
    number = (await sender.preview()).values["preview"]
    sender.ends.outside.evotor.is_cut = True
    for form in ({}, {"preview": number}):
        await sender.press("/sync/run", **form)
        assert (await sender.last(RunKind.MIRROR)).status is RunStatus.FAILED
        assert total_of(await sender.look()) == 1
    sender.ends.outside.evotor.is_cut = False

    await sender.press("/sync/run", preview=number)

    assert "уже переданы на отправку" in (await sender.look()).text
    assert (await sender.last(RunKind.MIRROR)).counts["updated"] == 1


async def test_a_plan_that_the_till_took_back_is_sent_once_all_the_same(sender: Sender) -> None:
    await sender.start()
    cup = product_named(sender.world, "Чашка белая")
    sender.world.set_price(cup.id, 500)
    page = await sender.preview()
    sender.world.set_price(cup.id, 390)
    led = await sender.press("/sync/run", preview=page.values["preview"])
    await sender.press("/sync/run")
    page = await sender.look()
    assert "уже переданы на отправку" in page.text
    assert total_of(page) == 0
    assert page.links["Смотреть запуск"] == led
