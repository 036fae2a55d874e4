"""Whose call it is: the token of a request, and whether it still opens anything."""

from collections.abc import Mapping

from evosync.sandbox.vk.refusals import Refused
from evosync.sandbox.vk.state import Token
from evosync.sandbox.vk.world import VkWorld


def token_text(authorization: str, given: Mapping[str, str]) -> str:
    """The token of a request, from a parameter or the header; "" if it has none."""
    scheme, _, bearer = authorization.partition(" ")
    return given.get("access_token") or (bearer.strip() if scheme.lower() == "bearer" else "")


def living_token(world: VkWorld, text: str) -> Token:
    """The token of this text; Refused if it is unknown or over."""
    if not text:
        raise Refused(5, "no access_token passed.")
    token = world.state.tokens.get(text)
    if token is None:
        raise Refused(5, "invalid access_token (4).")
    check_alive(world, token)
    return token


def check_alive(world: VkWorld, token: Token) -> None:
    """Refuse a token that is over, in its own way or in the world's."""
    if is_over(world, token):
        code = token.expired_code or world.knobs.expired_token_code
        raise Refused(code, "access_token has expired." if code == 5 else "")


def is_over(world: VkWorld, token: Token) -> bool:
    """Whether a token was ended, or its time has come."""
    return token.expired or (token.expires_at is not None and token.expires_at <= world.clock())
