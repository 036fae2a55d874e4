"""The preview and what comes of it: looked at, confirmed, sent, answered."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from evosync.sandbox.comparison import find_differences
from evosync.sandbox.evotor.hands import ShopHands
from tests.flow.stand import small_world
from tests.web.ends import Ends
from tests.web.outside import Outside
from tests.web.sending import Sender, total_of

OTHER_USER, OTHER_TOKEN = "01-000000000000888", "token-of-the-other-account"
STALE = "Эта проверка устарела."


@pytest.fixture
def outside() -> Outside:
    """Give a small shop, and beside it another account with goods of the same names."""
    world = small_world()
    ShopHands(world.evotor).add_account(OTHER_USER, OTHER_TOKEN)
    return Outside(world=world)


@pytest.fixture
def configured() -> dict[str, Any]:
    """Let pictures go where the sandbox takes them."""
    return {"vk_api_url": "http://127.0.0.1/vk", "vk_upload_hosts": "127.0.0.1"}


@pytest.fixture
async def sender(ends: Ends) -> AsyncIterator[Sender]:
    async with ends.browser() as client:
        made = Sender(ends=ends, client=client)
        await made.connect()
        yield made


async def test_the_first_push_is_looked_at_confirmed_and_sent(sender: Sender) -> None:
    assert "Посмотрите, что изменится в VK" in (await sender.look()).text
    page = await sender.preview()
    assert "Добавим 5 товаров." in page.text
    assert "Создадим 3 подборки." in page.text
    assert total_of(page) == 8
    assert sender.items() == []
    number = page.values["preview"]
    await sender.press("/sync/confirm", preview=number)
    assert not find_differences(sender.world)
