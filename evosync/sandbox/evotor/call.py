"""One request to the fake cloud that has passed the door: who asks, and about what."""

from dataclasses import dataclass

from starlette.requests import Request

from evosync.sandbox.evotor.cloud import EvotorCloud
from evosync.sandbox.evotor.refusals import Refusal, invalid
from evosync.sandbox.evotor.state import StoreState, UserState


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a method gives back: a body to be written as JSON, or none with a 204."""

    status: int = 200
    body: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request of a known user; `raw` is its body."""

    cloud: EvotorCloud
    user: UserState
    request: Request
    raw: bytes

    def part(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def text(self, name: str) -> str | None:
        """Return a query parameter, None if it is absent or empty."""
        return self.request.query_params.get(name) or None

    def number(self, name: str) -> int | None:
        """Return a query parameter that must be a whole number; a 400 if it is not."""
        text = self.text(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit()):
            raise invalid(name, "must be a number of milliseconds")
        return int(text)

    def store(self) -> StoreState:
        """Return the store of the path; 404 if this user has no such store."""
        store = self.user.stores.get(self.part("store_id"))
        if store is None:
            raise Refusal(404)
        return store

    def paid_store(self) -> StoreState:
        """Return the store of the path; 402 if the application is not paid for there."""
        store = self.store()
        if not store.is_paid:
            raise Refusal(402)
        return store
