"""Evotor's OAuth over the fake cloud: shop owners let a program in for a week at a time."""

import base64
import binascii
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from evosync.sandbox.evotor.cloud import EvotorCloud
from evosync.sandbox.evotor.state import OAuthCode, OAuthGrant
from evosync.sandbox.faults import Faults
from evosync.sandbox.sign_in import Consent, OAuthRefused, SignInFault, needed

COUNTERS = ("authorizations", "exchanges", "refreshes", "refused")
CODE_LIFETIME_S = 600  # not documented; as usual elsewhere

_BAD_CLIENT = 401


@dataclass(slots=True, kw_only=True)
class OAuthKnobs:
    """How this sign-in behaves; a test turns a switch and the next request feels it.

    Attributes:
        consent: a page asks the owner, or the answer is given at once.
        user_id: who says yes at once; None: the first owner of the cloud.
        returns_state: whether `state` comes back; the documentation does not
            name it.
        rotates_refresh: whether each refresh brings a new refresh token.
        access_lifetime_s: how long an access token opens the cloud; the
            documentation says seven days.
        redirect_uris: the registered addresses; none: every http or https
            address whose path ends with `/evotor/callback`.

    """

    consent: Consent = "ask"
    user_id: str | None = None
    returns_state: bool = True
    rotates_refresh: bool = True
    access_lifetime_s: int = 604_800
    redirect_uris: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A sign-in that a program asks for, its address being right."""

    redirect_uri: str
    state: str
    scope: str


class EvotorOAuth:
    """Lets owners of the cloud's accounts admit one program, `client_id`.

    The exchanges take the parameters as they came and the Authorization
    header, and raise OAuthRefused. The `counters` are named by COUNTERS,
    `refused` counting every no, an owner's too.
    """

    def __init__(
        self,
        cloud: EvotorCloud,
        *,
        client_id: str,
        client_secret: str,
        knobs: OAuthKnobs | None = None,
    ) -> None:
        self.cloud = cloud
        self.client_id = client_id
        self.client_secret = client_secret
        self.knobs = knobs or OAuthKnobs()
        self.faults = Faults(SignInFault)
        self.counters: Counter[str] = Counter()

    def authorize(self, asked: Asked, user_id: str) -> dict[str, object]:
        """Let an owner admit the program; returns what the browser brings back to it."""
        state, now = self.cloud.state.oauth, self.cloud.clock()
        for text in [text for text, code in state.codes.items() if code.expires_at <= now]:
            del state.codes[text]
        text = secrets.token_urlsafe(16)
        state.codes[text] = OAuthCode(
            user_id=user_id,
            redirect_uri=asked.redirect_uri,
            scope=asked.scope,
            expires_at=now + CODE_LIFETIME_S,
        )
        self.counters["authorizations"] += 1
        returned = {"state": asked.state} if self.knobs.returns_state and asked.state else {}
        return {"code": text, **returned}

    def exchange(self, given: Mapping[str, str], authorization: str) -> dict[str, Any]:
        """Give the first tokens for a code."""
        self._check_client(authorization)
        text, redirect_uri = needed(given, "code"), needed(given, "redirect_uri")
        codes = self.cloud.state.oauth.codes
        code = codes.get(text)
        if code is None or code.expires_at <= self.cloud.clock():
            raise OAuthRefused("invalid_grant", f"Invalid authorization code: {text}")
        if redirect_uri != code.redirect_uri:
            raise OAuthRefused("invalid_grant", "Redirect URI mismatch.")
        del codes[text]
        self.counters["exchanges"] += 1
        return self._tokens(OAuthGrant(user_id=code.user_id, scope=code.scope))

    def refresh(self, given: Mapping[str, str], authorization: str) -> dict[str, Any]:
        """Give a new access token; the old one stays good for its time."""
        self._check_client(authorization)
        text = needed(given, "refresh_token")
        grants = self.cloud.state.oauth.grants
        grant = grants.get(text)
        if grant is None:
            raise OAuthRefused("invalid_grant", f"Invalid refresh token: {text}")
        self.counters["refreshes"] += 1
        if not self.knobs.rotates_refresh:
            return self._tokens(grant, text)
        return self._tokens(grants.pop(text))

    def revoke_all(self, user_id: str) -> None:
        """End whatever an owner has admitted, without the program; a pasted token stays."""
        state = self.cloud.state
        state.users[user_id].tokens_until.clear()
        kept = {text: each for text, each in state.oauth.grants.items() if each.user_id != user_id}
        state.oauth.grants = kept

    def _check_client(self, authorization: str) -> None:
        if _basic(authorization) != (self.client_id, self.client_secret):
            raise OAuthRefused("invalid_client", "Bad client credentials", status=_BAD_CLIENT)

    def _tokens(self, grant: OAuthGrant, refresh_token: str = "") -> dict[str, Any]:
        lifetime_s = self.knobs.access_lifetime_s
        access_token = secrets.token_urlsafe(32)
        refresh_token = refresh_token or secrets.token_urlsafe(32)
        state = self.cloud.state
        state.users[grant.user_id].tokens_until[access_token] = self.cloud.clock() + lifetime_s
        state.oauth.grants[refresh_token] = grant
        return {
            "access_token": access_token,
            "token_type": "bearer",
            "expires_in": lifetime_s,
            "refresh_token": refresh_token,
            "scope": grant.scope,
        }


def _basic(authorization: str) -> tuple[str, str] | None:
    """Read the client of a Basic header; both halves may be form-encoded, as RFC 6749 says."""
    scheme, _, coded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote_plus(client_id), unquote_plus(secret)
