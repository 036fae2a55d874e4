"""Two `evosync serve` on one database, as processes: the second is refused, or takes over."""

from pathlib import Path

from evosync.db.serving import is_served
from tests.flow.process import started
from tests.flow.stand import until

WAITING = "another serve works on this database: waiting for its end"


def environ(folder: Path, database_url: str) -> dict[str, str]:
    return {"DATA_DIR": str(folder), "DATABASE_URL": database_url, "PORT": "0"}


async def test_a_second_serve_says_so_and_leaves(mariadb_url: str, tmp_path: Path) -> None:
    settings = environ(tmp_path, mariadb_url)
    async with started(tmp_path / "first", "serve", environ=settings) as first:
        port = (await first.listening()).rpartition(":")[2]
        async with started(tmp_path / "second", "serve", environ=settings) as second:
            assert await second.end() == 5
        # Whoever types it twice, as it is, is told at once; the unit of systemd starts it again.
        twice = settings | {"PORT": port}
        async with started(tmp_path / "twice", "serve", environ=twice) as same:
            assert await same.end() == 5
        [line] = same.err.splitlines()
        assert line.startswith(f"Адрес 127.0.0.1:{port} занят: там уже работает evosync serve ")
        assert second.events(WAITING)
        assert not second.events("service started")
        assert second.err.splitlines() == [
            "С этой базой уже работает evosync serve или restore. Остановите его и повторите."
        ]
        assert await first.terminate(30) == 0


async def test_a_second_serve_takes_over_when_the_first_one_is_killed(
    sqlite_url: str, tmp_path: Path
) -> None:
    settings = environ(tmp_path, sqlite_url)
    async with started(tmp_path / "first", "serve", environ=settings) as first:
        await first.listening()
        async with started(tmp_path / "second", "serve", environ=settings) as second:
            await until(lambda: bool(second.events(WAITING)), "the second waits")
            first.process.kill()
            await first.end()
            await second.listening()
            assert await is_served(sqlite_url)
            assert await second.terminate(30) == 0
    assert not await is_served(sqlite_url)
