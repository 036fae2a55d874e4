"""What a client of a remote service asks of the rest: its token, its log, who counts its waits."""

from typing import Protocol

from evosync.outbound.exchange import Exchange


class TokenKeeper(Protocol):
    """Gives a live access token of one connection, and is told when it died."""

    async def token(self) -> str:
        """Return the access token; raises NeedsPerson when there is none."""
        ...

    async def refresh(self, refused: str) -> str | None:
        """Return a newer token than the `refused` one, or None when only a person can help."""
        ...


class Recorder(Protocol):
    """Is told of every exchange the moment it ends."""

    def record(self, exchange: Exchange) -> None:
        """Take note of it. Neither waits nor raises: the exchange matters more than its record."""
        ...


class QuotaWatch(Protocol):
    """Is told what a quota costs."""

    def waited(self, seconds: float) -> None:
        """Take note that a request had to wait for its start so long; more than 0 seconds."""
        ...

    def paused(self) -> None:
        """Take note that the service found the requests too many, and the quota rests."""
        ...
