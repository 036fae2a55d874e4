"""The request quota of the fake cloud, counted for each token and path as Evotor does."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from evosync.sandbox.evotor.knobs import Knobs, ResetUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one request found: whether it may pass, and the headers that tell so."""

    allowed: bool
    headers: dict[str, str]


class RateLimiter:
    """Fixed windows, the first request of a token to a path opening one."""

    def __init__(self, clock: Callable[[], float], knobs: Knobs) -> None:
        self._clock = clock
        self._knobs = knobs
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}  # began at, requests

    def take(self, token: str, path: str) -> Budget:
        """Count one request and tell what is left of its window."""
        now = self._clock()
        began, used = self._windows.get((token, path), (now, 0))
        if now >= began + self._knobs.rate_window_s:
            began, used = now, 0
        allowed = used < self._knobs.rate_limit
        used += allowed
        self._windows[token, path] = (began, used)
        ends = began + self._knobs.rate_window_s
        left = self._knobs.rate_limit - used
        headers = quota_headers(self._knobs.rate_limit, left)
        headers["X-RateLimit-Reset"] = reset_header(ends, now, self._knobs.reset_unit)
        if not allowed and self._knobs.send_retry_after:
            headers["Retry-After"] = reset_header(ends, now, "seconds")
        return Budget(allowed=allowed, headers=headers)


def quota_headers(limit: int, left: int) -> dict[str, str]:
    """Return what a window holds and what is left of it, as the cloud tells."""
    return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left)}


def reset_header(ends: float, now: float, unit: ResetUnit) -> str:
    """Return X-RateLimit-Reset of a window that ends at this epoch second."""
    return str(math.ceil(ends - now if unit == "seconds" else ends))
