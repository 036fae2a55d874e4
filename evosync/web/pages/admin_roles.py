"""`/admin/roles`: what each role permits."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts import administration
from evosync.accounts.permissions import ROLE_HINTS, ROLE_WORDS, WORDS, Permission
from evosync.db import roles
from evosync.db.accounts import User
from evosync.db.roles import Role, RoleName
from evosync.web.auth import user_of, visit_of
from evosync.web.flash import flash
from evosync.web.forms import sent_form
from evosync.web.navigation import admin_tabs
from evosync.web.routing import number_in_path
from evosync.web.state import desk_of, state_of
from evosync.web.view import redirect, render


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPermission:
    """A checkbox; `is_locked` = whoever looks lacks it, and so neither gives nor takes it."""

    name: str
    words: str
    is_on: bool
    is_locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRole:
    """A role with its checkboxes; nobody changes one that `is_fixed`."""

    id: int
    name: str
    title: str
    hint: str
    count: int
    is_fixed: bool
    permissions: list[ShownPermission]


async def show(request: Request) -> Response:
    """Show the roles."""
    viewer = user_of(request)
    async with state_of(request).database.read() as tx:
        found = await roles.list_roles(tx)
    return render(
        request,
        "admin/roles.html",
        admin_tabs=admin_tabs(request, viewer),
        roles=[_shown(viewer, role) for role in found],
    )


async def submit(request: Request) -> Response:
    """Let a role permit exactly what is checked."""
    sent = await sent_form(request)
    names = {value for value in sent.getlist("permission") if isinstance(value, str)}
    role = await administration.set_role_permissions(
        desk_of(request),
        user_of(request),
        number_in_path(request),
        names,
        visit_of(request).address,
    )
    response = redirect(request, "admin-roles")
    flash(request, response, "success", f"Права роли «{ROLE_WORDS[role.name]}» сохранены.")
    return response


def _shown(viewer: User, role: Role) -> ShownRole:
    return ShownRole(
        id=role.id,
        name=role.name.value,
        title=ROLE_WORDS[role.name],
        hint=ROLE_HINTS[role.name],
        count=role.people,
        is_fixed=role.name is RoleName.SYSTEM or not viewer.may(Permission.ROLES_EDIT),
        permissions=[
            ShownPermission(
                name=each.value,
                words=WORDS[each],
                is_on=each in role.permissions,
                is_locked=not viewer.may(each),
            )
            for each in Permission
        ],
    )
