"""A switch as a page sends it: read, weighed, asked about when it is much, turned, told of."""

from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from evosync.accounts.desk import Actor
from evosync.db import catalog, selection, sync
from evosync.db.approvals import Answerer
from evosync.db.catalog_pages import has_unsent
from evosync.db.journal import Act
from evosync.db.switches import Turn
from evosync.db.types import Tx
from evosync.jobs.switching import Weighed, Word, turn_if_agreed
from evosync.web.auth import local_path, user_of, visit_of
from evosync.web.flash import flash
from evosync.web.forms import sent_form
from evosync.web.state import desk_of, state_of
from evosync.web.switch_words import question_of, told_of
from evosync.web.view import render

UNCLEAR = "Не понять, включить или выключить. Вернитесь на страницу и нажмите ещё раз."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a switch sends. `agreed` is the name of what a person said yes to, "" for nothing.

    `store` limits what is for all to one store, `next` is where to go on to.
    """

    is_on: bool
    agreed: str = ""
    with_subgroups: bool = False
    store: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What stands in the region that tells of switches, at the foot of the page.

    `is_unsent` = a mirror that is on has not sent it yet; `is_idle` = no mirror
    is on that would.
    """

    sentence: str = ""
    is_unsent: bool = False
    is_idle: bool = False


NOTHING = Told()


async def read_switch(request: Request) -> Sent:
    """Read what was sent. Raises HTTPException 400 when it does not say which way to turn."""
    form = await sent_form(request)
    words = {
        name: [value for value in form.getlist(name) if isinstance(value, str)]
        for name in ("on", "confirmed", "with_subgroups", "store", "next")
    }
    if words["on"] not in (["0"], ["1"]):
        raise HTTPException(400, UNCLEAR)
    return Sent(
        is_on=words["on"] == ["1"],
        agreed=(words["confirmed"] or [""])[0],
        with_subgroups=words["with_subgroups"] == ["1"],
        store=(words["store"] or [""])[0] or None,
        next=local_path((words["next"] or [""])[0]),
    )


async def turn_or_ask(
    request: Request, turn: Turn, sent: Sent, act: Act | None
) -> tuple[str, Response | None]:
    """Turn switches and say what it came to, or give the page that asks first.

    A yes counts for just what the question was about: if other items would go
    by now, or something else would become of them, it is asked anew.
    """
    user = user_of(request)
    by = Answerer(name=user.email or user.shown_name, user_id=user.id)
    word = Word(by=by, agreed=sent.agreed, act=act)
    weighed = await turn_if_agreed(state_of(request).opened, turn, word)
    if not weighed.is_done:
        return "", _ask(request, turn, sent, weighed)
    store_ids = {switch.store_id for switch in turn.switches}
    async with state_of(request).database.read() as tx:
        stores = await catalog.list_stores(tx, turn.user_id)
        after = await selection.get_selection(tx, turn.user_id)
    own = [each for each in stores if {each.store.id} == store_ids]
    return told_of(turn, weighed, own[0] if own else None, after), None


async def read_told(tx: Tx, user_id: int, sentence: str = "") -> Told:
    """Read what the region is to tell, after a switch or without one."""
    is_unsent = await has_unsent(tx, user_id)
    config = await sync.get_config(tx, user_id)
    is_mirrored = config.enabled and config.mirror and config.confirmed_at is not None
    return Told(sentence=sentence, is_unsent=is_unsent, is_idle=bool(sentence) and not is_mirrored)


def is_asked_by_script(request: Request) -> bool:
    """Tell whether only a part of the page is wanted."""
    return "hx-request" in request.headers


def go_back(request: Request, sent: Sent, page: str, sentence: str, **params: Any) -> Response:
    """Lead whoever has no script back to where the switch stands, and say there what it came to."""
    target = sent.next or str(request.app.url_path_for(page, **params))
    response = RedirectResponse(target, 303)
    flash(request, response, "success", sentence)
    return response


def act_of(request: Request, action: str, **detail: Any) -> Act:
    """Make the entry for the log of acts."""
    user = user_of(request)
    actor = Actor.of(user, visit_of(request).address)
    return desk_of(request).act(action, actor, user, detail)


def _ask(request: Request, turn: Turn, sent: Sent, weighed: Weighed) -> Response:
    fields = {"on": "1" if turn.is_on else "0", "confirmed": weighed.digest}
    if sent.with_subgroups:
        fields["with_subgroups"] = "1"
    fields |= {"store": sent.store} if sent.store else {}
    fields |= {"next": sent.next} if sent.next else {}
    is_part = is_asked_by_script(request)
    response = render(
        request,
        "catalog/question_part.html" if is_part else "catalog/question.html",
        question=question_of(turn, weighed),
        action=request.url.path,
        fields=fields,
        back=sent.next or str(request.app.url_path_for("catalog-stores")),
    )
    if is_part:
        # The switch stays as it is; only the question comes.
        response.headers["HX-Reswap"] = "none"
    return response
