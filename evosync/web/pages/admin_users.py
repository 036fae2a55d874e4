"""`/admin/users`: who may come in: searched, filtered, by pages."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts.permissions import ROLE_WORDS, Permission
from evosync.db import directory
from evosync.db.accounts import User, UserStatus
from evosync.db.directory import PAGE, Listed, Search
from evosync.db.roles import RoleName
from evosync.spoken import zone_name
from evosync.web.auth import user_of
from evosync.web.flash import Kind
from evosync.web.navigation import admin_tabs
from evosync.web.paging import make_pager, page_number
from evosync.web.state import state_of
from evosync.web.view import render

LONGEST_WORDS = 200  # characters of a search

STATUS_WORDS: dict[UserStatus, tuple[Kind, str]] = {
    UserStatus.ACTIVE: ("success", "Работает"),
    UserStatus.PENDING: ("secondary", "Ещё не входил"),
    UserStatus.SUSPENDED: ("danger", "Приостановлен"),
    UserStatus.DELETING: ("secondary", "Удаляется"),
}
_CHIPS = {
    None: "Все",
    UserStatus.ACTIVE: "Работают",
    UserStatus.PENDING: "Ещё не входили",
    UserStatus.SUSPENDED: "Приостановлены",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownUser:
    """An account as lists and its own page show it."""

    id: int
    name: str
    email: str | None
    new_email: str | None
    phone: str | None
    role: str
    state: Kind
    word: str
    time_zone: str
    created_at: datetime
    last_login_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is a link, with how many it leaves."""

    label: str
    url: str
    count: int
    is_current: bool


async def show(request: Request) -> Response:
    """Show a page of the list."""
    query = request.query_params
    words, status = query.get("q", "")[:LONGEST_WORDS], _status(query.get("status"))
    search = Search(words=words, status=status, page=page_number(query.get("page")))
    async with state_of(request).database.read() as tx:
        listed = await directory.search_users(tx, search)
    kept = {"q": words, "status": status.value if status else ""}
    return render(
        request,
        "admin/users.html",
        admin_tabs=admin_tabs(request, user_of(request)),
        can_create=user_of(request).may(Permission.USERS_EDIT),
        q=words,
        shown_status=kept["status"],
        chips=[_chip(request, each, search, listed) for each in _CHIPS],
        users=[shown(user) for user in listed.users],
        pager=make_pager(request.url.path, kept, search.page, PAGE, listed.total),
    )


def shown(user: User) -> ShownUser:
    """Say an account in words."""
    state, word = STATUS_WORDS[user.status]
    return ShownUser(
        id=user.id,
        name=user.shown_name,
        email=user.email,
        new_email=user.new_email,
        phone=user.phone,
        role=", ".join(ROLE_WORDS[RoleName(name)] for name in user.roles) or "Без роли",
        state=state,
        word=word,
        time_zone=zone_name(user.time_zone),
        created_at=user.created_at,
        last_login_at=user.last_login_at,
    )


def _status(text: str | None) -> UserStatus | None:
    return UserStatus(text) if text in set(UserStatus) else None


def _chip(request: Request, status: UserStatus | None, search: Search, listed: Listed) -> Chip:
    kept = {"q": search.words, "status": status.value if status else ""}
    counts = listed.counts
    query = urlencode({name: value for name, value in kept.items() if value})
    return Chip(
        label=_CHIPS[status],
        url=f"{request.url.path}?{query}" if query else request.url.path,
        count=sum(counts.values()) if status is None else counts.get(status, 0),
        is_current=search.status == status,
    )
