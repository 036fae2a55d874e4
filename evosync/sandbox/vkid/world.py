"""The fake VK ID as one object: it signs people of the fake VK in and renews their tokens."""

import base64
import hashlib
import re
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from evosync.sandbox.faults import Faults
from evosync.sandbox.sign_in import OAuthRefused, SignInFault, needed
from evosync.sandbox.vk.state import Person, Token
from evosync.sandbox.vk.tokens import is_over
from evosync.sandbox.vk.world import VkWorld
from evosync.sandbox.vkid.knobs import VkIdKnobs
from evosync.sandbox.vkid.state import Code, SignIn

CODE_LIFETIME_S = 600
COUNTERS = ("authorizations", "exchanges", "refreshes", "revocations", "refused")
PERSONAL_INFO = "vkid.personal_info"  # what VK ID gives to whoever asks for nothing

_VERIFIER = re.compile(r"[A-Za-z0-9_-]{43,128}")  # VK ID's documentation


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A sign-in that a program asks for, its address and its challenge being right."""

    redirect_uri: str
    state: str
    challenge: str
    scopes: list[str]


class VkId:
    """Signs people in to the one program `client_id`.

    The exchanges take the parameters as they came and raise OAuthRefused. The
    `counters` are named by COUNTERS, `refused` counting every no, a person's
    too; `revoke_all` and `expire_access` are what happens to a
    person's tokens without the program, and are not counted.
    """

    def __init__(self, vk: VkWorld, *, client_id: str, knobs: VkIdKnobs | None = None) -> None:
        self.client_id = client_id
        self.knobs = knobs or VkIdKnobs()
        self.faults = Faults(SignInFault)
        self.counters: Counter[str] = Counter()
        self._vk = vk
        self._state = vk.state.vkid

    @property
    def people(self) -> dict[int, Person]:
        """Whoever may sign in."""
        return self._vk.state.people

    def authorize(self, asked: Asked, user_id: int) -> dict[str, object]:
        """Let a person sign in; returns what the browser brings back to the program."""
        now = self._vk.clock()
        for text in [text for text, code in self._state.codes.items() if code.expires_at <= now]:
            del self._state.codes[text]
        code_text = f"vk2.{secrets.token_urlsafe(48)}"
        code = Code(
            user_id=user_id,
            redirect_uri=asked.redirect_uri,
            device_id=secrets.token_urlsafe(48),
            challenge=asked.challenge,
            scopes=asked.scopes,
            expires_at=now + CODE_LIFETIME_S,
        )
        self._state.codes[code_text] = code
        self.counters["authorizations"] += 1
        return {
            "code": code_text,
            "state": asked.state,
            "device_id": code.device_id,
            "type": "code_v2",
            "expires_in": CODE_LIFETIME_S,
        }

    def exchange(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Give the first pair of tokens for a code."""
        self._check_client(given)
        text, verifier = needed(given, "code"), needed(given, "code_verifier")
        redirect_uri, device_id = needed(given, "redirect_uri"), needed(given, "device_id")
        if not _VERIFIER.fullmatch(verifier):
            raise OAuthRefused("invalid_request", "code_verifier is missing or invalid")
        code = self._state.codes.get(text)
        if code is None or code.expires_at <= self._vk.clock():
            raise OAuthRefused("invalid_grant", "code is invalid or expired")
        if (redirect_uri, device_id) != (code.redirect_uri, code.device_id):
            raise OAuthRefused("invalid_grant", "code was given to another address or device")
        if challenge_of(verifier) != code.challenge:
            raise OAuthRefused("invalid_grant", "code_verifier does not fit the code")
        del self._state.codes[text]
        granted = [scope for scope in code.scopes if scope not in self.knobs.withheld_scopes]
        sign_in = SignIn(user_id=code.user_id, device_id=device_id, scopes=granted)
        self._state.sign_ins.append(sign_in)
        self.counters["exchanges"] += 1
        return self._pair(sign_in, given)

    def refresh(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Give the next pair of tokens; the refresh token given back is spent by it."""
        self._check_client(given)
        text, device_id = needed(given, "refresh_token"), needed(given, "device_id")
        sign_in = self._refreshable(text)
        if sign_in is None:
            raise OAuthRefused("invalid_grant", "refresh_token is invalid or expired")
        if device_id != sign_in.device_id:
            raise OAuthRefused("invalid_grant", "refresh_token was given to another device")
        if text == sign_in.refresh_token:
            sign_in.spent_token, sign_in.spent_at = text, self._vk.clock()
        self.counters["refreshes"] += 1
        return self._pair(sign_in, given)

    def revoke(self, given: Mapping[str, str]) -> dict[str, Any]:
        """End the whole sign-in of an access token."""
        sign_in, _ = self._signed_in(given)
        self._end(sign_in)
        self.counters["revocations"] += 1
        return {"response": 1}

    def logout(self, given: Mapping[str, str]) -> dict[str, Any]:
        """End one access token."""
        sign_in, text = self._signed_in(given)
        sign_in.access_tokens.remove(text)
        del self._vk.state.tokens[text]
        return {"response": 1}

    def user_info(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Tell who has signed in; the address and the number only to who was granted them."""
        sign_in, _ = self._signed_in(given)
        person = self.people[sign_in.user_id]
        return {
            "user": {
                "user_id": str(person.user_id),
                "first_name": person.first_name,
                "last_name": person.last_name,
                "avatar": "https://vk.com/images/camera_200.png",
                "email": f"id{person.user_id}@vk.example" if "email" in sign_in.scopes else "",
                "phone": "79990000000" if "phone" in sign_in.scopes else "",
            }
        }

    def revoke_all(self, user_id: int) -> None:
        """End every token of a person, pasted ones too, as when VK ends all their sign-ins."""
        for sign_in in self._sign_ins_of(user_id):
            self._end(sign_in)
        for text in [text for text, code in self._state.codes.items() if code.user_id == user_id]:
            del self._state.codes[text]
        tokens = self._vk.state.tokens
        for text in [text for text, token in tokens.items() if _is_of(token, user_id)]:
            del tokens[text]

    def expire_access(self, user_id: int) -> None:
        """Let the time of a person's access tokens be over; the refresh tokens stay good."""
        for sign_in in self._sign_ins_of(user_id):
            for text in sign_in.access_tokens:
                token = self._vk.state.tokens.get(text)
                if token is not None:
                    token.expires_at = self._vk.clock()

    def _check_client(self, given: Mapping[str, str]) -> None:
        if needed(given, "client_id") != self.client_id:
            raise OAuthRefused("invalid_client", "client_id is unknown")

    def _refreshable(self, text: str) -> SignIn | None:
        """Find the sign-in that a refresh token renews, if it still may."""
        now = self._vk.clock()
        for sign_in in self._state.sign_ins:
            in_grace = now < sign_in.spent_at + self.knobs.refresh_grace_s
            if text == sign_in.refresh_token or (text == sign_in.spent_token and in_grace):
                return sign_in
        return None

    def _signed_in(self, given: Mapping[str, str]) -> tuple[SignIn, str]:
        """Return the sign-in of a living access token, and the token; raises OAuthRefused."""
        self._check_client(given)
        text = needed(given, "access_token")
        token = self._vk.state.tokens.get(text)
        for sign_in in self._state.sign_ins:
            if text in sign_in.access_tokens and token and not is_over(self._vk, token):
                return sign_in, text
        raise OAuthRefused("invalid_token", "access_token is invalid or expired")

    def _sign_ins_of(self, user_id: int) -> list[SignIn]:
        return [sign_in for sign_in in self._state.sign_ins if sign_in.user_id == user_id]

    def _end(self, sign_in: SignIn) -> None:
        self._state.sign_ins.remove(sign_in)
        for text in sign_in.access_tokens:
            self._vk.state.tokens.pop(text, None)

    def _pair(self, sign_in: SignIn, given: Mapping[str, str]) -> dict[str, Any]:
        lifetime_s = self.knobs.access_lifetime_s
        access_token = f"vk2.a.{secrets.token_urlsafe(64)}"
        sign_in.refresh_token = f"vk2.r.{secrets.token_urlsafe(64)}"
        sign_in.access_tokens.append(access_token)
        self._vk.state.tokens[access_token] = Token(
            kind="user",
            bearer_id=sign_in.user_id,
            scopes=list(sign_in.scopes),
            expires_at=self._vk.clock() + lifetime_s,
        )
        return {
            "access_token": access_token,
            "refresh_token": sign_in.refresh_token,
            "id_token": self._id_token(sign_in),
            "token_type": "Bearer",
            "expires_in": lifetime_s,
            "user_id": sign_in.user_id,
            "state": given.get("state", ""),
            "scope": " ".join(sign_in.scopes),
        }

    def _id_token(self, sign_in: SignIn) -> str:
        """Make a JWT by its looks: the signature is noise."""
        now = int(self._vk.clock())
        claims = {"iss": "VK", "sub": sign_in.user_id, "app": self.client_id, "iat": now}
        parts = [msgspec.json.encode(part) for part in ({"alg": "RS256", "typ": "JWT"}, claims)]
        return ".".join(map(_base64url, [*parts, secrets.token_bytes(32)]))


def challenge_of(verifier: str) -> str:
    """Return the code challenge of a verifier, by the method S256."""
    return _base64url(hashlib.sha256(verifier.encode()).digest())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _is_of(token: Token, user_id: int) -> bool:
    return token.kind == "user" and token.bearer_id == user_id
