"""How often and how patiently to ask again, and what a silent service means for a run."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from evosync.errors import TryLater
from evosync.outbound.client import Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Exponential waits with jitter: `tries` in all, the first pause about `first_s`."""

    tries: int = 4
    first_s: float = 0.5
    ceiling_s: float = 10.0

    def wait_s(self, tried: int, chance: float) -> float | None:
        """Return the pause after the `tried`-th try; None when it was the last one.

        `chance` in [0, 1) spreads the pause over half to one and a half of
        itself, so that many clients do not return in step.
        """
        if tried >= self.tries:
            return None
        planned_s: float = min(self.first_s * 2 ** (tried - 1), self.ceiling_s)
        return planned_s * (0.5 + chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """A backoff together with what it waits and throws dice with."""

    backoff: Backoff = Backoff()
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random

    async def wait(self, tried: int) -> bool:
        """Wait after the `tried`-th try; False, at once, when it was the last one."""
        pause_s = self.backoff.wait_s(tried, self.chance())
        if pause_s is None:
            return False
        await self.sleep(pause_s)
        return True


def later_from(error: Unreachable, *, service: str, code: str) -> TryLater:
    """Turn a service's silence into the end of this run; `service` is its name on pages."""
    return TryLater(
        f"Нет связи с {service}: сервер не отвечает. Попробуем позже.", code=code, cause=error.cause
    )
