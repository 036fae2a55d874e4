"""`/sync/feed`: the file with goods switched on or off, and its link made anew."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts.desk import Actor
from evosync.db import feed
from evosync.db.journal import Act, write_act
from evosync.db.types import Tx
from evosync.web.auth import user_of, visit_of
from evosync.web.feed_card import new_secret, read_feed
from evosync.web.flash import Kind
from evosync.web.forms import sent_form
from evosync.web.state import state_of
from evosync.web.view import render
from evosync.web.view import told as say

UNCLEAR = "Не понять, что сделать с файлом. Обновите страницу и попробуйте ещё раз."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What is to become of the file, the name of the act, and what is said of it."""

    is_on: bool
    renews: bool
    action: str
    told: str


_ON = _Wish(is_on=True, renews=False, action="feed.switched_on", told="Файл с товарами включён.")
_OFF = _Wish(
    is_on=False, renews=False, action="feed.switched_off", told="Файл с товарами выключен."
)
_ANEW = _Wish(
    is_on=True,
    renews=True,
    action="feed.renewed",
    told="Ссылка новая. По прежней файл больше не открыть.",
)


async def submit(request: Request) -> Response:
    """Do what was asked for, and lead back to the card."""
    wish = await _wish(request)
    if wish is None:
        return await _answer(request, "danger", UNCLEAR)
    state, user = state_of(request), user_of(request)
    actor = Actor.of(user, visit_of(request).address)
    act = state.desk.act(wish.action, actor, user)
    done = await state.database.write(_carry_out, user.id, wish, new_secret(request), act)
    if not done:
        return await _answer(request, "secondary", "Сначала включите файл с товарами.")
    return await _answer(request, "success", wish.told)


async def _wish(request: Request) -> _Wish | None:
    sent = await sent_form(request)
    on, renew = sent.getlist("on"), sent.getlist("renew")
    if renew == ["1"] and not on:
        return _ANEW
    if renew or on not in (["1"], ["0"]):
        return None
    return _ON if on == ["1"] else _OFF


async def _carry_out(tx: Tx, user_id: int, wish: _Wish, secret: feed.NewSecret, act: Act) -> bool:
    """Change the file, and write that down; False when there is no link to make anew."""
    standing = await feed.get_feed(tx, user_id)
    if wish.renews and not standing.is_on:
        return False
    is_new = wish.renews or (wish.is_on and standing.sealed_secret is None)
    if wish.is_on != standing.is_on or is_new:
        await feed.save_feed(
            tx, user_id, is_on=wish.is_on, secret=secret if is_new else None, now=act.at
        )
        await write_act(tx, act)
    return True


async def _answer(request: Request, kind: Kind, told: str) -> Response:
    if "hx-request" in request.headers:
        async with state_of(request).database.read() as tx:
            shown = await read_feed(request, tx)
        return render(request, "sync/feed.html", feed=shown, told=told, kind=kind)
    return say(request, "sync", kind, told)
