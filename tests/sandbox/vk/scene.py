"""Who is who in the fake VK of these tests, and a hand to call it with."""

from typing import Any

import httpx

ANNA, BORIS, COMMUNITY = "token-of-anna", "token-of-boris", "token-of-the-shop"
ANNA_ID, BORIS_ID = 501, 502
SHOP_ID, OTHER_SHOP_ID = 101, 102
SHOP = -SHOP_ID


class Api:
    """Calls the fake VK as an HTTP client would; gives whole answers."""

    def __init__(self, client: httpx.AsyncClient, token: str = ANNA) -> None:
        self.client = client
        self.token = token

    def by(self, token: str) -> "Api":
        """The same client with another token."""
        return Api(self.client, token)

    async def __call__(self, method: str, /, **params: Any) -> Any:
        given = {"access_token": self.token, "v": "5.199"} | {
            key: str(value) for key, value in params.items()
        }
        answer = await self.client.post(f"/method/{method}", data=given)
        assert answer.status_code == 200
        return answer.json()

    async def ok(self, method: str, /, **params: Any) -> Any:
        """The response of a call that has to succeed."""
        answer = await self(method, **params)
        assert "error" not in answer, answer["error"]
        return answer["response"]

    async def code(self, method: str, /, **params: Any) -> int:
        """The error code of a call that has to fail."""
        answer = await self(method, **params)
        assert "error" in answer, answer
        return int(answer["error"]["error_code"])

    async def add(self, name: str = "Чай зелёный", /, **params: Any) -> int:
        """A new item; its id."""
        fields = {"description": "Китайский, 50 г", "category_id": 40932, "price": "129.50"}
        given = {"owner_id": SHOP, "name": name} | fields | params
        return int((await self.ok("market.add", **given))["market_item_id"])
