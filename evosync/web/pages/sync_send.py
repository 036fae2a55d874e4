"""`POST /sync/confirm`, `POST /sync/run`: the first push is agreed to, any other asked for."""

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
from evosync.errors import NeedsPerson
from evosync.jobs.asked import Asked
from evosync.web.auth import user_of, visit_of
from evosync.web.forms import sent_form
from evosync.web.remedies import turned_away
from evosync.web.state import desk_of, state_of
from evosync.web.view import redirect, told

STALE = "Эта проверка устарела. Проверьте ещё раз и отправьте новую."
UNDECIDED = "Сначала решите, что сделать с товарами прежней кассы."

_PREVIEW = "preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What became of a confirmation: why it was not taken, or that goods are to be hidden, too.

    `run_id` = it was given before, and that run carries it out.
    """

    refusal: str | None = None
    hides: bool = False
    run_id: int | None = None


async def confirm(request: Request) -> Response:
    """Agree to the first push of what a preview showed, and begin it.

    Mirroring is on from then on.
    """
    sent = await sent_form(request)
    number, choice = _number(sent, _PREVIEW), sent.get("left_behind")
    chosen = LeftBehind(choice) if choice in set(LeftBehind) else None
    state = state_of(request)
    confirmed = await state.database.write(_Confirmation(request, number, chosen).write_down)
    if confirmed.run_id is not None:
        return _follow(request, confirmed.run_id)
    if confirmed.refusal is not None:
        return told(request, "sync-preview", "warning", confirmed.refusal)
    response = await _begin(request, number)
    if confirmed.hides:
        # What an earlier till left was not in the preview: the next run hides it.
        user = user_of(request)
        await state.mirroring.begin(Asked(user_id=user.id, kind=RunKind.MIRROR, asked_by=user.id))
    return response


async def run(request: Request) -> Response:
    """Begin a run; with `preview` it sends only what that preview showed."""
    sent = await sent_form(request)
    if not sent.get(_PREVIEW):
        return await _begin(request, None)
    number, user_id = _number(sent, _PREVIEW), user_of(request).id
    state = state_of(request)
    async with state.database.read() as tx:
        preview = await previews.find_preview(tx, user_id, state.opened.clock())
    if preview is None or preview.run.id != number:
        return told(request, _PAGE, "warning", STALE)
    if preview.age is Age.SENT and preview.later_id is not None:
        return _follow(request, preview.later_id)  # the button was pressed twice
    if not preview.may_be_sent:
        return told(request, _PAGE, "warning", STALE)
    return await _begin(request, number)


_PAGE = "sync-preview"


class _Confirmation:
    """One transaction: the preview is looked at and the confirmation written down together."""

    def __init__(self, request: Request, number: int | None, chosen: LeftBehind | None) -> None:
        self._user = user_of(request)
        self._desk = desk_of(request)
        self._actor = Actor.of(self._user, visit_of(request).address)
        self._number = number
        self._chosen = chosen

    async def write_down(self, tx: Tx) -> Confirmed:
        """Write it down, or say why it is not taken: then nothing has changed."""
        now = self._desk.clock()
        config = await sync.get_config(tx, self._user.id, will_save=True)
        preview = await previews.find_preview(tx, self._user.id, now)
        if preview is None or preview.run.id != self._number:
            return Confirmed(refusal=STALE)
        if preview.age is Age.SENT:
            return Confirmed(run_id=preview.later_id)
        vk = await connections.find_vk(tx, self._user.id)
        evotor = await connections.find_evotor(tx, self._user.id)
        if vk is None or evotor is None or not preview.may_be_sent:
            return Confirmed(refusal=STALE)
        place = Place(user_id=self._user.id, community_id=vk.community_id)
        left = await left_behind.find_left_behind(tx, place)
        if left.products and self._chosen is None:
            return Confirmed(refusal=UNDECIDED)
        # An answer that nobody was asked for would decide of the next till unseen.
        chosen = (self._chosen if left.products else None) or LeftBehind.LEAVE
        confirmed = replace(config, confirmed_at=now, enabled=True, left_behind=chosen)
        await sync.save_config(tx, confirmed, now)
        hides = chosen is LeftBehind.HIDE and bool(left.products)
        if hides:
            members = [(Ask.HIDE.value, product_id) for product_id in left.products]
            by = Answerer(name=self._actor.name, user_id=self._user.id)
            await approvals.state(tx, place, members, by, now)
        await journal.write_act(tx, self._act(place, chosen, len(left.products)))
        return Confirmed(hides=hides)

    def _act(self, place: Place, chosen: LeftBehind, left: int) -> journal.Act:
        detail: dict[str, Any] = {"community_id": place.community_id, "preview_id": self._number}
        if left:
            detail |= {"left_behind": chosen.value, "products": left}
        return self._desk.act("sync.confirmed", self._actor, self._user, detail)


async def _begin(request: Request, preview_id: int | None) -> Response:
    user = user_of(request)
    asked = Asked(user_id=user.id, kind=RunKind.MIRROR, asked_by=user.id, preview_id=preview_id)
    try:
        run_id = await state_of(request).mirroring.begin(asked)
    except NeedsPerson as error:
        return turned_away(request, error, _PAGE)
    return _follow(request, run_id)


def _follow(request: Request, run_id: int) -> Response:
    return redirect(request, "run", id=run_id)


def _number(sent: FormData, name: str) -> int | None:
    """Read a number that a form holds; None when it is none."""
    text = sent.get(name)
    if not isinstance(text, str) or not text.isascii() or not text.isdecimal() or len(text) > 18:
        return None
    return int(text)
