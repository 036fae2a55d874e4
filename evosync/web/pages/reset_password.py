"""`/reset-password`: another password, by the link of a letter."""

from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts import recovery, sign_in
from evosync.web.auth import open_session, visit_of
from evosync.web.flash import flash
from evosync.web.forms import PageForm, new_password_field, read_form, token_field
from evosync.web.state import desk_of
from evosync.web.view import redirect, render_form


class ResetForm(PageForm):
    """A new password and the token of the link."""

    password = new_password_field()
    token = token_field()


async def show(request: Request) -> Response:
    """Show the form to whoever has the link. Raises LinkVoid."""
    token = request.query_params.get("token", "")
    return await _page(request, ResetForm(data={"token": token}))


async def submit(request: Request) -> Response:
    """Spend the link. Raises LinkVoid."""
    form = await read_form(request, ResetForm)
    token = form.token.data or ""
    if form.checked():
        with form.telling():
            desk, visit = desk_of(request), visit_of(request)
            user = await recovery.reset_password(desk, token, form.password.data, visit)
            response = redirect(request, "profile")
            open_session(request, response, await sign_in.begin_session(desk, user, visit))
            told = "Пароль изменён. На других устройствах придётся войти заново."
            flash(request, response, "success", told)
            return response
    return await _page(request, form)


async def _page(request: Request, form: ResetForm) -> Response:
    user = await recovery.find_forgetful(desk_of(request), form.token.data or "")
    return render_form(request, "public/reset_password.html", form, email=user.email)
