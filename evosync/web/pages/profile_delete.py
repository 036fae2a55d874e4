"""`/profile/delete`: the end of one's own account, after the password."""

from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts import own_account
from evosync.web.auth import close_session, user_of, visit_of
from evosync.web.flash import flash
from evosync.web.forms import PageForm, password_field, read_form
from evosync.web.state import desk_of
from evosync.web.view import redirect, render, render_form


class DeleteForm(PageForm):
    """The password, as a last question."""

    password = password_field()


async def show(request: Request) -> Response:
    """Say what goes and what stays, and ask for the password."""
    return render(request, "profile/delete.html", form=DeleteForm())


async def submit(request: Request) -> Response:
    """Delete the account."""
    form = await read_form(request, DeleteForm)
    if form.checked():
        with form.telling():
            await own_account.delete_own(
                desk_of(request), user_of(request), form.password.data, visit_of(request)
            )
            response = redirect(request, "login")
            close_session(request, response)
            told = "Учётная запись удалена. Товары в VK остались как есть."
            flash(request, response, "success", told)
            return response
    return render_form(request, "profile/delete.html", form)
