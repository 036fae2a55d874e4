"""`/forgot-password`: a link to a new password, to the e-mail or the confirmed phone."""

from starlette.requests import Request
from starlette.responses import Response
from wtforms import StringField

from evosync.accounts import recovery
from evosync.accounts.addresses import LONGEST_EMAIL
from evosync.web.auth import visit_of
from evosync.web.forms import Line, PageForm, Required, read_form, stripped
from evosync.web.state import desk_of
from evosync.web.view import look_out_for_letter, render, render_form


class ForgotForm(PageForm):
    """Where the link is to go."""

    address = StringField(
        "Почта или подтверждённый телефон",
        [Required("Укажите почту или телефон."), Line(LONGEST_EMAIL)],
        filters=[stripped],
    )


async def show(request: Request) -> Response:
    """Show the form."""
    return render(request, "public/forgot_password.html", form=ForgotForm())


async def submit(request: Request) -> Response:
    """Send a link, if the address is known; the answer does not tell."""
    form = await read_form(request, ForgotForm)
    if form.checked():
        with form.telling():
            await recovery.ask_for_reset(
                desk_of(request), form.address.data or "", visit_of(request)
            )
            return look_out_for_letter(
                request,
                "Ссылка в пути",
                f"Если у {form.address.data} есть учётная запись, ссылка уже отправлена.",
                "Она действует один час. Не пришло за пять минут — загляните в «Спам».",
            )
    return render_form(request, "public/forgot_password.html", form)
