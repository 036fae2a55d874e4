"""The demo's service: the sandbox and EvoSync side by side, until a signal comes."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from evosync.demo.folder import NAME, WORLD, demo_folder, open_world, save_often
from evosync.demo.shop import EMAIL, PASSWORD, demo_settings, prepare
from evosync.errors import Misconfigured
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.world import SandboxWorld
from evosync.settings import Settings
from evosync.web.app import make_app
from evosync.web.lifespan import lifespan
from evosync.web.server import serve, stop_signals, take_socket
from evosync.wiring import open_installation

FIRST_ROUND = timedelta(seconds=1)

Say = Callable[[str], None]


async def run_demo(say: Say, *, port: int, goods: Path | None, folder: Path = Path(NAME)) -> None:
    """Serve the demo until a signal comes; shop and market are kept in `folder`.

    With `goods` the shop is made of that file, anew each time. Raises
    Misconfigured when the folder or one of the two ports is not to be had,
    TryLater when somebody has the port.
    """
    stopping = asyncio.Event()
    free = demo_settings(folder, "http://127.0.0.1", port=port)
    with stop_signals(stopping), take_socket(free) as taken, demo_folder(folder):
        world = open_world(folder, goods)
        async with AsyncExitStack() as stack:
            url = await _open_sandbox(stack, world, port + 1 if port else 0)
            settings = demo_settings(folder, url, port=taken.getsockname()[1])
            saving = asyncio.create_task(save_often(world, folder))
            try:
                await _prepare(settings, world)
                app = make_app()
                async with lifespan(app, settings, stopping, first_pipeline=FIRST_ROUND):
                    _tell(say, url, f"http://127.0.0.1:{taken.getsockname()[1]}", folder)
                    await serve(app, taken, settings, stopping)
            finally:
                saving.cancel()
                world.save(folder / WORLD)


async def _open_sandbox(stack: AsyncExitStack, world: SandboxWorld, port: int) -> str:
    try:
        return await stack.enter_async_context(serve_sandbox(world, port=port))
    except OSError:
        raise Misconfigured("--port", f"соседний порт {port}, для песочницы, занят.") from None


def _tell(say: Say, sandbox_url: str, service_url: str, folder: Path) -> None:
    say("Песочница запущена: товары появятся на витрине через несколько секунд.")
    say(f"  Касса:     {sandbox_url}/till/  (меняйте цены, продавайте, удаляйте)")
    say(f"  Витрина:   {sandbox_url}/storefront/  (что видит покупатель в VK)")
    say(f"  Сервис:    {service_url}/  (вход: {EMAIL}, пароль: {PASSWORD})")
    say(f"  Данные:    {folder}/. Остановить: Ctrl+C")


async def _prepare(settings: Settings, world: SandboxWorld) -> None:
    async with open_installation(settings) as opened:
        await prepare(opened, world)
