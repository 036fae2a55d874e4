"""`/confirm-email`: an e-mail confirmed by the link of a letter, and where others wait for it."""

from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts import registration
from evosync.accounts.refusals import Refused
from evosync.web.auth import known_session, sign_in_first, visit_of
from evosync.web.flash import flash
from evosync.web.forms import PageForm, read_form, token_field
from evosync.web.state import desk_of
from evosync.web.view import redirect, render


class TokenForm(PageForm):
    """The token of a link, and a button."""

    token = token_field()


async def show(request: Request) -> Response:
    """Show a button: programs that look into letters open links, and must not spend them."""
    token = request.query_params.get("token")
    if token is None:
        return _wait(request)
    user = await registration.find_confirmed(desk_of(request), token)
    session = known_session(request)
    if user.new_email is not None and session is None:
        return sign_in_first(request)
    if user.new_email is not None and session is not None and session.user.id != user.id:
        raise Refused(registration.OWN_ONLY)
    return render(
        request,
        "public/confirm_email.html",
        form=TokenForm(data={"token": token}),
        email=user.new_email or user.email,
    )


async def submit(request: Request) -> Response:
    """Spend the link. Raises LinkVoid and Refused."""
    form = await read_form(request, TokenForm)
    session = known_session(request)
    user = await registration.confirm(
        desk_of(request),
        form.token.data or "",
        visit_of(request),
        viewer_id=session.user.id if session else None,
    )
    is_new = user.new_email is not None
    response = redirect(request, "profile" if session else "login")
    told = "Теперь ваша почта — " + (user.new_email or "") if is_new else "Почта подтверждена"
    flash(request, response, "success", f"{told}.")
    return response


def _wait(request: Request) -> Response:
    session = known_session(request)
    if session is None:
        return redirect(request, "resend-confirm")
    if not session.user.is_pending:
        return redirect(request, "profile")
    return render(request, "public/waiting.html", email=session.user.email)
