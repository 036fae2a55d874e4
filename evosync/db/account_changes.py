"""Changes of accounts: status, password, name, e-mail, phone. Who may is asked elsewhere."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from evosync.db.accounts import UserStatus, fold_email
from evosync.db.tables.accounts import users
from evosync.db.types import Tx, folded


async def set_status(tx: Tx, user_id: int, status: UserStatus, now: datetime) -> None:
    """Let the account be pending, active or suspended."""
    await _set(tx, user_id, now, status=status.value)


async def set_password(tx: Tx, user_id: int, password_hash: str, now: datetime) -> None:
    """Give the account another password; links to choose one are spent by it."""
    await _set(tx, user_id, now, password_hash=password_hash, password_changed_at=now)


async def replace_hash(tx: Tx, user_id: int, password_hash: str, now: datetime) -> None:
    """Keep the same password under today's parameters."""
    await _set(tx, user_id, now, password_hash=password_hash)


async def set_name(tx: Tx, user_id: int, name: str, now: datetime) -> None:
    """Call the account by another name."""
    await _set(tx, user_id, now, name=name, name_folded=folded(name))


async def set_look(
    tx: Tx, user_id: int, now: datetime, *, time_zone: str | None = None, theme: str | None = None
) -> None:
    """Show times and colours as its person likes them; None leaves them."""
    chosen = {"time_zone": time_zone, "theme": theme}
    await _set(tx, user_id, now, **{name: each for name, each in chosen.items() if each})


async def respell_email(tx: Tx, user_id: int, email: str, now: datetime) -> None:
    """Write the account's own e-mail in another way, as in capitals."""
    await _set(tx, user_id, now, email=email)


async def drop_new_email(tx: Tx, user_id: int, now: datetime) -> None:
    """Let no other e-mail wait any more; its link is void."""
    await _set(tx, user_id, now, new_email=None)


async def set_new_email(tx: Tx, user_id: int, email: str, now: datetime) -> None:
    """Let an e-mail wait for its confirmation, in the place of one that waits already."""
    await _set(tx, user_id, now, new_email=email)


async def set_email(tx: Tx, user_id: int, email: str, now: datetime) -> bool:
    """Let the account have this e-mail, confirmed; False when another account has it."""
    try:
        async with tx.begin_nested():
            await _set(
                tx,
                user_id,
                now,
                email=email.strip(),
                email_folded=fold_email(email),
                email_confirmed_at=now,
                new_email=None,
            )
    except IntegrityError:
        return False
    return True


async def set_invited(tx: Tx, user_id: int, now: datetime) -> None:
    """Write down that an invitation goes out; every earlier one is void, and any password."""
    await _set(tx, user_id, now, invited_at=now, password_hash=None)


async def set_signed_in(tx: Tx, user_id: int, now: datetime) -> None:
    """Write down when its person signed in last."""
    await _set(tx, user_id, now, last_login_at=now)


async def set_phone(
    tx: Tx, user_id: int, phone: str | None, now: datetime, *, sealed_code: str | None = None
) -> None:
    """Take a phone to be confirmed by a code, or none."""
    await _set(
        tx,
        user_id,
        now,
        phone=phone,
        phone_code=sealed_code,
        phone_code_sent_at=now if sealed_code else None,
        phone_confirmed_at=None,
    )


async def confirm_phone(tx: Tx, user_id: int, now: datetime) -> None:
    """Believe the phone; its code is spent."""
    await _set(tx, user_id, now, phone_code=None, phone_code_sent_at=None, phone_confirmed_at=now)


async def _set(tx: Tx, user_id: int, now: datetime, **values: Any) -> None:
    await tx.execute(update(users).where(users.c.id == user_id).values(updated_at=now, **values))
