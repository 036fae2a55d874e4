"""What a stream waits for between two looks."""

import asyncio

import pytest

from evosync.web.streams import pause


@pytest.mark.parametrize("ended", [0, 1], ids=["the first", "the second"])
async def test_a_pause_is_over_as_soon_as_one_of_its_ends_has_come(ended: int) -> None:
    ends = [asyncio.Event(), asyncio.Event()]
    waiting = asyncio.create_task(pause(3600, *ends))
    await asyncio.sleep(0)
    assert not waiting.done()
    ends[ended].set()
    async with asyncio.timeout(30):
        await waiting


async def test_a_pause_is_over_in_its_time() -> None:
    async with asyncio.timeout(30):
        await pause(0, asyncio.Event())
