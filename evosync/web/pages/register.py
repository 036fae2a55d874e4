"""`/register`: a new account, where the installation is open to everybody."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts import registration
from evosync.db.accounts import NewUser
from evosync.web.auth import known_session, visit_of
from evosync.web.forms import PageForm, email_field, name_field, new_password_field, read_form
from evosync.web.state import desk_of
from evosync.web.view import look_out_for_letter, redirect, render, render_form


class RegisterForm(PageForm):
    """Who registers."""

    name = name_field()
    email = email_field()
    password = new_password_field("Пароль")


async def show(request: Request) -> Response:
    """Show the form. Raises HTTPException 404 where accounts are made by invitation."""
    _must_be_open(request)
    if known_session(request) is not None:
        return redirect(request, "profile")
    return render(request, "public/register.html", form=RegisterForm())


async def submit(request: Request) -> Response:
    """Make a pending account; the answer is the same for an e-mail that has one."""
    _must_be_open(request)
    form = await read_form(request, RegisterForm)
    if form.checked():
        with form.telling():
            new = NewUser(email=form.email.data, name=form.name.data)
            await registration.register(
                desk_of(request), new, form.password.data, visit_of(request)
            )
            return look_out_for_letter(
                request,
                "Проверьте почту",
                f"Мы написали на {form.email.data}.",
                "Откройте ссылку из письма, чтобы подтвердить почту. Она действует трое суток.",
            )
    return render_form(request, "public/register.html", form)


def _must_be_open(request: Request) -> None:
    if desk_of(request).settings.registration != "open":
        raise HTTPException(404, "Регистрация здесь по приглашениям.")
