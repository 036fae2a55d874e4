"""People in the database."""

from evosync.db import accounts
from evosync.db.accounts import NewUser, UserStatus
from evosync.db.engine import Database
from tests.builders import NOON


async def add_user(database: Database, email: str) -> int:
    """Make an active account and return its id."""
    new = NewUser(email=email, status=UserStatus.ACTIVE)
    user_id = await database.write(accounts.create_user, new, NOON)
    assert user_id is not None
    return user_id
