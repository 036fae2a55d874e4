"""What a run recalls besides links: how far the first push has come."""

import pytest
from sqlalchemy import delete

from evosync.db.engine import Database
from evosync.db.footing import find_footing
from evosync.db.tables.runs import leases
from evosync.db.types import Tx
from evosync.engine.ports import Ledger
from evosync.errors import TryLater
from tests.db.ledgers import COMMUNITY, open_ledger


async def test_how_far_the_first_push_has_come_is_known_to_the_next_run(
    database: Database, anna: int, ledger: Ledger
) -> None:
    assert (await ledger.memory()).canary_stage == 0
    await ledger.save_canary(1)
    assert (await (await open_ledger(database, anna)).memory()).canary_stage == 1


async def test_another_community_or_user_begins_anew(
    database: Database, anna: int, boris: int, ledger: Ledger
) -> None:
    await ledger.save_canary(2)
    for user_id, community_id in ((anna, COMMUNITY + 1), (boris, COMMUNITY)):
        other = await open_ledger(database, user_id, community_id)
        assert (await other.memory()).canary_stage == 0


async def test_a_step_of_the_first_push_is_no_change_of_settings(
    database: Database, anna: int, ledger: Ledger
) -> None:
    async with database.read() as tx:
        before = await find_footing(tx, anna)
    await ledger.save_canary(1)
    async with database.read() as tx:
        assert await find_footing(tx, anna) == before


async def test_without_the_lease_no_step_is_noted(database: Database, ledger: Ledger) -> None:
    async def take_away(tx: Tx) -> None:
        await tx.execute(delete(leases))

    await database.write(take_away)
    with pytest.raises(TryLater):
        await ledger.save_canary(1)
    assert (await ledger.memory()).canary_stage == 0
