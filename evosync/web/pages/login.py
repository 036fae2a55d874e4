"""`/login`: signing in, and on to the page that was wanted."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from wtforms import HiddenField

from evosync.accounts import sign_in
from evosync.db.accounts import has_any_user
from evosync.web.auth import known_session, local_path, open_session, visit_of
from evosync.web.forms import PageForm, email_field, password_field, read_form
from evosync.web.state import desk_of
from evosync.web.view import redirect, render_form


class LoginForm(PageForm):
    """An e-mail, its password, and where to go on to."""

    email = email_field()
    password = password_field()
    next = HiddenField()


async def show(request: Request) -> Response:
    """Show the form; whoever is signed in goes on."""
    if known_session(request) is not None:
        return redirect(request, "profile")
    return await _page(request, LoginForm(data={"next": request.query_params.get("next", "")}))


async def submit(request: Request) -> Response:
    """Begin a session."""
    form = await read_form(request, LoginForm)
    desk, visit = desk_of(request), visit_of(request)
    if form.checked():
        with form.telling():
            key = await sign_in.sign_in(desk, form.email.data, form.password.data, visit)
            before = known_session(request)
            if before is not None:
                await sign_in.sign_out(desk, before)
            wanted = local_path(form.next.data or "") or request.app.url_path_for("profile")
            response = RedirectResponse(wanted, 303)
            open_session(request, response, key)
            return response
    return await _page(request, form)


async def _page(request: Request, form: LoginForm) -> Response:
    desk = desk_of(request)
    async with desk.database.read() as tx:
        has_accounts = await has_any_user(tx)
    return render_form(
        request,
        "public/login.html",
        form,
        has_accounts=has_accounts,
        can_register=desk.settings.registration == "open",
    )
