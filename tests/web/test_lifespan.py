import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from evosync import clock
from evosync.db.migrate import SchemaState, check_schema
from evosync.errors import Misconfigured
from evosync.settings import Settings
from evosync.web.app import make_app
from evosync.web.lifespan import lifespan
from evosync.web.pages.admin_runs import ROUNDS
from evosync.web.state import AppState
from evosync.web.streams import Streams

NOWHERE = "http://127.0.0.1:9/ping"


def settings_of(folder: Path, url: str, every_s: int = 3600) -> Settings:
    return Settings(data_dir=folder, database_url=url, catalog_refresh_interval_seconds=every_s)


async def test_the_service_makes_its_schema_begins_rounds_with_words_and_is_stopped_whole(
    empty_url: str, tmp_path: Path
) -> None:
    app, stopping = make_app(), asyncio.Event()
    settings = msgspec.structs.replace(settings_of(tmp_path, empty_url), ping_url=NOWHERE)
    async with lifespan(app, settings, stopping, warnings=("окружение: BASEURL: нет.",)):
        state: AppState = app.state.evosync
        assert state.warnings == ("окружение: BASEURL: нет.",)
        assert {each.name for each in state.scheduler.list_rounds()} == set(ROUNDS)
        assert await check_schema(empty_url) is SchemaState.CURRENT
        assert state.scheduler.is_alive()
        assert state.mirroring.last_run_at is None
        assert not stopping.is_set()
    assert stopping.is_set()
    assert state.scheduler.next_at("pipeline") is None


@pytest.mark.parametrize(
    ("every_s", "first_s"),
    [
        pytest.param(3600, 30, id="half a minute after the start"),
        pytest.param(5, 5, id="not later than the interval"),
    ],
)
async def test_the_first_round_comes_soon(
    every_s: int, first_s: int, sqlite_url: str, tmp_path: Path
) -> None:
    app, before = make_app(), clock.now()
    async with lifespan(app, settings_of(tmp_path, sqlite_url, every_s), asyncio.Event()):
        planned = app.state.evosync.scheduler.next_at("pipeline")
        first_after = timedelta(seconds=first_s)
        assert before + first_after <= planned <= clock.now() + first_after


async def test_a_start_that_fails_raises_what_it_is(sqlite_url: str, tmp_path: Path) -> None:
    broken = msgspec.structs.replace(settings_of(tmp_path, sqlite_url), evotor_ca_file=__file__)
    with pytest.raises(Misconfigured, match="EVOTOR_CA_FILE"):
        async with lifespan(make_app(), broken, asyncio.Event()):
            pass


class BrokenStreams(Streams):
    """Streams that do not settle."""

    async def settled(self) -> None:
        """Fail."""
        raise RuntimeError("a stream broke")


async def test_a_stop_of_which_one_part_fails_waits_for_the_others(
    sqlite_url: str, tmp_path: Path
) -> None:
    app, ended = make_app(), asyncio.Event()

    async def errand() -> None:
        async with app.state.evosync.database.read() as tx:
            for _ in range(50):
                await tx.execute(text("SELECT 1"))
        ended.set()

    async def serve() -> None:
        async with lifespan(app, settings_of(tmp_path, sqlite_url), asyncio.Event()):
            app.state.evosync = replace(app.state.evosync, streams=BrokenStreams())
            app.state.evosync.desk.errands.begin("errand", errand)

    with pytest.raises(RuntimeError, match="a stream broke"):
        await serve()
    assert ended.is_set()
