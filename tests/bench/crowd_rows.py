"""Many shops in one database: the rows of one that was mirrored, copied for the others."""

from typing import Any

from sqlalchemy import BindParameter, Insert, Table, bindparam, delete, func, insert, select, text

from evosync.db.accounts import NewUser, UserStatus, create_user
from evosync.db.engine import Database
from evosync.db.tables.metadata import metadata
from evosync.db.tables.runs import runs
from evosync.db.tables.sync import sync_configs
from evosync.db.types import Tx
from evosync.demo.shop import connect
from evosync.sandbox.world import SandboxWorld
from evosync.wiring import Installation
from tests.bench.crowd import Door

CHUNK = 20  # shops of one transaction

# What is no shop's own, or is only of the making of the first one.
_LEFT_OUT = ("users", "user_roles", "sessions", "api_logs", "webhook_events", "alerts_sent")


async def open_shop(opened: Installation, world: SandboxWorld, email: str) -> int:
    """Make an account that is connected to both ends of a world; returns its id."""
    user_id = await opened.database.write(_create, email, opened)
    await connect(opened, user_id, world)
    return user_id


async def copy_shop(opened: Installation, first: int, shops: int) -> None:
    """Copy all rows of a user for accounts of their own until there are so many shops."""
    tables = filter(_is_copied, metadata.sorted_tables)
    # Runs first: rows of other tables name them.
    copies = [(each, _copy(each)) for each in sorted(tables, key=lambda each: each is not runs)]

    async def work(tx: Tx, begin: int) -> None:
        for number in range(begin, min(begin + CHUNK, shops)):
            values = await _values(opened, tx, first, number)
            for table, copy in copies:
                service = "vk" if table.name == "vk_connections" else "evotor"
                given = values | {"access_token": values[f"{service}_token"]}
                await tx.execute(copy, {f"to_{name}": given[name] for name in _changed(table)})
                if table is runs:
                    # The push; the run after it changed nothing, and folds into the next one.
                    values["run_id"] = await _find_push(tx, values["user_id"])

    for begin in range(1, shops, CHUNK):
        await opened.database.write(work, begin)


async def database_mb(database: Database) -> float:
    """Return what the rows and their indexes take, in megabytes."""
    size = (
        "SELECT (page_count - freelist_count) * page_size "
        "FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
        if database.is_sqlite
        else "SELECT sum(data_length + index_length) FROM information_schema.tables "
        "WHERE table_schema = database()"
    )
    async with database.read() as tx:
        return float(await tx.scalar(text(size)) or 0) / 2**20


async def _create(tx: Tx, email: str, opened: Installation) -> int:
    new = NewUser(email=email, status=UserStatus.ACTIVE, name=email)
    user_id = await create_user(tx, new, opened.clock())
    if user_id is None:
        raise SystemExit(f"there is an account of {email} already")
    return user_id


async def _find_push(tx: Tx, user_id: int) -> int | None:
    pushes = select(func.min(runs.c.id)).where(runs.c.user_id == user_id, ~runs.c.is_empty)
    found: int | None = await tx.scalar(pushes)
    return found


async def _values(opened: Installation, tx: Tx, first: int, number: int) -> dict[str, Any]:
    door = Door.of(number)
    user_id = await _create(tx, f"shop-{number}@example.com", opened)
    # The settings that every account has from the beginning give way to those of the first one.
    await tx.execute(delete(sync_configs).where(sync_configs.c.user_id == user_id))
    return {
        "first": first,
        "user_id": user_id,
        "evotor_user_id": door.evotor_user_id,
        "confirmed_evotor_user_id": door.evotor_user_id,
        "evotor_token": opened.vault.seal(door.evotor_token),
        "vk_user_id": door.vk_user_id,
        "vk_token": opened.vault.seal(door.vk_token),
        "community_id": door.community_id,
        "confirmed_community_id": door.community_id,
        "canary_community_id": door.community_id,
        "run_id": None,
    }


_OWN = (
    *("user_id", "evotor_user_id", "confirmed_evotor_user_id", "vk_user_id", "access_token"),
    *("community_id", "confirmed_community_id", "canary_community_id", "run_id"),
)


def _is_copied(table: Table[Any]) -> bool:
    return "user_id" in table.c and table.name not in _LEFT_OUT


def _changed(table: Table[Any]) -> list[str]:
    return ["first", *(name for name in _OWN if name in table.c)]


def _copy(table: Table[Any]) -> Insert:
    names = [column.name for column in table.c if column.name != "id"]
    changed = _changed(table)
    taken = [_given(table, name) if name in changed else table.c[name] for name in names]
    rows = select(*taken).where(table.c.user_id == bindparam("to_first"))
    return insert(table).from_select(names, rows)


def _given(table: Table[Any], name: str) -> BindParameter[Any]:
    return bindparam(f"to_{name}", type_=table.c[name].type)
