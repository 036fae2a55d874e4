"""`/admin/audit`: who did what to whom, and when."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts.permissions import Permission
from evosync.db import journal
from evosync.db.accounts import User
from evosync.db.journal import PAGE, Act, ActSearch
from evosync.web.act_words import ACTIONS, words_of
from evosync.web.auth import user_of
from evosync.web.navigation import admin_tabs
from evosync.web.pages.admin_users import LONGEST_WORDS
from evosync.web.paging import make_pager, page_number
from evosync.web.state import state_of
from evosync.web.view import render


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEntry:
    """One act; the name of whom it was done to leads to them while they are there."""

    at: datetime
    actor: str
    words: str
    subject: str | None
    subject_url: str | None
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a select."""

    value: str
    label: str
    is_current: bool


async def show(request: Request) -> Response:
    """Show a page of the log."""
    query = request.query_params
    words, action = query.get("q", "")[:LONGEST_WORDS], query.get("action", "")
    action = action if action in ACTIONS else ""
    search = ActSearch(words=words, action=action, page=page_number(query.get("page")))
    async with state_of(request).database.read() as tx:
        acts = await journal.list_acts(tx, search)
        total = await journal.count_acts(tx, search)
    return render(
        request,
        "admin/audit.html",
        admin_tabs=admin_tabs(request, user_of(request)),
        q=words,
        actions=[
            Choice(value=value, label=label, is_current=value == action)
            for value, label in [("", "Всё"), *ACTIONS.items()]
        ],
        entries=[_shown(request, user_of(request), act) for act in acts],
        pager=make_pager(
            request.url.path, {"q": words, "action": action}, search.page, PAGE, total
        ),
    )


def _shown(request: Request, viewer: User, act: Act) -> ShownEntry:
    is_own = act.subject_id is not None and act.subject_id == act.actor_id
    url = None
    if act.subject_id is not None and viewer.may(Permission.USERS_VIEW):
        url = str(request.app.url_path_for("admin-user", id=act.subject_id))
    return ShownEntry(
        at=act.at,
        actor=act.actor,
        words=words_of(act),
        subject=None if is_own else act.subject or None,
        subject_url=None if is_own else url,
        address=act.address,
    )
