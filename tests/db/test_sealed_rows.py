"""Whatever is sealed anywhere keeps a lost key from being replaced in silence."""

import pytest
from sqlalchemy import insert

from evosync.db.engine import Database
from evosync.db.schema import metadata
from evosync.db.sealed_rows import has_sealed_rows
from evosync.db.types import Tx
from tests.builders import NOON

CONNECTION = {"is_online": False, "connected_at": NOON, "updated_at": NOON}
NOTICE = {"kind": "token", "body": {}, "state": "waiting", "received_at": NOON}
PLACES = [
    *(
        ("evotor_connections", column, CONNECTION)
        for column in ("access_token", "refresh_token", "candidate_token", "api_token")
    ),
    *(("vk_connections", column, CONNECTION) for column in ("access_token", "refresh_token")),
    ("webhook_events", "sealed", NOTICE),
]


@pytest.mark.parametrize(
    ("name", "column", "rest"), PLACES, ids=[f"{name}.{column}" for name, column, _ in PLACES]
)
async def test_what_is_sealed_is_found(
    name: str, column: str, rest: dict[str, object], database: Database, anna: int
) -> None:
    async def add(tx: Tx, sealed: str | None) -> None:
        values = {"user_id": anna, column: sealed, **rest}
        await tx.execute(metadata.tables[name].delete())
        await tx.execute(insert(metadata.tables[name]).values(values))

    for sealed in (None, "sealed"):
        await database.write(add, sealed)
        async with database.read() as tx:
            assert await has_sealed_rows(tx) is (sealed is not None)
