"""A program that signs people in with the fake VK ID, and the browser it sends there."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from evosync.sandbox.world import VK_CLIENT_ID

CALLBACK = "http://127.0.0.1:8000/vk/callback"
VERIFIER = "v" * 64
STATE = "state-of-the-browser-0123456789abcdef"


def s256(verifier: str) -> str:
    """The code challenge by RFC 7636, appendix A, written once more."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.b64encode(digest).decode().translate({43: "-", 47: "_", 61: None})


class Program:
    """Signs people in; gives whole answers."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def visit(self, **params: str | None) -> httpx.Response:
        """Send the browser to the page; a parameter that is None is left out."""
        return await self.client.get("/vkid/authorize", params=asked(**params))

    async def come_back(self, **params: str | None) -> dict[str, str]:
        """Send the browser there and read what it brings back at once."""
        return brought(await self.visit(**params))

    async def auth(self, **fields: str | None) -> httpx.Response:
        given = {key: value for key, value in fields.items() if value is not None}
        return await self.client.post("/vkid/oauth2/auth", data={"client_id": VK_CLIENT_ID} | given)

    async def exchange(self, back: dict[str, str], **fields: str | None) -> httpx.Response:
        """Change a code for tokens."""
        given: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": back["code"],
            "device_id": back["device_id"],
            "code_verifier": VERIFIER,
            "redirect_uri": CALLBACK,
            "state": "state-of-the-exchange",
        }
        return await self.auth(**(given | fields))

    async def sign_in(self, **params: str | None) -> dict[str, Any]:
        """Go the whole way; what came, with the device id."""
        back = await self.come_back(**params)
        answer = await self.exchange(back)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens | {"device_id": back["device_id"]}

    async def refresh(self, tokens: dict[str, Any], **fields: str | None) -> httpx.Response:
        """Give a refresh token back for the next pair."""
        given: dict[str, str | None] = {
            "grant_type": "refresh_token",
            "refresh_token": tokens["refresh_token"],
            "device_id": tokens["device_id"],
            "state": "state-of-the-refresh",
        }
        return await self.auth(**(given | fields))

    async def call(self, access_token: str, method: str, **params: object) -> Any:
        """Call the fake VK."""
        given = {"access_token": access_token, "v": "5.199"} | params
        answer = await self.client.post(f"/vk/method/{method}", data=given)
        return answer.json()

    async def code(self, access_token: str) -> int:
        """The error code with which the fake VK meets a token, 0 for none."""
        answer = await self.call(access_token, "users.get")
        return int(answer["error"]["error_code"]) if "error" in answer else 0


def asked(**params: str | None) -> dict[str, str]:
    """What the program sends its browser with."""
    given: dict[str, str | None] = {
        "response_type": "code",
        "client_id": VK_CLIENT_ID,
        "redirect_uri": CALLBACK,
        "state": STATE,
        "code_challenge": s256(VERIFIER),
        "code_challenge_method": "s256",
        "scope": "market photos groups",
    }
    return {key: value for key, value in (given | params).items() if value is not None}


def brought(answer: httpx.Response) -> dict[str, str]:
    """What a browser brings back to the program."""
    assert answer.status_code == 303, answer.text
    address = urlsplit(answer.headers["location"])
    assert address._replace(query="").geturl() == CALLBACK
    return dict(parse_qsl(address.query))
