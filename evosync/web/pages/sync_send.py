"""`POST /sync/confirm`, `POST /sync/run`: the first push is agreed to, any other asked for."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts.desk import Actor
from evosync.db import approvals, connections, journal, left_behind, previews, sync
from evosync.db.approvals import Answerer
from evosync.db.links import Place
from evosync.db.previews import Age
from evosync.db.runs import RunKind
from evosync.db.types import Tx
from evosync.engine.held import Ask
from evosync.engine.rules import LeftBehind
from evosync.errors import NeedsPerson, TryLater
from evosync.jobs.asked import Asked
from evosync.jobs.setup import queue_asked
from evosync.web.auth import user_of, visit_of
from evosync.web.forms import sent_form
from evosync.web.remedies import turned_away
from evosync.web.state import desk_of, state_of
from evosync.web.view import redirect, told

STALE = "Эта проверка устарела. Проверьте ещё раз и отправьте новую."
UNDECIDED = "Сначала решите, что сделать с товарами прежней кассы."

_PREVIEW = "preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a yes: why it was not taken, or the run that carries it out.

    `asked` are the runs that were queued for it; none where that was done before.
    """

    refusal: str | None = None
    run_id: int | None = None
    asked: tuple[Asked, ...] = ()


async def confirm(request: Request) -> Response:
    """Agree to the first push of what a preview showed, and begin it.

    Mirroring is on from then on.
    """
    sent = await sent_form(request)
    number, choice = _number(sent, _PREVIEW), sent.get("left_behind")
    chosen = LeftBehind(choice) if choice in set(LeftBehind) else None
    return await _carry_out(request, _Confirmation(request, number, chosen).write_down)


async def run(request: Request) -> Response:
    """Begin a run; with `preview` it sends only what that preview showed."""
    sent = await sent_form(request)
    if sent.get(_PREVIEW):
        return await _carry_out(request, _Push(request, _number(sent, _PREVIEW)).write_down)
    try:
        run_id = await state_of(request).mirroring.begin(_asked(user_of(request).id))
    except NeedsPerson as error:
        return turned_away(request, error, _PAGE)
    return _follow(request, run_id)


_PAGE = "sync-preview"


class _Push:
    """One transaction: the preview is looked at and the run that sends it is queued together.

    So of two presses at once the second finds the run of the first.
    """

    def __init__(self, request: Request, number: int | None) -> None:
        self._user_id = user_of(request).id
        self._clock = state_of(request).opened.clock
        self._number = number

    async def write_down(self, tx: Tx) -> Taken:
        """Queue it, or say why not. Raises NeedsPerson when no run can begin."""
        now = self._clock()
        # Locks the settings, where two presses queue.
        await sync.get_config(tx, self._user_id, will_save=True)
        preview = await previews.find_preview(tx, self._user_id, now)
        if preview is None or preview.run.id != self._number:
            return Taken(refusal=STALE)
        if preview.age is Age.SENT:
            return Taken(run_id=preview.later_id)
        if not preview.may_be_sent:
            return Taken(refusal=STALE)
        asked = _asked(self._user_id, self._number)
        return Taken(run_id=await queue_asked(tx, asked, now), asked=(asked,))


class _Confirmation:
    """One transaction: the preview is looked at, the confirmation written down, its run queued."""

    def __init__(self, request: Request, number: int | None, chosen: LeftBehind | None) -> None:
        self._user = user_of(request)
        self._desk = desk_of(request)
        self._actor = Actor.of(self._user, visit_of(request).address)
        self._number = number
        self._chosen = chosen

    async def write_down(self, tx: Tx) -> Taken:
        """Write it down, or say why it is not taken: then nothing has changed.

        Raises NeedsPerson when no run can begin.
        """
        now = self._desk.clock()
        config = await sync.get_config(tx, self._user.id, will_save=True)
        preview = await previews.find_preview(tx, self._user.id, now)
        if preview is None or preview.run.id != self._number:
            return Taken(refusal=STALE)
        if preview.age is Age.SENT:
            return Taken(run_id=preview.later_id)
        vk = await connections.find_vk(tx, self._user.id)
        evotor = await connections.find_evotor(tx, self._user.id)
        if vk is None or evotor is None or not preview.may_be_sent:
            return Taken(refusal=STALE)
        place = Place(user_id=self._user.id, community_id=vk.community_id)
        left = await left_behind.find_left_behind(tx, place)
        if left.products and self._chosen is None:
            return Taken(refusal=UNDECIDED)
        # An answer that nobody was asked for would decide of the next till unseen.
        chosen = (self._chosen if left.products else None) or LeftBehind.LEAVE
        confirmed = replace(config, confirmed_at=now, enabled=True, left_behind=chosen)
        await sync.save_config(tx, confirmed, now, outdates=False)
        asked = [_asked(self._user.id, self._number)]
        if chosen is LeftBehind.HIDE and left.products:
            members = [(Ask.HIDE.value, product_id) for product_id in left.products]
            by = Answerer(name=self._actor.name, user_id=self._user.id)
            await approvals.state(tx, place, members, by, now)
            # What an earlier till left was not in the preview: the next run hides it.
            asked.append(_asked(self._user.id))
        await journal.write_act(tx, self._act(place, chosen, len(left.products)))
        run_ids = [await queue_asked(tx, one, now) for one in asked]
        return Taken(run_id=run_ids[0], asked=tuple(asked))

    def _act(self, place: Place, chosen: LeftBehind, left: int) -> journal.Act:
        detail: dict[str, Any] = {"community_id": place.community_id, "preview_id": self._number}
        if left:
            detail |= {"left_behind": chosen.value, "products": left}
        return self._desk.act("sync.confirmed", self._actor, self._user, detail)


async def _carry_out(request: Request, write_down: Callable[[Tx], Awaitable[Taken]]) -> Response:
    """Write a yes down, begin the runs that it queued, and lead to the first of them."""
    state = state_of(request)
    try:
        taken = await state.database.write(write_down)
        with contextlib.suppress(TryLater):  # we stop: the next start takes the rows up
            for asked in taken.asked:
                await state.mirroring.begin(asked)
    except NeedsPerson as error:
        return turned_away(request, error, _PAGE)
    if taken.run_id is None:
        return told(request, _PAGE, "warning", taken.refusal or STALE)
    return _follow(request, taken.run_id)


def _asked(user_id: int, preview_id: int | None = None) -> Asked:
    return Asked(user_id=user_id, kind=RunKind.MIRROR, asked_by=user_id, preview_id=preview_id)


def _follow(request: Request, run_id: int) -> Response:
    return redirect(request, "run", id=run_id)


def _number(sent: FormData, name: str) -> int | None:
    """Read a number that a form holds; None when it is none."""
    text = sent.get(name)
    if not isinstance(text, str) or not text.isascii() or not text.isdecimal() or len(text) > 18:
        return None
    return int(text)
