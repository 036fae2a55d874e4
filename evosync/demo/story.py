"""The demo's story in four acts, with an ending that is checked: `evosync demo --once`."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

from evosync.db.runs import RunKind, RunTrigger
from evosync.demo.shop import demo_settings, prepare, seeded
from evosync.engine.report import RunReport, RunStatus
from evosync.errors import EvoSyncError, TryLater
from evosync.jobs.asked import Order
from evosync.jobs.one_run import Watch, carry_out
from evosync.sandbox.comparison import find_differences, list_wanted
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.world import SandboxWorld
from evosync.web.server import stop_signals
from evosync.wiring import Installation, open_installation

Say = Callable[[str], None]


class DemoFailed(EvoSyncError):
    """The demo did not end as it must; the message says where VK differs from the till."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="demo_failed")


async def play_once(say: Say, *, goods: Path | None) -> None:
    """Mirror, change a price, delete a product, mirror again; say what happened.

    Raises DemoFailed when VK does not equal the till in the end, or a run did
    more than it should, and TryLater when a signal stopped the story.
    """
    stopping = asyncio.Event()
    with tempfile.TemporaryDirectory(prefix="evosync-demo-") as folder, stop_signals(stopping):
        world = seeded(goods)
        async with serve_sandbox(world) as url:
            settings = demo_settings(Path(folder), url)
            async with open_installation(settings) as opened:
                user_id = await prepare(opened, world)
                await _play(say, _Stage(opened, world, user_id, stopping))


class _Stage:
    """What every act needs."""

    def __init__(
        self, opened: Installation, world: SandboxWorld, user_id: int, stopping: asyncio.Event
    ) -> None:
        self.world = world
        self._opened = opened
        self._user_id = user_id
        self._stopping = stopping

    async def mirror(self) -> RunReport:
        """Run once, to the end."""
        order = Order(user_id=self._user_id, kind=RunKind.MIRROR, trigger=RunTrigger.COMMAND)
        finished = await carry_out(self._opened, order, Watch(stopping=self._stopping))
        if self._stopping.is_set():
            raise TryLater("Демо остановлено.", code="stopped")
        if finished.report.error is not None:
            raise finished.report.error
        _must(finished.report.status is RunStatus.DONE, "Запуск сделал не всё.")
        return finished.report


async def _play(say: Say, stage: _Stage) -> None:
    world = stage.world
    say(f"В кассе {len(list_wanted(world))} товаров для продажи.")
    report = await stage.mirror()
    say(f"Первый запуск: {_told(report)}.")
    _must_equal(world)

    before = world.vk.writes
    report = await stage.mirror()
    say(f"Второй запуск, ничего не менялось: {_told(report)}.")
    _must(world.vk.writes == before, "Запуск без изменений что-то записал в VK.")

    dearer, gone = list_wanted(world)[:2]
    world.set_price(dearer.product_id, "1234.50")
    world.delete_product(gone.product_id)
    say(f"На кассе: «{dearer.names[0]}» теперь 1234,50 ₽, «{gone.names[0]}» удалён.")
    edits, before = world.vk.calls["market.edit"], world.vk.writes
    report = await stage.mirror()
    say(f"Третий запуск: {_told(report)}.")
    _must_equal(world)
    made = world.vk.calls["market.edit"] - edits
    _must(
        made == world.vk.writes - before == 2,
        f"Одна цена и одно удаление должны стоить двух правок, а вышло {made}.",
    )
    say("VK равен кассе.")


def _told(report: RunReport) -> str:
    counts = report.counts()
    return (
        f"добавлено {counts['created']}, изменено {counts['updated']}, "
        f"скрыто {counts['hidden']}, без изменений {counts['unchanged']}, "
        f"запросов к VK {report.effort.vk_requests}, секунд {report.effort.seconds:.1f}"
    )


def _must_equal(world: SandboxWorld) -> None:
    differences = find_differences(world)
    _must(not differences, "VK не равен кассе:\n  " + "\n  ".join(differences))


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise DemoFailed(otherwise)
