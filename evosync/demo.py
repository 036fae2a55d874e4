"""The demo: the service against the sandbox, with one seeded shop, in a folder of its own."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from evosync.accounts.passwords import hash_password
from evosync.db import accounts, connections, selection, sync
from evosync.db.accounts import NewUser, RoleName, UserStatus
from evosync.db.runs import RunKind, RunTrigger
from evosync.engine.report import RunReport, RunStatus
from evosync.errors import EvoSyncError, Misconfigured
from evosync.jobs.connections import check_evotor, check_vk
from evosync.jobs.one_run import Order, Watch, carry_out
from evosync.jobs.reading import read_catalog
from evosync.sandbox.comparison import find_differences, list_wanted
from evosync.sandbox.server import serve_sandbox
from evosync.sandbox.world import SandboxWorld
from evosync.settings import Settings
from evosync.web.app import make_app
from evosync.web.lifespan import lifespan
from evosync.web.server import serve, stop_signals, take_socket
from evosync.wiring import Installation, open_installation

EMAIL = "anna@example.com"
PASSWORD = "chaynaya-demo"  # noqa: S105 - the demo's, printed for whoever starts it
FOLDER = Path("demo-data")

# A newcomer changes a price on the till and wants to see it in VK soon.
ROUND = timedelta(seconds=10)
FIRST_ROUND = timedelta(seconds=1)
SAVE_EVERY_S = 5.0
SETTLE_SECONDS = 5  # the sandbox shows a new item at once; VK may take minutes

Say = Callable[[str], None]


class DemoFailed(EvoSyncError):
    """The demo did not end as it must; the message says where VK differs from the till."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="demo_failed")


async def run_demo(say: Say, *, port: int, goods: Path | None, folder: Path = FOLDER) -> None:
    """Serve the demo until a signal comes; shop and market are kept in `folder`.

    With `goods` the shop is made of that file; another shop than the
    folder's begins anew.
    """
    stopping = asyncio.Event()
    world_file = folder / "sandbox.json"
    world = _open_world(folder, world_file, goods)
    async with serve_sandbox(world, port=_sandbox_port(port)) as url:
        settings = demo_settings(folder, url, port=port)
        app = make_app()
        with stop_signals(stopping), take_socket(settings) as taken:
            await _prepare_in(settings, world)
            saving = asyncio.create_task(_save_often(world, world_file))
            async with lifespan(app, settings, stopping, first_pipeline=FIRST_ROUND):
                say("Песочница запущена: товары появятся на витрине через несколько секунд.")
                say(f"  Касса:     {url}/till/  (меняйте цены, продавайте, удаляйте)")
                say(f"  Витрина:   {url}/storefront/  (что видит покупатель в VK)")
                say(f"  Состояние: http://{settings.host}:{taken.getsockname()[1]}/health")
                say(f"  Данные:    {folder}/. Остановить: Ctrl+C")
                await serve(app, taken, settings, stopping)
            saving.cancel()
            world.save(world_file)


async def play_once(say: Say, *, goods: Path | None) -> None:
    """Mirror, change a price, delete a product, mirror again; say what happened.

    Raises DemoFailed when VK does not equal the till in the end, or a run did
    more than it should.
    """
    with tempfile.TemporaryDirectory(prefix="evosync-demo-") as folder:
        world = _seeded(goods)
        async with serve_sandbox(world) as url:
            settings = demo_settings(Path(folder), url)
            async with open_installation(settings) as opened:
                user_id = await prepare(opened, world)
                await _play(say, opened, world, user_id)


async def prepare(opened: Installation, world: SandboxWorld) -> int:
    """Make the shop owner, connect both ends and switch everything on; returns the user id.

    One that was cut short is gone through again.
    """
    write, now = opened.database.write, opened.clock
    user_id = await _owner(opened)
    async with opened.database.read() as tx:
        if (await sync.get_config(tx, user_id)).confirmed_at is not None:
            return user_id
    evotor = await check_evotor(opened, user_id, world.evotor_token)
    await write(connections.save_evotor, evotor, now())
    vk = await check_vk(opened, user_id, world.community_id, world.vk_token)
    await write(connections.save_vk, vk, now())
    await read_catalog(opened, user_id)
    await write(selection.switch_all, user_id, is_on=True, now=now())
    async with opened.database.read() as tx:
        config = await sync.get_config(tx, user_id)
    await write(sync.save_config, replace(config, enabled=True, confirmed_at=now()), now())
    return user_id


