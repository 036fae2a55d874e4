"""`/setup`: the first account, by the link that the log prints at the start."""

from starlette.requests import Request
from starlette.responses import Response
from wtforms import HiddenField

from evosync.accounts import registration, sign_in
from evosync.accounts.refusals import LinkVoid
from evosync.db.accounts import NewUser, has_any_user
from evosync.web.auth import open_session, visit_of
from evosync.web.flash import flash
from evosync.web.forms import PageForm, email_field, name_field, new_password_field, read_form
from evosync.web.state import desk_of
from evosync.web.view import redirect, render, render_form


class SetupForm(PageForm):
    """Who the first person is, and the key of the link."""

    name = name_field()
    email = email_field()
    password = new_password_field("Пароль")
    key = HiddenField()


async def show(request: Request) -> Response:
    """Show the form to whoever has the link. Raises LinkVoid."""
    key = request.query_params.get("key", "")
    await _check(request, key)
    return render(request, "public/setup.html", form=SetupForm(data={"key": key}))


async def submit(request: Request) -> Response:
    """Make the account and sign its person in. Raises LinkVoid."""
    form = await read_form(request, SetupForm)
    await _check(request, form.key.data or "")
    desk, visit = desk_of(request), visit_of(request)
    if form.checked():
        with form.telling():
            new = NewUser(email=form.email.data, name=form.name.data)
            user = await registration.set_up(
                desk, form.key.data or "", new, form.password.data, visit
            )
            response = redirect(request, "profile")
            open_session(request, response, await sign_in.begin_session(desk, user, visit))
            flash(request, response, "success", "Готово: это ваша учётная запись.")
            return response
    return render_form(request, "public/setup.html", form)


async def _check(request: Request, key: str) -> None:
    desk = desk_of(request)
    async with desk.database.read() as tx:
        if await has_any_user(tx):
            raise LinkVoid("Первая учётная запись уже есть. Войдите.")
    if not registration.is_setup_key(desk, key):
        raise LinkVoid("Ссылка устарела: возьмите новую из журнала сервиса.")
