"""`POST /admin/users/{id}/…`: the single acts on one person, each a button of their page."""

from starlette.requests import Request
from starlette.responses import Response

from evosync.accounts import administration
from evosync.db.accounts import UserStatus
from evosync.web.auth import user_of, visit_of
from evosync.web.flash import Kind, flash
from evosync.web.letters_sent import send_invitation, send_reset
from evosync.web.routing import number_in_path
from evosync.web.state import desk_of
from evosync.web.view import redirect


async def activate(request: Request) -> Response:
    """Let the person in."""
    user_id = number_in_path(request)
    status = await administration.activate(
        desk_of(request), user_of(request), user_id, _address(request)
    )
    if status is UserStatus.PENDING:
        return _done(request, user_id, "warning", "Включена, но пароля ещё нет: пригласите снова.")
    return _done(request, user_id, "success", "Учётная запись включена.")


async def suspend(request: Request) -> Response:
    """Shut the person out, at once."""
    user_id = number_in_path(request)
    await administration.suspend(desk_of(request), user_of(request), user_id, _address(request))
    return _done(request, user_id, "success", "Учётная запись приостановлена.")


async def reset_password(request: Request) -> Response:
    """Send the person a link to a new password; the old one stays until it is used."""
    user_id = number_in_path(request)
    user = await administration.note_reset(
        desk_of(request), user_of(request), user_id, _address(request)
    )
    return _done(request, user_id, *await send_reset(request, user))


async def send_invite(request: Request) -> Response:
    """Send the person another invitation; the earlier one is void."""
    user_id = number_in_path(request)
    user = await administration.invite_again(
        desk_of(request), user_of(request), user_id, _address(request)
    )
    return _done(request, user_id, *await send_invitation(request, user))


async def delete(request: Request) -> Response:
    """Delete the person's account."""
    user_id = number_in_path(request)
    await administration.delete(desk_of(request), user_of(request), user_id, _address(request))
    response = redirect(request, "admin-users")
    told = "Учётная запись удалена. Товары в VK остались как есть."
    flash(request, response, "success", told)
    return response


def _address(request: Request) -> str:
    return visit_of(request).address


def _done(request: Request, user_id: int, kind: Kind, text: str) -> Response:
    response = redirect(request, "admin-user", id=user_id)
    flash(request, response, kind, text)
    return response
