"""How often one may try: per address and per account, and before any hashing."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from time import time

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from evosync.accounts.refusals import TooMany

# How much of an IPv6 address tells one subscriber from another (RFC 6177: at least a /64 each).
_SUBSCRIBER_BITS = 64


class Limit(StrEnum):
    """What is limited, and by whom; see `sign_in.admit_sign_in` for how the first three meet."""

    SIGN_IN_BY_ADDRESS = "sign in by address"
    SIGN_IN_BY_BOTH = "sign in by address and account"
    SIGN_IN_BY_ACCOUNT = "sign in by account"
    LETTER_BY_ADDRESS = "letter by address"
    LETTER_BY_ACCOUNT = "letter by account"
    RESET_BY_ACCOUNT = "reset by account"
    LINK_BY_ADDRESS = "link by address"
    OWN_PASSWORD = "own password"  # noqa: S105 - a name
    PHONE_CODE_SENT = "phone code sent"
    PHONE_CODE_TRIED = "phone code tried"
    KEY_TRIED = "key tried"
    VERIFY_BY_ADDRESS = "verify by address"
    VERIFY_BY_ACCOUNT = "verify by account"
    KNOCK_LOGGED = "knock logged"


_QUARTER = 15  # minutes
_ITEMS: dict[Limit, RateLimitItem] = {
    Limit.SIGN_IN_BY_ADDRESS: RateLimitItemPerMinute(30, _QUARTER),
    Limit.SIGN_IN_BY_BOTH: RateLimitItemPerMinute(20, _QUARTER),
    Limit.SIGN_IN_BY_ACCOUNT: RateLimitItemPerMinute(300, _QUARTER),
    Limit.LETTER_BY_ADDRESS: RateLimitItemPerHour(20),
    Limit.LETTER_BY_ACCOUNT: RateLimitItemPerHour(5),
    Limit.RESET_BY_ACCOUNT: RateLimitItemPerHour(5),
    Limit.LINK_BY_ADDRESS: RateLimitItemPerMinute(60, _QUARTER),
    Limit.OWN_PASSWORD: RateLimitItemPerMinute(10, _QUARTER),
    Limit.PHONE_CODE_SENT: RateLimitItemPerHour(5),
    Limit.PHONE_CODE_TRIED: RateLimitItemPerMinute(5, _QUARTER),
    Limit.KEY_TRIED: RateLimitItemPerMinute(30, _QUARTER),
    # Everybody who signs in from Evotor's cabinet comes by the addresses of its cloud.
    Limit.VERIFY_BY_ADDRESS: RateLimitItemPerMinute(300, _QUARTER),
    Limit.VERIFY_BY_ACCOUNT: RateLimitItemPerMinute(20, _QUARTER),
    # Webhooks without the secret; enough to see that it is set up wrongly.
    Limit.KNOCK_LOGGED: RateLimitItemPerHour(100),
}


@dataclass(frozen=True, slots=True)
class Throttle:
    """Counts tries in this process; a restart forgets them."""

    _limiter: MovingWindowRateLimiter = field(
        default_factory=lambda: MovingWindowRateLimiter(MemoryStorage())
    )

    async def admit(self, limit: Limit, whose: str) -> None:
        """Count a try. Raises TooMany when there were too many before it."""
        item = _ITEMS[limit]
        # Two limits of one size and window would otherwise share their counts.
        key = (limit.value, whose)
        if await self._limiter.hit(item, *key):
            return
        stats = await self._limiter.get_window_stats(item, *key)
        raise TooMany(timedelta(seconds=stats.reset_time - time()))


def subscriber(address: str) -> str:
    """Return what of an address is one subscriber's: whoever has a whole network has one turn."""
    try:
        known = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(IPv6Address(int(known) >> _SUBSCRIBER_BITS << _SUBSCRIBER_BITS))
    return str(known)
