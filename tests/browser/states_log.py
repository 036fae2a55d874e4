"""The log of requests, with one of every kind in it."""

import json
from dataclasses import replace
from datetime import timedelta

from evosync.accounts.desk import Desk
from evosync.db.accounts import User
from evosync.db.api_logs import NewLog, add_logs
from evosync.db.types import Tx
from tests.browser.state import state_of, unfold

LOG = [
    state_of("admin-logs", "of every kind", "/admin/logs", "Запросы", "olga"),
    state_of(
        "admin-logs",
        "nothing found",
        "/admin/logs?user=nobody@example.com&from=2026-01-01T00:00",
        "Запросы",
        "boris",
    ),
    state_of("admin-log", "refused", "/admin/logs/5", "Запрос № 5", "olga", unfold),
    # Not asked: the keys of the town open nothing.
    state_of("admin-doctor", "not asked", "/admin/doctor", "Проверка", "olga"),
]

_VK = "https://api.vk.ru/method"
_STORES = "https://api.evotor.ru/stores"
_STORE_PRODUCTS = "GET /stores/{store-id}/products"


async def log_requests(tx: Tx, desk: Desk, whose: User, long_named: User) -> None:
    """Log a request of every kind; the fifth has long bodies."""
    now = desk.clock()
    read = NewLog(
        at=now - timedelta(minutes=2),
        service="evotor",
        method="GET /stores",
        url=_STORES,
        status=200,
        outcome="ok",
        duration_ms=190,
        user_id=whose.id,
        run_id=1,
    )
    products = replace(read, method=_STORE_PRODUCTS, url=f"{_STORES}/20240712-4F1A/products")
    unpaid = replace(products, status=402, outcome="4xx", duration_ms=88)
    edit = replace(
        read,
        service="vk",
        method="execute market.edit",
        url=f"{_VK}/execute",
        detail="market.edit ×25",
        duration_ms=1412,
    )
    refused = replace(
        edit,
        outcome="refused",
        error_code="100 ×3, 15",
        request_body=_asked(),
        response_body=_answered(),
    )
    silent = replace(
        edit,
        method="execute",
        detail="market.edit ×18, market.add ×4, market.addToAlbum ×2, market.removeFromAlbum ×1",
        status=None,
        outcome="silent",
        error_code="ReadTimeout",
        duration_ms=60_010,
    )
    notice = NewLog(
        at=now - timedelta(minutes=1),
        service="webhook",
        method="/user/token",
        url="/api/v1/user/token",
        status=200,
        outcome="ok",
        duration_ms=12,
        user_id=long_named.id,
    )
    wrong = replace(notice, status=401, outcome="4xx", error_code="1001", user_id=None)
    broken = replace(read, status=503, outcome="5xx", user_id=None, run_id=None)
    rows = [read, products, unpaid, edit, refused, silent, notice, wrong, broken]
    await add_logs(
        tx, [replace(row, at=row.at + timedelta(seconds=n)) for n, row in enumerate(rows)]
    )


def _asked() -> str:
    fields = {"code": "return [API.market.edit({…})];", "access_token": "***"}
    names = {f"name_{number}": f"Чай чёрный листовой № {number}" for number in range(25)}
    return json.dumps(fields | names, ensure_ascii=False)


def _answered() -> str:
    row = {"method": "market.edit", "error_code": 100, "error_msg": "price < 0 & <b>не число</b>"}
    return json.dumps({"response": [1, 1, False], "execute_errors": [row] * 3}, ensure_ascii=False)
