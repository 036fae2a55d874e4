"""A run in the log of requests: each request once, under its run, and nobody's secret anywhere."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from evosync.db.tables.journal import api_logs
from evosync.engine.report import RunStatus
from evosync.jobs.checks import Checks
from evosync.sandbox.vk.faults import VkFault
from tests.flow.stand import Shop


async def logged(shop: Shop) -> Sequence[Mapping[str, Any]]:
    """Write all that waits, and list the log."""
    await shop.opened.requests.close(5)
    async with shop.opened.database.read() as tx:
        found = await tx.execute(select(api_logs).order_by(api_logs.c.id))
        return [dict(row) for row in found.mappings()]


async def test_every_request_of_a_run_is_logged_once_and_failures_with_their_bodies(
    shop: Shop,
) -> None:
    # One that comes to nothing, and one of the calls that an execute carries.
    shop.world.vk.faults.add(VkFault(method="execute", status=502))
    shop.world.vk.faults.add(VkFault(method="market.add", error=100))
    finished = await shop.carry_out()
    assert finished.report.status is RunStatus.PARTIAL
    await Checks(shop.opened).check_user(shop.user_id)
    rows = await logged(shop)

    of_run = [row for row in rows if row["run_id"] == finished.run_id]
    services = Counter(row["service"] for row in of_run)
    uploads = [row for row in of_run if row["method"] == "upload"]
    effort = finished.report.effort
    assert services["evotor"] == effort.evotor_requests
    assert services["vk"] - len(uploads) == effort.vk_requests
    assert {row["user_id"] for row in rows} == {shop.user_id}
    assert {"users.get", "GET /stores"} <= {row["method"] for row in rows if not row["run_id"]}

    failed = [row for row in of_run if row["outcome"] != "ok"]
    assert {(row["outcome"], row["error_code"]) for row in failed} == {
        ("5xx", None),
        ("refused", "100"),
    }
    assert all(row["request_body"] for row in failed)
    assert not any(row["request_body"] for row in of_run if row["outcome"] == "ok")
    everything = repr(rows)
    for secret in (shop.world.evotor_token, shop.world.vk_token, "Чайкина"):
        assert secret not in everything
