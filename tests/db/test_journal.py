"""The log of acts."""

from evosync.db import journal
from evosync.db.engine import Database
from evosync.db.journal import Act, ActSearch
from tests.builders import NOON


async def test_acts_are_listed_the_latest_first(database: Database, anna: int) -> None:
    acts = [
        Act(
            action="config.secrets_shown",
            actor="anna@example.com",
            subject="anna@example.com",
            actor_id=anna,
            subject_id=anna,
            detail={"поле": [1, 2]},
            address="127.0.0.1",
            at=NOON,
        ),
        Act(action="user.deleted", actor="command line", at=NOON),
    ]
    for act in acts:
        await database.write(journal.write_act, act)
    async with database.read() as tx:
        assert await journal.list_acts(tx) == acts[::-1]
        assert await journal.list_acts(tx, ActSearch(page=2)) == []
