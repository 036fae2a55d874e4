"""Registrations that nobody confirmed go by themselves, so that no e-mail is kept back by them."""

from datetime import datetime

from evosync.accounts.administration import clear_away, shut_for_deletion
from evosync.accounts.desk import Actor, Desk
from evosync.db import accounts
from evosync.db.cleanup import list_never_confirmed
from evosync.db.journal import write_act
from evosync.db.types import Tx

BY_ITSELF = Actor(name="housekeeping")


async def drop_unconfirmed(desk: Desk, before: datetime) -> int:
    """Delete what was registered before a moment and never confirmed; returns how many."""
    async with desk.database.read() as tx:
        lapsed = await list_never_confirmed(tx, before)
    count = 0
    for user_id in lapsed:
        if await desk.database.write(_shut, desk, user_id):
            await clear_away(desk, user_id)
            count += 1
    return count


async def _shut(tx: Tx, desk: Desk, user_id: int) -> bool:
    user = await accounts.find_user(tx, user_id, will_save=True)
    # Its person may confirm, or an administrator invite, in this very moment.
    if user is None or not user.is_pending or user.invited_at is not None:
        return False
    await shut_for_deletion(desk, tx, user)
    await write_act(tx, desk.act("account.lapsed", BY_ITSELF, user))
    return True
