"""A run that asks, answered on its page, against a sandbox: what the answer does to the market."""

from typing import Any

import pytest

from evosync.engine.report import RunStatus
from tests.flow.stand import product_named, small_world
from tests.web.ends import page_of
from tests.web.outside import Outside
from tests.web.sending import Sender

NAMES = ("Чашка белая", "Чай номер 1", "Чай номер 2", "Чай номер 3", "Пирог с вишней")


@pytest.fixture
def outside() -> Outside:
    """Give a small shop."""
    return Outside(world=small_world())


@pytest.fixture
def configured() -> dict[str, Any]:
    """Let pictures go where the sandbox takes them."""
    return {"vk_api_url": "http://127.0.0.1/vk", "vk_upload_hosts": "127.0.0.1"}


async def look(sender: Sender, path: str) -> str:
    answer = await sender.client.get(path)
    assert answer.status_code == 200, answer.text
    return page_of(answer).text.replace("\u00a0", " ")


async def ask(sender: Sender) -> tuple[str, str]:
    """Let a run ask whether everything may be hidden; gives its page and what is asked."""
    await sender.start()
    for name in NAMES:
        sender.world.delete_product(product_named(sender.world, name).id)
    path = await sender.press("/sync/run")
    [run, *_] = await sender.runs()
    assert path == f"/runs/{run.id}"
    assert run.status is RunStatus.HELD
    page = await look(sender, path)
    assert "Скрыть 5 товаров?" in page
    assert page.count("Чашка белая") == 1
    assert len(sender.items()) == 5
    return path, run.digest or ""


async def test_a_yes_begins_a_run_that_does_it(sender: Sender) -> None:
    path, digest = await ask(sender)
    led = await sender.press(f"{path}/approve", digest=digest, answer="apply")
    [run, *_] = await sender.runs()
    assert led == f"/runs/{run.id}"
    assert sender.items() == []
    assert "Готово: 5 скрыто" in await look(sender, led)
    assert "Вы подтвердили" in await look(sender, path)


async def test_what_is_left_stays_in_sight_and_is_not_asked_about_again(sender: Sender) -> None:
    path, digest = await ask(sender)
    assert await sender.press(f"{path}/approve", digest=digest, answer="leave") == path
    led = await sender.press("/sync/run")
    assert len(sender.items()) == 5
    page = await look(sender, led)
    assert "Передумали?" in page
    assert "Скрыть 5 товаров?" not in page
    assert "<title>Запуски" in (await sender.client.get("/runs")).text
    await sender.press(f"{led}/approve", digest=digest, answer="apply")
    assert sender.items() == []
