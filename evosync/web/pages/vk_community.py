"""`/vk/community`: which of the communities that the person administrates shows the goods."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from wtforms import StringField

from evosync.accounts.refusals import Refused
from evosync.db import connections
from evosync.db.connections import VkSignIn
from evosync.db.services import Service
from evosync.errors import NeedsPerson, TryLater
from evosync.vk.account import Community
from evosync.web.auth import user_of
from evosync.web.connector import connector_of
from evosync.web.flash import flash
from evosync.web.forms import Line, PageForm, Required, read_form, stripped
from evosync.web.state import state_of
from evosync.web.view import redirect, render_form

LONGEST_ID = 18  # digits, as databases take numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A community to choose."""

    id: int
    name: str
    address: str
    has_market: bool | None
    is_current: bool
    is_taken: bool


class CommunityForm(PageForm):
    """The choice: a community's number."""

    community = StringField(
        "Сообщество", [Required("Выберите сообщество."), Line(LONGEST_ID)], filters=[stripped]
    )


async def show(request: Request) -> Response:
    """Show what there is to choose."""
    return await _page(request, CommunityForm())


async def submit(request: Request) -> Response:
    """Work with the chosen one, and look at it at once."""
    form = await read_form(request, CommunityForm)
    if form.checked():
        with form.telling():
            await _choose(request, form.community.data or "")
            state, user_id = state_of(request), user_of(request).id
            finding = await state.checks.check(Service.VK, user_id, with_rights=True)
            await state.mirroring.read_soon(user_id)
            if finding is not None and finding.error is not None:
                response = redirect(request, "vk")
                flash(request, response, "warning", finding.error)
            else:
                response = redirect(request, "connections")
                flash(request, response, "success", "Сообщество подключено.")
            return response
    return await _page(request, form)


async def _choose(request: Request, text: str) -> None:
    if not (text.isascii() and text.isdecimal()):
        raise Refused("Выберите сообщество из списка.", field="community")
    try:
        await connector_of(request).choose_community(int(text))
    except TryLater as error:
        raise Refused(error.message) from None


async def _page(request: Request, form: CommunityForm) -> Response:
    user_id = user_of(request).id
    async with state_of(request).database.read() as tx:
        sign_in = await connections.find_vk_sign_in(tx, user_id)
    if sign_in is None:
        response = redirect(request, "vk")
        flash(request, response, "secondary", "Сначала войдите в VK.")
        return response
    try:
        mine = await connector_of(request).list_communities()
    except (NeedsPerson, TryLater) as error:
        response = redirect(request, "vk")
        flash(request, response, "warning", error.message)
        return response
    return render_form(
        request,
        "connections/community.html",
        form,
        person=sign_in.person or "человек VK",
        communities=await _offers(request, sign_in, mine),
    )


async def _offers(request: Request, sign_in: VkSignIn, mine: list[Community]) -> list[Offer]:
    ids = [each.community_id for each in mine]
    async with state_of(request).database.read() as tx:
        taken = await connections.list_taken(tx, ids, sign_in.user_id)
    return [
        Offer(
            id=each.community_id,
            name=each.name or f"Сообщество {each.community_id}",
            address=f"vk.com/{each.short_name or f'club{each.community_id}'}",
            has_market=each.has_market,
            is_current=each.community_id == sign_in.community_id,
            is_taken=each.community_id in taken,
        )
        for each in mine
    ]