def demo_settings(folder: Path, sandbox_url: str, *, port: int = 8000) -> Settings:
    """Make the demo's settings: the environment and `.env` have no say in them."""
    return Settings(
        data_dir=folder,
        port=port,
        evotor_api_url=f"{sandbox_url}/evotor",
        vk_api_url=f"{sandbox_url}/vk",
        vk_upload_hosts="127.0.0.1",
        vk_settle_seconds=SETTLE_SECONDS,
        catalog_refresh_interval_seconds=int(ROUND.total_seconds()),
    )


async def _play(say: Say, opened: Installation, world: SandboxWorld, user_id: int) -> None:
    say(f"В кассе {len(list_wanted(world))} товаров для продажи.")
    report = await _mirror(opened, user_id)
    say(f"Первый запуск: {_told(report)}.")
    _must_equal(world)

    before = world.vk.writes
    report = await _mirror(opened, user_id)
    say(f"Второй запуск, ничего не менялось: {_told(report)}.")
    _must(world.vk.writes == before, "Запуск без изменений что-то записал в VK.")

    dearer, gone = list_wanted(world)[:2]
    world.set_price(dearer.product_id, "1234.50")
    world.delete_product(gone.product_id)
    say(f"На кассе: «{dearer.names[0]}» теперь 1234,50 ₽, «{gone.names[0]}» удалён.")
    edits, before = world.vk.calls["market.edit"], world.vk.writes
    report = await _mirror(opened, user_id)
    say(f"Третий запуск: {_told(report)}.")
    _must_equal(world)
    made = world.vk.calls["market.edit"] - edits
    _must(
        made == world.vk.writes - before == 2,
        f"Одна цена и одно удаление должны стоить двух правок, а вышло {made}.",
    )
    say("VK равен кассе.")


async def _mirror(opened: Installation, user_id: int) -> RunReport:
    order = Order(user_id=user_id, kind=RunKind.MIRROR, trigger=RunTrigger.COMMAND)
    finished = await carry_out(opened, order, Watch(stopping=asyncio.Event()))
    if finished.report.error is not None:
        raise finished.report.error
    _must(finished.report.status is RunStatus.DONE, "Запуск сделал не всё.")
    return finished.report


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


async def _prepare_in(settings: Settings, world: SandboxWorld) -> None:
    async with open_installation(settings) as opened:
        await prepare(opened, world)


async def _owner(opened: Installation) -> int:
    async with opened.database.read() as tx:
        owner = await accounts.find_user_by_email(tx, EMAIL)
    if owner is not None:
        return owner.id
    new = NewUser(
        email=EMAIL,
        role=RoleName.SYSTEM,
        status=UserStatus.ACTIVE,
        password_hash=await hash_password(PASSWORD),
        name="Анна",
    )
    user_id = await opened.database.write(accounts.create_user, new, opened.clock())
    if user_id is None:
        raise Misconfigured("DATA_DIR", "демо уже запущено в этой папке.")
    return user_id


def _seeded(goods: Path | None) -> SandboxWorld:
    try:
        return SandboxWorld.seeded(goods=goods)
    except ValueError as error:
        raise Misconfigured("--goods", str(error)) from None


def _open_world(folder: Path, world_file: Path, goods: Path | None) -> SandboxWorld:
    """Open the kept world; without one, or with other goods, the folder begins anew."""
    if goods is None and world_file.exists():
        try:
            return SandboxWorld.load(world_file)
        except ValueError as error:
            raise Misconfigured("demo-data", f"{error} Удалите папку и начните заново.") from None
    world = _seeded(goods)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.is_file():
            old.unlink()
    return world


def _sandbox_port(port: int) -> int:
    """Return the port beside the service's own; a free one when that is free too."""
    return port + 1 if 0 < port < 65535 else 0


async def _save_often(world: SandboxWorld, world_file: Path) -> None:
    """Keep the world on disk nearly up to date, so that a kill costs it only moments."""
    while True:
        world.save(world_file)
        await asyncio.sleep(SAVE_EVERY_S)
