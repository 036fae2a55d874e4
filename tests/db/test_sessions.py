"""Sessions of browsers: found by the cookie's value, of which only a hash is kept."""

from datetime import datetime, timedelta

from sqlalchemy import select

from evosync.db import roles, sessions
from evosync.db.engine import Database
from evosync.db.roles import RoleName
from evosync.db.sessions import LONGEST_AGENT, NewSession, Session, hash_key
from evosync.db.tables import accounts as tables
from tests.builders import NOON

LATER = NOON + timedelta(days=30)


async def begin(
    database: Database, user_id: int, key: str, *, expires_at: datetime = LATER, agent: str = ""
) -> None:
    new = NewSession(
        key=key,
        user_id=user_id,
        address="2001:db8:1:2:3:4:5:6",
        user_agent=agent,
        expires_at=expires_at,
    )
    await database.write(sessions.create_session, new, NOON)


async def find(database: Database, key: str, at: datetime = NOON) -> Session | None:
    async with database.read() as tx:
        return await sessions.find_session(tx, key, at)


async def standing(database: Database, *keys: str) -> list[str]:
    """List which of the keys still open a session."""
    return [key for key in keys if await find(database, key)]


async def test_a_session_is_found_with_its_account_and_what_that_may(
    database: Database, anna: int
) -> None:
    await database.write(roles.set_role, anna, RoleName.ADMIN)
    await begin(database, anna, "key")
    found = await find(database, "key")
    assert found is not None
    assert found.user.id == anna
    assert found.user.roles == ("admin",)
    assert found.user.may("users.view")
    assert found.id_hash == hash_key("key")
    assert found.created_at == found.last_seen_at == NOON
    # An account is older than its session: the two moments are not mixed up.
    assert found.user.created_at == NOON


async def test_another_value_finds_nothing(database: Database, anna: int) -> None:
    await begin(database, anna, "key")
    for other in ("KEY", "key ", "", hash_key("key"), "\udcff"):
        assert await find(database, other) is None


async def test_the_cookies_value_is_kept_nowhere(database: Database, anna: int) -> None:
    await begin(database, anna, "a-cookie")
    async with database.read() as tx:
        [row] = (await tx.execute(select(tables.sessions))).all()
    assert "a-cookie" not in repr(row)


async def test_a_session_ends_at_its_moment(database: Database, anna: int) -> None:
    await begin(database, anna, "key")
    assert await find(database, "key", LATER - timedelta(microseconds=1))
    assert await find(database, "key", LATER) is None


async def test_the_use_of_a_session_lets_it_last(database: Database, anna: int) -> None:
    await begin(database, anna, "key")
    seen = NOON + timedelta(days=29)
    await database.write(sessions.touch_session, hash_key("key"), LATER + timedelta(days=29), seen)
    found = await find(database, "key", LATER)
    assert found is not None
    assert (found.created_at, found.last_seen_at) == (NOON, seen)


async def test_a_browsers_name_for_itself_is_cut_to_what_is_kept(
    database: Database, anna: int
) -> None:
    await begin(database, anna, "key", agent="Я" * 1000)
    async with database.read() as tx:
        assert await tx.scalar(select(tables.sessions.c.user_agent)) == "Я" * LONGEST_AGENT


async def test_one_session_ends_alone(database: Database, anna: int) -> None:
    for key in ("here", "there"):
        await begin(database, anna, key)
    await database.write(sessions.end_session, hash_key("here"))
    assert await standing(database, "here", "there") == ["there"]


async def test_all_sessions_of_an_account_end_and_nobody_elses(
    database: Database, anna: int, boris: int
) -> None:
    for key in ("here", "there", "elsewhere"):
        await begin(database, anna, key)
    await begin(database, boris, "another's")
    await database.write(sessions.end_sessions, anna, but=hash_key("here"))
    assert await standing(database, "here", "there", "elsewhere", "another's") == [
        "here",
        "another's",
    ]
    await database.write(sessions.end_sessions, anna)
    assert await standing(database, "here", "another's") == ["another's"]
    # One's own hash saves nobody else's session.
    await begin(database, anna, "new")
    await database.write(sessions.end_sessions, anna, but=hash_key("another's"))
    assert await standing(database, "new", "another's") == ["another's"]


async def test_sessions_that_ran_out_are_swept_away_at_the_next_one(
    database: Database, anna: int, boris: int
) -> None:
    await begin(database, anna, "old", expires_at=NOON)
    await begin(database, boris, "another's", expires_at=NOON)
    await begin(database, anna, "new")
    async with database.read() as tx:
        left = set(await tx.scalars(select(tables.sessions.c.id_hash)))
    assert left == {hash_key("new"), hash_key("another's")}
