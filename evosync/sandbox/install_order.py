"""An order to play the installation of the application, as the control takes it."""

from typing import Any
from urllib.parse import urlsplit

import msgspec

from evosync.sandbox.evotor.webhooks import Delivery, WebhookSender
from evosync.sandbox.loopback import is_this_machine
from evosync.sandbox.shop import SHOP_USER_ID

_RETRY_EVERY_S = 1.0
_ATTEMPTS = 3  # whoever ordered it waits for the end


class InstallOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Where to, and for whom; by default the seeded shop installs, with its own cloud token."""

    url: str
    secret: str
    user_id: str = SHOP_USER_ID
    token: str = ""
    email: str = ""


def read_order(raw: dict[str, Any], default_token: str) -> InstallOrder:
    """Read the order; raises ValueError, also if it leads away from this machine."""
    order = msgspec.convert(raw, InstallOrder)
    parts = urlsplit(order.url)
    if parts.scheme not in {"http", "https"} or not is_this_machine(parts.hostname or ""):
        raise ValueError("url must be an http address of this machine")
    order.token = order.token or default_token
    return order


async def play(order: InstallOrder) -> list[dict[str, Any]]:
    """Install, and say what became of each call."""
    form = {"email": order.email} if order.email else {}
    async with WebhookSender(
        order.url, order.secret, retry_every_s=_RETRY_EVERY_S, give_up_after=_ATTEMPTS
    ) as sender:
        return [_told(each) for each in await sender.install(order.user_id, order.token, form=form)]


def _told(delivery: Delivery) -> dict[str, Any]:
    return {
        "kind": delivery.kind,
        "attempts": delivery.attempts,
        "status": delivery.status,
        "body": delivery.body.decode(errors="replace"),
        "answer": delivery.answer,
        "seconds": delivery.seconds,
        "complaints": delivery.complaints,
    }
