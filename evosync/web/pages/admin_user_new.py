"""`/admin/users/new`: a person invited by a letter."""

from starlette.requests import Request
from starlette.responses import Response
from wtforms import SelectField

from evosync.accounts import administration
from evosync.accounts.invitations import Guest
from evosync.accounts.permissions import ROLE_WORDS
from evosync.db.roles import RoleName
from evosync.web.auth import user_of, visit_of
from evosync.web.flash import flash
from evosync.web.forms import PageForm, choices, email_field, name_field, read_form
from evosync.web.letters_sent import send_invitation
from evosync.web.state import desk_of
from evosync.web.view import redirect, render, render_form


class InviteForm(PageForm):
    """Who is invited, and as what."""

    email = email_field()
    name = name_field(is_needed=False)
    role = SelectField(
        "Роль",
        choices=choices(reversed(ROLE_WORDS.items())),
        default=RoleName.USER.value,
    )


async def show(request: Request) -> Response:
    """Show the form."""
    return render(request, "admin/user_new.html", form=InviteForm())


async def submit(request: Request) -> Response:
    """Make a pending account and send its person the link."""
    form = await read_form(request, InviteForm)
    if form.checked():
        with form.telling():
            guest = Guest(
                email=form.email.data, name=form.name.data or "", role=RoleName(form.role.data)
            )
            visit = visit_of(request)
            user = await administration.invite(
                desk_of(request), user_of(request), guest, visit.address
            )
            response = redirect(request, "admin-user", id=user.id)
            flash(request, response, *await send_invitation(request, user))
            return response
    return render_form(request, "admin/user_new.html", form)
