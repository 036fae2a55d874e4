"""The card of the file with goods: whether it is on, its link, and what becomes of both."""

import hashlib
import secrets
from dataclasses import dataclass

from starlette.requests import Request

from evosync.db import feed
from evosync.db.types import Tx
from evosync.errors import NeedsPerson
from evosync.web.auth import user_of
from evosync.web.state import state_of

SECRET_BYTES = 24  # 192 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFeed:
    """The file as a page shows it; on without an `url`, its link has to be made anew."""

    is_on: bool
    url: str | None


async def read_feed(request: Request, tx: Tx) -> ShownFeed:
    """Read the file of whoever looks, with its secret link."""
    found = await feed.get_feed(tx, user_of(request).id)
    if not found.is_on or found.sealed_secret is None:
        return ShownFeed(is_on=found.is_on, url=None)
    try:
        secret = state_of(request).desk.vault.open(found.sealed_secret)
    except NeedsPerson:  # sealed with a key that is gone
        return ShownFeed(is_on=True, url=None)
    path = request.app.url_path_for("feed", secret=secret)
    return ShownFeed(is_on=True, url=f"{state_of(request).desk.settings.public_url}{path}")


def new_secret(request: Request) -> feed.NewSecret:
    """Make the secret of a new link."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    return feed.NewSecret(
        sealed=state_of(request).desk.vault.seal(secret), hashed=hash_secret(secret)
    )


def hash_secret(secret: str) -> str:
    """Hash a secret as it is kept to be found; random as it is, it needs no salt."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()
