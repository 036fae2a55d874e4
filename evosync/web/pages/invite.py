"""`/invite`: whoever was invited sets a password and comes in."""

from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts import invitations, sign_in
from evosync.web.auth import known_session, open_session, visit_of
from evosync.web.flash import flash
from evosync.web.forms import PageForm, name_field, new_password_field, read_form, token_field
from evosync.web.state import desk_of
from evosync.web.view import redirect, render, render_form


class InviteForm(PageForm):
    """A name, a password and the token of the link."""

    name = name_field()
    password = new_password_field("Пароль")
    token = token_field()


async def show(request: Request) -> Response:
    """Show the form to whoever has the link. Raises LinkVoid."""
    token = request.query_params.get("token", "")
    guest = await invitations.find_guest(desk_of(request), token)
    return render(
        request,
        "public/invite.html",
        form=InviteForm(data={"token": token, "name": guest.name}),
        email=guest.email,
    )


async def submit(request: Request) -> Response:
    """Spend the link and sign the guest in. Raises LinkVoid."""
    form = await read_form(request, InviteForm)
    desk, visit, token = desk_of(request), visit_of(request), form.token.data or ""
    if form.checked():
        with form.telling():
            user = await invitations.accept(desk, token, form.name.data, form.password.data, visit)
            before = known_session(request)
            if before is not None:
                await sign_in.sign_out(desk, before)
            response = redirect(request, "profile")
            open_session(request, response, await sign_in.begin_session(desk, user, visit))
            flash(request, response, "success", "Добро пожаловать! Пароль сохранён.")
            return response
    guest = await invitations.find_guest(desk, token)
    return render_form(request, "public/invite.html", form, email=guest.email)
