"""`/profile/edit`: name, e-mail and time zone of one's own account."""

from starlette.requests import Request
from starlette.responses import Response
from wtforms import PasswordField, SelectField

from evosync.accounts import own_account
from evosync.accounts.own_account import OwnEdit
from evosync.accounts.passwords import MAX_LENGTH
from evosync.spoken import zones_with
from evosync.web.auth import user_of, visit_of
from evosync.web.flash import flash
from evosync.web.forms import (
    Line,
    PageForm,
    choices,
    email_field,
    name_field,
    read_form,
    sent_form,
)
from evosync.web.state import desk_of
from evosync.web.view import redirect, render_form


class ProfileForm(PageForm):
    """What people change of themselves."""

    name = name_field()
    email = email_field()
    time_zone = SelectField("Часовой пояс")
    current = PasswordField("Нынешний пароль", [Line(MAX_LENGTH)])


async def show(request: Request) -> Response:
    """Show the form."""
    user = user_of(request)
    known = {"name": user.name, "email": user.email, "time_zone": user.time_zone}
    return _page(request, _with_zones(request, ProfileForm(data=known)))


async def submit(request: Request) -> Response:
    """Save it; a new e-mail counts once it is confirmed."""
    if "keep_email" in await sent_form(request):
        await own_account.drop_new_email(desk_of(request), user_of(request))
        response = redirect(request, "profile-edit")
        flash(request, response, "success", "Остаётся прежняя почта.")
        return response
    form = _with_zones(request, await read_form(request, ProfileForm))
    if form.checked():
        with form.telling():
            wanted = OwnEdit(
                name=form.name.data,
                email=form.email.data,
                time_zone=form.time_zone.data,
                password=form.current.data or "",
            )
            written_to = await own_account.edit_own(
                desk_of(request), user_of(request), wanted, visit_of(request)
            )
            response = redirect(request, "profile-edit")
            if written_to is None:
                flash(request, response, "success", "Сохранено.")
            else:
                told = f"Мы написали на {written_to}. Откройте ссылку из письма."
                flash(request, response, "warning", told)
            return response
    return _page(request, form)


def _with_zones(request: Request, form: ProfileForm) -> ProfileForm:
    form.time_zone.choices = choices(zones_with(user_of(request).time_zone))
    return form


def _page(request: Request, form: ProfileForm) -> Response:
    user = user_of(request)
    return render_form(
        request,
        "profile/edit.html",
        form,
        new_email=user.new_email,
        phone=user.phone,
        phone_is_confirmed=user.phone_confirmed_at is not None,
    )
