"""The fake VK ID over HTTP: the page that people see, and the calls of the program."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

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
from evosync.sandbox.vkid.world import PERSONAL_INFO, Asked, VkId

_SERVICE = "VK ID"
_STYLE = "../till/till.css"
_CALLBACK = "/vk/callback"

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url without padding
_REFUSED = "access_denied"

# Rights by the names VK ID takes; whatever else is asked for is not granted.
_RIGHTS = {
    PERSONAL_INFO: "Имя и фотография",
    "market": "Товары",
    "photos": "Фотографии",
    "groups": "Сообщества",
    "wall": "Стена",
    "docs": "Документы",
    "offline": "Доступ в любое время",
    "email": "Почта",
    "phone": "Телефон",
}


def vkid_app(vkid: VkId) -> Starlette:
    """Return the app over one VK ID; its base URL is wherever this app is mounted."""
    http = _Http(vkid)
    return Starlette(
        routes=[
            Route("/authorize", http.authorize, methods=["GET", "POST"]),
            Route("/oauth2/auth", http.auth, methods=["POST"]),
            Route("/oauth2/revoke", http.revoke, methods=["POST"]),
            Route("/oauth2/logout", http.logout, methods=["POST"]),
            Route("/oauth2/user_info", http.user_info, methods=["POST"]),
        ]
    )


class _Http:
    def __init__(self, vkid: VkId) -> None:
        self._vkid = vkid

    async def authorize(self, request: Request) -> Response:
        """The page to which the program sends a browser, and its form."""
        given = await read_parameters(request)
        try:
            asked = self._read(given)
            if request.method == "POST":
                return self._answered(asked, given.get("answer", ""), given.get("person", ""))
            return self._ask(asked, given)
        except OAuthRefused as refused:
            self._vkid.counters["refused"] += 1
            return show_mistake(_SERVICE, refused.description, _STYLE)

    async def auth(self, request: Request) -> Response:
        """A code or a refresh token for tokens."""
        given = await read_parameters(request)
        match given.get("grant_type"):
            case "authorization_code":
                return self._call("auth", self._vkid.exchange, given)
            case "refresh_token":
                return self._call("refresh", self._vkid.refresh, given)
            case _:
                return self._call("auth", _no_such_grant, given)

    async def revoke(self, request: Request) -> Response:
        """The end of a sign-in."""
        return self._call("revoke", self._vkid.revoke, await read_parameters(request))

    async def logout(self, request: Request) -> Response:
        """The end of an access token."""
        return self._call("logout", self._vkid.logout, await read_parameters(request))

    async def user_info(self, request: Request) -> Response:
        """Whoever has signed in."""
        return self._call("user_info", self._vkid.user_info, await read_parameters(request))

    def _ask(self, asked: Asked, given: Mapping[str, str]) -> Response:
        people = self._vkid.people
        if not people:
            raise OAuthRefused("no_people", "В этой песочнице некому войти.")
        if self._vkid.knobs.consent == "ask":
            return Question(
                service=_SERVICE,
                people=[
                    Choice(value=str(each.user_id), name=f"{each.first_name} {each.last_name}")
                    for each in people.values()
                ],
                rights=[_RIGHTS[scope] for scope in asked.scopes],
                asked=given,
                style=_STYLE,
            ).show()
        person_id = self._vkid.knobs.person_id or next(iter(people))
        return self._answered(asked, self._vkid.knobs.consent, str(person_id))

    def _answered(self, asked: Asked, answer: str, person: str) -> Response:
        if answer != "grant":
            self._vkid.counters["refused"] += 1
            return send_back(
                asked.redirect_uri,
                {
                    "error": _REFUSED,
                    "error_description": "User denied your request",
                    "state": asked.state,
                },
            )
        user_id = next((each for each in self._vkid.people if str(each) == person), None)
        if user_id is None:
            raise OAuthRefused("no_person", "Такого человека в этой песочнице нет.")
        return send_back(asked.redirect_uri, self._vkid.authorize(asked, user_id))

    def _read(self, given: Mapping[str, str]) -> Asked:
        """Read what the program asks for; raises OAuthRefused with a Russian sentence."""
        asked = Asked(
            redirect_uri=given.get("redirect_uri", ""),
            state=given.get("state", ""),
            challenge=given.get("code_challenge", ""),
            scopes=[scope for scope in given.get("scope", "").split() if scope in _RIGHTS]
            or [PERSONAL_INFO],
        )
        is_right = {
            "client_id": given.get("client_id") == self._vkid.client_id,
            "redirect_uri": is_registered(
                asked.redirect_uri, self._vkid.knobs.redirect_uris, _CALLBACK
            ),
            "response_type": given.get("response_type") == "code",
            "state": bool(asked.state),
            "code_challenge": _CHALLENGE.fullmatch(asked.challenge) is not None,
            "code_challenge_method": given.get("code_challenge_method", "").upper() == "S256",
        }
        for name, right in is_right.items():
            if not right:
                sentence = f"Программа отправила сюда с ошибкой в {name}: вход невозможен."
                raise OAuthRefused("invalid_request", sentence)
        return asked

    def _call(
        self,
        call: str,
        work: Callable[[Mapping[str, str]], dict[str, Any]],
        given: Mapping[str, str],
    ) -> Response:
        def refuse(refused: OAuthRefused) -> Response:
            self._vkid.counters["refused"] += 1
            body = {"error": refused.error, "error_description": refused.description}
            if "state" in given:
                body["state"] = given["state"]
            return json_answer(body, self._vkid.knobs.error_status)

        return answer_call(self._vkid.faults, call, lambda: work(given), refuse)


def _no_such_grant(_given: Mapping[str, str]) -> dict[str, Any]:
    raise OAuthRefused("unsupported_grant_type", "grant_type is missing or invalid")
