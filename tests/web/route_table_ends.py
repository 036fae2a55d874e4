"""Who gets what from the pages of the connections, and from what Evotor calls.

Nobody has connected anything, and no sign-in is configured.
"""

from evosync.sandbox.shop import SHOP_TOKEN
from evosync.sandbox.world import COMMUNITY_ID, VK_TOKEN
from tests.web.route_rows import (
    NOT_FOUND,
    NOT_TAKEN,
    OK,
    Answer,
    active,
    active_by_json,
    anyone,
    done,
    row,
    to,
)

_CONNECTIONS = active(to("/connections"))

ENDS = (
    row("GET /connections", active(OK)),
    row("GET /connections/add", active(OK)),
    row("POST /connections/delete", _CONNECTIONS, at="/connections/delete?type=evotor"),
    row("POST /connections/delete", active(NOT_FOUND), at="/connections/delete?type=ok"),
    row(
        "POST /connections/{service}",
        active(done("/connections")),
        at="/connections/evotor",
        form={"token": SHOP_TOKEN},
    ),
    row(
        "POST /connections/{service}",
        active(done("/connections")),
        at="/connections/vk",
        form={"token": VK_TOKEN, "community": str(COMMUNITY_ID)},
    ),
    row(
        "POST /connections/{service}",
        active(NOT_TAKEN),
        at="/connections/evotor",
        case="refused",
        form={"token": "unknown"},
    ),
    row("POST /connections/{service}", active(NOT_FOUND), at="/connections/add"),
    row("POST /connections/{service}/disconnect", _CONNECTIONS, at="/connections/vk/disconnect"),
    row("POST /connections/{service}/test", active_by_json(OK), at="/connections/evotor/test"),
    row(
        "POST /connections/{service}/test",
        active_by_json(NOT_FOUND),
        at="/connections/nothing/test",
    ),
    row("GET /evotor", active(OK)),
    row("GET /evotor/connect", active(to("/evotor"))),
    row("GET /evotor/callback", active(to("/evotor"))),
    row("POST /evotor/disconnect", _CONNECTIONS),
    row("GET /vk", active(OK)),
    row("GET /vk/connect", active(to("/vk"))),
    row("GET /vk/callback", active(to("/vk"))),
    row("GET /vk/community", active(to("/vk"))),
    row("POST /vk/community", active(to("/vk")), form={"community": str(COMMUNITY_ID)}),
    row("POST /vk/disconnect", _CONNECTIONS),
)

CALLED = tuple(
    row(f"POST {prefix}/user/{kind}", anyone(Answer(status)), case=case, settings=settings)
    for prefix in ("", "/api/v1")
    for kind in ("create", "verify", "token")
    for status, case, settings in (
        (503, "not set up", {}),
        (401, "without the secret", {"evotor_webhook_secret": "app-token-of-evotor"}),
    )
)
