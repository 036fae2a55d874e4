"""Connecting a till by Evotor's OAuth 2, for installations that have a client there.

https://developer.evotor.ru/docs/rest_oauth20_authorization_guide.html
"""

import base64
from dataclasses import dataclass, field
from urllib.parse import urlencode

from evosync.outbound.client import Client, Request
from evosync.outbound.grants import TIMEOUT_S, Grant, ask_grant


@dataclass(frozen=True, slots=True, kw_only=True)
class EvotorOAuth:
    """One OAuth client at Evotor."""

    client: Client
    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str

    def authorize_url(self, *, state: str) -> str:
        """Return where a person consents; Evotor sends them back to `redirect_uri`.

        Its guide does not mention the state; it is sent and checked where it comes back.
        """
        query = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "state": state,
        }
        return f"{self.base_url.rstrip('/')}/oauth/authorize?{urlencode(query)}"

    async def exchange(self, *, code: str) -> Grant:
        """Give the code that a person came back with for tokens. Raises Denied and TryLater."""
        return await self._ask(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.redirect_uri,
            }
        )

    async def renew(self, *, refresh_token: str) -> Grant:
        """Give a refresh token for new tokens. Raises Denied and TryLater."""
        return await self._ask({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def renew_with(self, refresh_token: str, _device_id: str) -> Grant:
        """Renew, as whoever keeps tokens calls it: Evotor knows no devices."""
        return await self.renew(refresh_token=refresh_token)

    async def _ask(self, form: dict[str, str]) -> Grant:
        pair = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode("ascii")
        request = Request(
            method="POST",
            url=f"{self.base_url.rstrip('/')}/oauth/token",
            headers={"Authorization": f"Basic {pair}"},
            form=form,
            timeout_s=TIMEOUT_S,
        )
        return await ask_grant(self.client, request, service="Эвотор")
