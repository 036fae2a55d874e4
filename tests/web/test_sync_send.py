"""What was looked at is sent once, or may be sent again where nothing of it was."""

from typing import Any

import pytest

from evosync.engine.rules import LeftBehind
from tests.flow.stand import small_world
from tests.web.outside import Outside
from tests.web.sending import Sender


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
