"""`/confirm-email`: an e-mail confirmed by the link of a letter, and where others wait for it."""

from starlette.requests import Request
from starlette.responses import Response
from wtforms import PasswordField

from evosync.accounts import registration, sign_in
from evosync.accounts.passwords import MAX_LENGTH
from evosync.accounts.refusals import Refused
from evosync.accounts.registration import Proof
from evosync.db.accounts import User
from evosync.web.auth import known_session, open_session, sign_in_first, visit_of
from evosync.web.flash import flash
from evosync.web.forms import Line, PageForm, read_form, token_field
from evosync.web.state import desk_of
from evosync.web.view import redirect, render, render_form


class ConfirmForm(PageForm):
    """The token of a link, and the password of whoever is not signed in as that account."""

    password = PasswordField("Пароль, с которым вы регистрировались", [Line(MAX_LENGTH)])
    token = token_field()


async def show(request: Request) -> Response:
    """Show a button: programs that look into letters open links, and must not spend them."""
    token = request.query_params.get("token")
    if token is None:
        return _wait(request)
    user = await registration.find_confirmed(desk_of(request), token)
    if user.new_email is not None and known_session(request) is None:
        return sign_in_first(request)
    if user.new_email is not None and not _is_own(request, user):
        raise Refused(registration.OWN_ONLY)
    return _page(request, ConfirmForm(data={"token": token}), user)


async def submit(request: Request) -> Response:
    """Spend the link, and let its person in. Raises LinkVoid and Refused."""
    form = await read_form(request, ConfirmForm)
    desk, visit, token = desk_of(request), visit_of(request), form.token.data or ""
    known = await registration.find_confirmed(desk, token)
    session = known_session(request)
    if form.checked():
        with form.telling():
            proof = Proof(
                viewer_id=session.user.id if session else None, password=form.password.data or ""
            )
            user = await registration.confirm(desk, token, visit, proof)
            response = redirect(request, "profile")
            if not _is_own(request, user):
                if session is not None:
                    await sign_in.sign_out(desk, session)
                open_session(request, response, await sign_in.begin_session(desk, user, visit))
            told = "Почта подтверждена."
            if user.new_email is not None:
                told = f"Теперь ваша почта — {user.new_email}."
            flash(request, response, "success", told)
            return response
    return _page(request, form, known)


def _page(request: Request, form: ConfirmForm, user: User) -> Response:
    return render_form(
        request,
        "public/confirm_email.html",
        form,
        email=user.new_email or user.email,
        asks_password=not _is_own(request, user),
    )


def _is_own(request: Request, user: User) -> bool:
    session = known_session(request)
    return session is not None and session.user.id == user.id


def _wait(request: Request) -> Response:
    session = known_session(request)
    if session is None:
        return redirect(request, "resend-confirm")
    if not session.user.is_pending:
        return redirect(request, "profile")
    return render(request, "public/waiting.html", email=session.user.email)
