"""`/resend-confirm`: the letter of confirmation once more."""

from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts import registration
from evosync.web.auth import known_session, visit_of
from evosync.web.forms import PageForm, email_field, read_form
from evosync.web.state import desk_of
from evosync.web.view import look_out_for_letter, render, render_form


class ResendForm(PageForm):
    """Whose e-mail waits."""

    email = email_field()


async def show(request: Request) -> Response:
    """Show the form."""
    session = known_session(request)
    email = session.user.email if session else None
    return render(request, "public/resend_confirm.html", form=ResendForm(data={"email": email}))


async def submit(request: Request) -> Response:
    """Write again to whoever waits; the answer does not tell whether anybody does."""
    form = await read_form(request, ResendForm)
    session = known_session(request)
    if session is not None and session.user.is_pending:
        # The button of the page where one waits brings no e-mail.
        form.email.data = session.user.email
    if form.checked():
        with form.telling():
            await registration.resend(desk_of(request), form.email.data, visit_of(request))
            return look_out_for_letter(
                request,
                "Проверьте почту",
                f"Если {form.email.data} ждёт подтверждения, письмо уже в пути.",
                "Не пришло за пять минут — загляните в «Спам».",
            )
    return render_form(request, "public/resend_confirm.html", form)
