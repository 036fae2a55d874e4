"""`/profile/phone`: a number, and the code that proves it."""

from starlette.requests import Request
from starlette.responses import Response
from wtforms import StringField

from evosync.accounts import own_account
from evosync.web.auth import user_of, visit_of
from evosync.web.flash import flash
from evosync.web.forms import (
    Line,
    PageForm,
    Required,
    password_field,
    read_form,
    sent_form,
    stripped,
)
from evosync.web.state import desk_of
from evosync.web.view import redirect, render

LONGEST_NUMBER = 32  # characters, with all that people put between digits


class PhoneForm(PageForm):
    """A number."""

    phone = StringField(
        "Номер телефона",
        [Required("Укажите номер."), Line(LONGEST_NUMBER)],
        filters=[stripped],
    )
    current = password_field("Нынешний пароль")


class CodeForm(PageForm):
    """The code that came."""

    code = StringField("Код", [Required("Введите код."), Line(LONGEST_NUMBER)], filters=[stripped])


async def show(request: Request) -> Response:
    """Show where the number stands."""
    return _page(request)


async def submit(request: Request) -> Response:
    """Take a number, a code, or the wish to have no number: by which field was sent."""
    sent = await sent_form(request)
    if "drop" in sent:
        await own_account.drop_phone(desk_of(request), user_of(request), visit_of(request))
        response = redirect(request, "profile-phone")
        flash(request, response, "success", "Номер убран.")
        return response
    return await (_take_code(request) if "code" in sent else _take_phone(request))


async def _take_phone(request: Request) -> Response:
    form = await read_form(request, PhoneForm)
    if form.checked():
        with form.telling():
            await own_account.take_phone(
                desk_of(request), user_of(request), form.phone.data or "", form.current.data
            )
            response = redirect(request, "profile-phone")
            flash(request, response, "secondary", "Код отправлен. Он действует 10 минут.")
            return response
    return _page(request, phone=form)


async def _take_code(request: Request) -> Response:
    form = await read_form(request, CodeForm)
    if form.checked():
        with form.telling():
            await own_account.confirm_phone(
                desk_of(request), user_of(request), form.code.data or "", visit_of(request)
            )
            response = redirect(request, "profile-edit")
            flash(request, response, "success", "Телефон подтверждён.")
            return response
    return _page(request, code=form)


def _page(
    request: Request, *, phone: PhoneForm | None = None, code: CodeForm | None = None
) -> Response:
    user = user_of(request)
    form = code or phone or PageForm()
    waits = user.phone_code is not None
    response = render(
        request,
        "profile/phone.html",
        status=form.status,
        form_phone=phone or PhoneForm(),
        form_code=(code or CodeForm()) if waits or code else None,
        phone=user.phone,
        is_confirmed=user.phone_confirmed_at is not None,
        can_send_sms=desk_of(request).settings.sms_provider != "console",
    )
    response.headers.update(form.headers)
    return response
