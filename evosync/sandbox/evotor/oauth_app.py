"""Evotor's OAuth over HTTP: the page that shop owners see, and the program's exchange."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from evosync.sandbox.evotor.oauth import Asked, EvotorOAuth
from evosync.sandbox.evotor.state import UserState
from evosync.sandbox.sign_in import (
    Choice,
    OAuthRefused,
    Question,
    answer_call,
    is_registered,
    json_answer,
    read_parameters,
    send_back,
    show_mistake,
)

_SERVICE = "Эвотор"
_STYLE = "../../till/till.css"
_CALLBACK = "/evotor/callback"
_DEFAULT_SCOPE = "store:read product:read product-group:read"

_RIGHTS = {
    "store": "Магазины",
    "product": "Товары",
    "product.quantity": "Остатки",
    "product-group": "Группы товаров",
    "product-image": "Фотографии товаров",
    "document": "Документы",
    "employee": "Сотрудники",
    "device": "Смарт-терминалы",
}


def evotor_oauth_app(oauth: EvotorOAuth) -> Starlette:
    """Return the app over one sign-in; its base URL is wherever this app is mounted."""
    http = _Http(oauth)
    return Starlette(
        routes=[
            Route("/oauth/authorize", http.authorize, methods=["GET", "POST"]),
            Route("/oauth/token", http.token, methods=["POST"]),
        ]
    )


class _Http:
    def __init__(self, oauth: EvotorOAuth) -> None:
        self._oauth = oauth

    async def authorize(self, request: Request) -> Response:
        """The page to which the program sends a browser, and its form."""
        given = await read_parameters(request)
        try:
            asked = self._read(given)
            if request.method == "POST":
                return self._answered(asked, given.get("answer", ""), given.get("person", ""))
            return self._ask(asked, given)
        except OAuthRefused as refused:
            self._oauth.counters["refused"] += 1
            return show_mistake(_SERVICE, refused.description, _STYLE)

    async def token(self, request: Request) -> Response:
        """A code or a refresh token for tokens."""
        given = await read_parameters(request)
        authorization = request.headers.get("authorization", "")
        call, work = self._grant(given.get("grant_type", ""))
        return answer_call(
            self._oauth.faults, call, lambda: work(given, authorization), self._refuse
        )

    def _ask(self, asked: Asked, given: Mapping[str, str]) -> Response:
        users = self._oauth.cloud.state.users
        knobs = self._oauth.knobs
        if knobs.consent != "ask":
            return self._answered(asked, knobs.consent, knobs.user_id or next(iter(users), ""))
        return Question(
            service=_SERVICE,
            people=[Choice(value=user.id, name=_name(user)) for user in users.values()],
            rights=[_right(scope) for scope in asked.scope.split()],
            asked=given,
            style=_STYLE,
        ).show()

    def _answered(self, asked: Asked, answer: str, user_id: str) -> Response:
        if answer != "grant":
            self._oauth.counters["refused"] += 1
            back = {"error": "access_denied", "error_description": "User denied access"}
            returns_state = self._oauth.knobs.returns_state and asked.state
            return send_back(
                asked.redirect_uri, back | ({"state": asked.state} if returns_state else {})
            )
        if user_id not in self._oauth.cloud.state.users:
            raise OAuthRefused("no_person", "Такого владельца в этой песочнице нет.")
        return send_back(asked.redirect_uri, self._oauth.authorize(asked, user_id))

    def _read(self, given: Mapping[str, str]) -> Asked:
        """Read what the program asks for; raises OAuthRefused with a Russian sentence."""
        redirect_uri = given.get("redirect_uri", "")
        is_right = {
            "client_id": given.get("client_id") == self._oauth.client_id,
            "redirect_uri": is_registered(redirect_uri, self._oauth.knobs.redirect_uris, _CALLBACK),
            "response_type": given.get("response_type") == "code",
        }
        for name, right in is_right.items():
            if not right:
                sentence = f"Программа отправила сюда с ошибкой в {name}: вход невозможен."
                raise OAuthRefused("invalid_request", sentence)
        return Asked(
            redirect_uri=redirect_uri,
            state=given.get("state", ""),
            scope=given.get("scope", "") or _DEFAULT_SCOPE,
        )

    def _grant(self, kind: str) -> tuple[str, Callable[[Mapping[str, str], str], dict[str, Any]]]:
        match kind:
            case "authorization_code":
                return "auth", self._oauth.exchange
            case "refresh_token":
                return "refresh", self._oauth.refresh
            case _:
                return "auth", _no_such_grant

    def _refuse(self, refused: OAuthRefused) -> Response:
        self._oauth.counters["refused"] += 1
        body = {"error": refused.error, "error_description": refused.description}
        status = refused.status or 400
        headers = {"WWW-Authenticate": 'Basic realm="oauth"'} if status == 401 else {}
        return json_answer(body, status, headers)


def _no_such_grant(_given: Mapping[str, str], _authorization: str) -> dict[str, Any]:
    raise OAuthRefused("unsupported_grant_type", "Unsupported grant type")


def _name(user: UserState) -> str:
    stores = ", ".join(store.name for store in user.stores.values())
    return f"{stores} ({user.id})" if stores else user.id


def _right(scope: str) -> str:
    resource, _, may = scope.partition(":")
    name = _RIGHTS.get(resource, resource)
    return f"{name}: читать и менять" if may == "write" else name
