"""`/profile/change-password`: another password; every other session ends."""

from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts import own_account
from evosync.web.auth import known_session, user_of, visit_of
from evosync.web.flash import flash
from evosync.web.forms import PageForm, new_password_field, password_field, read_form
from evosync.web.state import desk_of
from evosync.web.view import redirect, render, render_form


class PasswordForm(PageForm):
    """The password that is, and the one to be."""

    current = password_field("Нынешний пароль")
    password = new_password_field()


async def show(request: Request) -> Response:
    """Show the form."""
    return render(request, "profile/password.html", form=PasswordForm())


async def submit(request: Request) -> Response:
    """Change the password."""
    form = await read_form(request, PasswordForm)
    session = known_session(request)
    if form.checked() and session is not None:
        with form.telling():
            await own_account.change_password(
                desk_of(request),
                user_of(request),
                form.current.data,
                form.password.data,
                visit_of(request),
                session=session.id_hash,
            )
            response = redirect(request, "profile-edit")
            told = "Пароль изменён. На других устройствах придётся войти заново."
            flash(request, response, "success", told)
            return response
    return render_form(request, "profile/password.html", form)
