"""Queries on the list of accounts that administrators look at: searched, filtered, by pages."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, true

from evosync.db.accounts import User, UserStatus, fold_email, with_roles
from evosync.db.tables.accounts import users
from evosync.db.types import Tx, folded

PAGE = 50  # accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for: a part of a name or an e-mail, a status, the page (from 1)."""

    words: str = ""
    status: UserStatus | None = None
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page of what was found; `counts` are of each status, for the same words."""

    users: list[User]
    total: int
    counts: dict[UserStatus, int]


async def search_users(tx: Tx, search: Search) -> Listed:
    """List the accounts that fit, by name."""
    fits = _fits(search.words)
    counted = await tx.execute(
        select(users.c.status, func.count()).where(fits).group_by(users.c.status)
    )
    counts = {UserStatus(status): number for status, number in counted}
    query = select(users).where(fits).order_by(users.c.name_folded, users.c.id)
    if search.status is not None:
        query = query.where(users.c.status == search.status.value)
    rows = (await tx.execute(query.limit(PAGE).offset((search.page - 1) * PAGE))).all()
    wanted = [search.status] if search.status else list(counts)
    return Listed(
        users=await with_roles(tx, rows),
        total=sum(counts.get(each, 0) for each in wanted),
        counts=counts,
    )


def _fits(words: str) -> ColumnElement[bool]:
    if not words.strip():
        return true()
    # autoescape: a person who types % or _ means just that.
    return or_(
        users.c.name_folded.contains(folded(words), autoescape=True),
        users.c.email_folded.contains(fold_email(words), autoescape=True),
    )
