"""Errors turned into pages, or JSON where that is asked for: in this one place."""

from collections.abc import Mapping

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Match

from evosync.accounts.refusals import LinkVoid, NotThere, Refused, TooMany
from evosync.errors import EvoSyncError, Misconfigured, TryLater
from evosync.web.auth import Forbidden, known_session, session_of
from evosync.web.routing import Page
from evosync.web.view import Action, render

log = structlog.get_logger(__name__)

TITLES = {
    400: "Запрос не разобрать",
    403: "Сюда нельзя",
    404: "Такой страницы нет",
    405: "Так эту страницу не открыть",
    409: "Не получилось",
    410: "Ссылка не действует",
    421: "Адрес не тот",
    413: "Слишком много данных",
    429: "Слишком часто",
    500: "Что-то сломалось у нас",
    503: "Сервис сейчас не отвечает",
}
SENTENCES = {
    400: "Вернитесь назад и попробуйте ещё раз.",
    403: "Эта страница вам не открыта. Если она нужна, спросите того, кто установил EvoSync.",
    404: "Может быть, её удалили или в адресе опечатка.",
    405: "Откройте её по ссылке из меню.",
    500: "Мы записали, что случилось. Попробуйте ещё раз; если не помогло, назовите номер запроса "
    "тому, кто установил EvoSync.",
    503: "Подождите минуту и обновите страницу. Товары в VK не тронуты.",
}


async def on_http(request: Request, error: Exception) -> Response:
    """Answer what the framework, or a page of ours, gave a number."""
    status, headers, sentence = 500, None, None
    if isinstance(error, HTTPException):
        status, headers = error.status_code, error.headers
        # The framework's own details are English.
        sentence = None if error.detail.isascii() else error.detail
    response = await error_page(request, status, sentence)
    response.headers.update(headers or {})
    return response


async def on_forbidden(request: Request, _error: Exception) -> Response:
    """Answer whoever lacks a permission."""
    return await error_page(request, 403)


async def on_ours(request: Request, error: Exception) -> Response:
    """Answer what has a sentence of its own."""
    if not isinstance(error, EvoSyncError):
        return await broken_page(request)
    match error:
        case TooMany():
            response = await error_page(request, 429, error.message)
            response.headers["Retry-After"] = str(error.wait_s)
            return response
        case LinkVoid():
            return await error_page(request, 410, error.message, action=_way_out(request))
        case NotThere():
            return await error_page(request, 404, error.message)
        case Refused():
            return await error_page(request, 409, error.message)
        case TryLater():
            log.warning("request not answered", code=error.code, cause=error.cause)
            return await error_page(request, 503)
        case Misconfigured():
            # Whoever runs the service can mend it; to all others it is out.
            log.error("request failed", code=error.code, cause=error.cause, why=error.message)
            return await error_page(request, 503)
        case _:
            log.error("request failed", code=error.code, cause=error.cause)
            return await error_page(request, 500, error.message)


async def error_page(
    request: Request, status: int, sentence: str | None = None, *, action: Action | None = None
) -> Response:
    """Make the page of an error, or its JSON."""
    told = sentence or SENTENCES.get(status, SENTENCES[400])
    if _wants_json(request):
        return JSONResponse({"error": told}, status)
    await _look_who_it_is(request)
    context: Mapping[str, object] = {
        "title": TITLES.get(status, TITLES[400]),
        "sentence": told,
        "request_id": getattr(request.state, "request_id", None) if status >= 500 else None,
        "action": action or _home(request),
    }
    return render(request, "error.html", status=status, **context)


async def broken_page(request: Request) -> Response:
    """Make the page for what nobody foresaw; whatever is broken, there is an answer."""
    try:
        return await error_page(request, 500)
    except Exception:
        log.exception("page of an error broke")
        return PlainTextResponse(SENTENCES[500], 500)


def _wants_json(request: Request) -> bool:
    # Not `request.state.page`: what stops a request on its way there has to know too.
    scope = request.scope
    return any(
        isinstance(route, Page) and route.is_json and route.matches(scope)[0] is not Match.NONE
        for route in request.app.routes
    )


async def _look_who_it_is(request: Request) -> None:
    """Find out for whom the page is; a database that is out must not hide the error itself."""
    try:
        await session_of(request)
    except EvoSyncError:
        request.state.session = None


def _home(request: Request) -> Action | None:
    if known_session(request) is not None:
        return Action(label="На главную", url=request.app.url_path_for("profile"))
    return Action(label="Войти", url=request.app.url_path_for("login"))


def _way_out(request: Request) -> Action | None:
    ways = {
        "reset-password": ("forgot-password", "Запросить новую ссылку"),
        # Whoever was invited and never came is sent another invitation there.
        "invite": ("forgot-password", "Запросить новую ссылку"),
        "confirm-email": ("resend-confirm", "Прислать письмо ещё раз"),
    }
    page = getattr(request.state, "page", None)
    if page is None or page.name not in ways:
        return None
    name, label = ways[page.name]
    return Action(label=label, url=request.app.url_path_for(name))


handlers = {
    HTTPException: on_http,
    Forbidden: on_forbidden,
    EvoSyncError: on_ours,
}
