"""Signing in with VK ID: OAuth 2.1 with PKCE, and tokens that rotate.

https://id.vk.com/about/business/go/docs/ru/vkid/latest/vk-id/connection/api-integration/api-description
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from evosync.outbound.client import Client, Request
from evosync.outbound.grants import TIMEOUT_S, Denied, Grant, ask_grant, challenge_of, make_secret

SCOPE = "market photos groups"
"""Goods; covers of albums; the list of communities that a person administrates."""

MARKET = "market"


@dataclass(frozen=True, slots=True, kw_only=True)
class VkId:
    """One application at VK ID; `redirect_uri` is registered there to the letter."""

    client: Client
    base_url: str
    client_id: str
    redirect_uri: str

    def authorize_url(self, *, state: str, verifier: str) -> str:
        """Return where a person signs in and consents; VK sends them back to `redirect_uri`."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": state,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "s256",
            "scope": SCOPE,
        }
        return f"{self.base_url.rstrip('/')}/authorize?{urlencode(query)}"

    async def exchange(self, *, code: str, verifier: str, device_id: str, state: str) -> Grant:
        """Give the code that a person came back with for tokens. Raises Denied and TryLater."""
        return await self._ask(
            {
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": verifier,
                "redirect_uri": self.redirect_uri,
                "device_id": device_id,
                "state": state,
            }
        )

    async def renew(self, *, refresh_token: str, device_id: str) -> Grant:
        """Give a refresh token for new tokens; it is spent then. Raises Denied and TryLater."""
        return await self._ask(
            {
                "grant_type": "refresh_token",
                "refresh_token": refresh_token,
                "device_id": device_id,
                "state": make_secret(),
            }
        )

    async def renew_with(self, refresh_token: str, device_id: str) -> Grant:
        """Renew, as whoever keeps tokens calls it; likewise."""
        return await self.renew(refresh_token=refresh_token, device_id=device_id)

    async def _ask(self, form: dict[str, str]) -> Grant:
        request = Request(
            method="POST",
            url=f"{self.base_url.rstrip('/')}/oauth2/auth",
            form={**form, "client_id": self.client_id},
            timeout_s=TIMEOUT_S,
        )
        grant = await ask_grant(self.client, request, service="VK ID")
        if grant.state not in {None, form["state"]}:
            raise Denied("another state")
        return grant


def may_sell(scope: str | None) -> bool:
    """Tell whether a scope, as VK told it, opens goods; True where VK did not tell."""
    return scope is None or MARKET in scope.replace(",", " ").split()
