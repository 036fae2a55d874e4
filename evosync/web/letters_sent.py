"""Letters sent while their page waits, so that it can say whether they left."""

from starlette.requests import Request

from evosync.accounts.invitations import invitation
from evosync.accounts.recovery import reset_letter
from evosync.alerts.mail import Letter
from evosync.db.accounts import User
from evosync.errors import EvoSyncError
from evosync.web.auth import user_of
from evosync.web.flash import Kind
from evosync.web.state import desk_of

_PRINTED = "Почта не настроена, поэтому письмо для {email} напечатано в журнале сервиса."


async def send_invitation(request: Request, user: User) -> tuple[Kind, str]:
    """Send an account its invitation; returns what the next page says of that."""
    letter = invitation(desk_of(request), user, inviter=user_of(request).shown_name)
    return await _send(request, letter, f"Приглашение отправлено на {user.email}.")


async def send_reset(request: Request, user: User) -> tuple[Kind, str]:
    """Send an account the link to a new password; returns what the next page says of that."""
    letter = reset_letter(desk_of(request), user)
    return await _send(request, letter, f"Ссылка для нового пароля отправлена на {user.email}.")


async def _send(request: Request, letter: Letter, done: str) -> tuple[Kind, str]:
    desk = desk_of(request)
    try:
        await desk.post.now(letter)
    except EvoSyncError as error:
        return "danger", error.message
    if desk.settings.email_provider == "console":
        return "warning", _PRINTED.format(email=letter.to)
    return "success", done
