"""`POST /problems/{pid}/retry`: send one product again, bring its card back, or show it again."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from evosync.catalog.item import LinkState, Wish
from evosync.db import retries
from evosync.db.journal import Act, write_act
from evosync.db.links import Place
from evosync.db.runs import RunKind
from evosync.db.types import Tx
from evosync.db.wishes import save_wish
from evosync.errors import NeedsPerson, TryLater
from evosync.jobs.asked import Asked
from evosync.web.auth import user_of, visit_of
from evosync.web.flash import Kind, flash
from evosync.web.forms import sent_form
from evosync.web.pages.problem import OneProduct, find_one
from evosync.web.reason_buttons import problem_url
from evosync.web.state import state_of

_WORDS = {
    Wish.RETURN: "Вернём карточку",
    Wish.SHOW: "Покажем карточку снова",
    None: "Отправим товар снова",
}
_REFUSED = frozenset({"vk_error", "photo_refused"})
_ANSWERED = {
    Wish.RETURN: frozenset({"gone_in_vk"}),
    Wish.SHOW: frozenset({"hidden_in_vk"}),
    None: _REFUSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What is to be done again with which product's item."""

    place: Place
    product_id: str
    store_ids: frozenset[str]
    wish: Wish | None


async def submit(request: Request) -> Response:
    """Note what is wanted, and begin a run that does it, where one may begin."""
    sent = await sent_form(request)
    async with state_of(request).database.read() as tx:
        known = await find_one(request, tx)
    store = sent.get("store")
    response = _back(request, known, store if isinstance(store, str) else "")
    wanted = _wanted(known)
    if wanted is None or not await _write(request, known, wanted):
        told = "Этому товару повторять нечего: посмотрите, на чём он остановился."
        flash(request, response, "secondary", told)
        return response
    kind, told = await _begin(request, _WORDS[wanted.wish])
    flash(request, response, kind, told)
    return response


def _back(request: Request, known: OneProduct, store_id: str) -> RedirectResponse:
    product_id = known.seen.product_id
    is_its = any(row.store_id == store_id for row in known.goods.rows_of(product_id))
    return RedirectResponse(problem_url(request, product_id, store_id if is_its else ""), 303)


def _wanted(known: OneProduct) -> _Wanted | None:
    """Find what there is to be done again; None when nothing is, or there is no community."""
    judged, seen, place = known.judged, known.seen, known.shop.place
    if place is None:
        return None
    link = judged.link
    of_twin = link or judged.draft
    leader = of_twin.product_id if of_twin else seen.product_id
    ids = {seen.product_id, leader}
    codes = {each.code for each in seen.problems if each.product_id in ids}
    if link is not None and link.state is LinkState.LOST and link.wish is None:
        wish: Wish | None = Wish.RETURN
    elif "hidden_in_vk" in codes or (judged.stop and judged.stop.code == "hidden_in_vk"):
        wish = Wish.SHOW
    elif codes & _REFUSED or any(each.product_id == leader for each in seen.refusals):
        wish = None
    else:
        return None
    stores = {row.product.store_id for row in seen.rows}
    return _Wanted(
        place=place,
        product_id=leader,
        store_ids=frozenset(stores.union(link.store_ids if link else ())),
        wish=wish,
    )


async def _write(request: Request, known: OneProduct, wanted: _Wanted) -> bool:
    """Write it down in one transaction; False when meanwhile there is nothing to do."""
    user, state = user_of(request), state_of(request)
    now = state.desk.clock()
    act = Act(
        action="product.retried",
        actor=user.email or user.shown_name,
        actor_id=user.id,
        subject=user.email or user.shown_name,
        subject_id=user.id,
        detail={
            "product_id": known.seen.product_id,
            "product": known.name,
            "wish": wanted.wish.value if wanted.wish else "send",
        },
        address=visit_of(request).address,
        at=now,
    )
    return await state.database.write(partial(_note, wanted=wanted, act=act, now=now))


async def _note(tx: Tx, *, wanted: _Wanted, act: Act, now: datetime) -> bool:
    place, product_id = wanted.place, wanted.product_id
    if wanted.wish is not None:
        if not await save_wish(tx, place, product_id, wanted.wish, now):
            return False
    else:
        await retries.drop_refusals(tx, place, product_id)
    await retries.drop_problems(
        tx, place.user_id, product_id, wanted.store_ids, _ANSWERED[wanted.wish]
    )
    await write_act(tx, act)
    return True


async def _begin(request: Request, words: str) -> tuple[Kind, str]:
    """Begin a run; returns what the next page says."""
    user = user_of(request)
    asked = Asked(user_id=user.id, kind=RunKind.MIRROR, asked_by=user.id)
    try:
        await state_of(request).mirroring.begin(asked)
    except NeedsPerson as error:
        return "warning", f"{words}, когда начнутся запуски. {error.message}"
    except TryLater:
        return "success", f"{words} в ближайший запуск."
    return "success", f"{words}: запуск уже поставлен в очередь."
