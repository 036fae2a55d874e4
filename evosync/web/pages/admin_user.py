"""`/admin/users/{id}`: one person: what is known, what may be changed, what was done."""

from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from wtforms import SelectField

from evosync.accounts import administration
from evosync.accounts.administration import Edit
from evosync.accounts.permissions import ROLE_WORDS, Permission, why_not_touch
from evosync.db import accounts, journal
from evosync.db.accounts import User, UserStatus
from evosync.db.journal import ActSearch
from evosync.db.roles import RoleName
from evosync.spoken import zones_with
from evosync.web.act_words import words_of
from evosync.web.auth import user_of, visit_of
from evosync.web.flash import flash
from evosync.web.forms import PageForm, choices, email_field, name_field, read_form
from evosync.web.pages.admin_users import shown
from evosync.web.routing import number_in_path
from evosync.web.state import desk_of, state_of
from evosync.web.view import redirect, render


class EditForm(PageForm):
    """What an administrator changes of a person."""

    name = name_field(is_needed=False)
    email = email_field()
    role = SelectField("Роль", choices=choices(reversed(ROLE_WORDS.items())))
    time_zone = SelectField("Часовой пояс")


@dataclass(frozen=True, slots=True, kw_only=True)
class Can:
    """What may be done to this person by whoever looks, as things stand."""

    edit: bool = False
    activate: bool = False
    suspend: bool = False
    reset: bool = False
    invite: bool = False
    delete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAct:
    """An entry of the log of acts."""

    at: datetime
    actor: str
    words: str


async def show(request: Request) -> Response:
    """Show the person. Raises HTTPException 404."""
    user = await _find(request)
    known = {
        "name": user.name,
        "email": user.email,
        "role": next(iter(user.roles), RoleName.USER.value),
        "time_zone": user.time_zone,
    }
    return await _page(request, user, _with_zones(user, EditForm(data=known)))


async def submit(request: Request) -> Response:
    """Change the person."""
    user = await _find(request)
    form = _with_zones(user, await read_form(request, EditForm))
    if form.checked():
        with form.telling():
            wanted = Edit(
                name=form.name.data or "",
                email=form.email.data,
                role=RoleName(form.role.data),
                time_zone=form.time_zone.data,
            )
            await administration.edit(
                desk_of(request), user_of(request), user.id, wanted, visit_of(request).address
            )
            response = redirect(request, "admin-user", id=user.id)
            flash(request, response, "success", "Сохранено.")
            return response
    return await _page(request, user, form)


async def _find(request: Request) -> User:
    async with state_of(request).database.read() as tx:
        user = await accounts.find_user(tx, number_in_path(request))
    if user is None:
        raise HTTPException(404)
    return user


def _with_zones(user: User, form: EditForm) -> EditForm:
    form.time_zone.choices = choices(zones_with(user.time_zone))
    return form


async def _page(request: Request, user: User, form: EditForm) -> Response:
    viewer = user_of(request)
    async with state_of(request).database.read() as tx:
        acts = await journal.list_acts(tx, ActSearch(user_id=user.id))
    why_not = why_not_touch(viewer, user)
    if user.status is UserStatus.DELETING:
        why_not = "Учётная запись удаляется."
    return render(
        request,
        "admin/user.html",
        status=form.status,
        user=shown(user),
        form=form,
        can=Can() if why_not else _can(viewer, user),
        why_not=why_not if viewer.may(Permission.USERS_EDIT) else None,
        acts=[ShownAct(at=act.at, actor=act.actor, words=words_of(act)) for act in acts],
    )


def _can(viewer: User, user: User) -> Can:
    edits, is_other = viewer.may(Permission.USERS_EDIT), viewer.id != user.id
    is_awaited = user.is_pending and user.password_hash is None
    return Can(
        edit=edits,
        activate=edits and user.status is not UserStatus.ACTIVE and not is_awaited,
        suspend=edits and is_other and user.status is not UserStatus.SUSPENDED,
        reset=edits and user.may_come_in and bool(user.password_hash and user.email),
        invite=edits and user.is_pending and user.email is not None,
        delete=viewer.may(Permission.USERS_DELETE) and is_other,
    )
