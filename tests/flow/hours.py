"""Time and the timer in stories: the same shop some hours later, and runs nobody asked for."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from evosync.db.runs import RunKind, RunTrigger
from evosync.engine.report import RunReport
from evosync.jobs.asked import Order
from evosync.jobs.one_run import Finished, Watch, carry_out
from tests.flow.stand import Shop


def later(shop: Shop, *, hours: float = 0, seconds: float = 0) -> Shop:
    """Give the same shop so much later by the mirror's clock."""
    clock, span = shop.opened.clock, timedelta(hours=hours, seconds=seconds)

    def moved() -> datetime:
        return clock() + span

    return replace(shop, opened=replace(shop.opened, clock=moved))


async def run_by_timer(shop: Shop) -> Finished:
    """Run once as the timer does."""
    order = Order(user_id=shop.user_id, kind=RunKind.MIRROR, trigger=RunTrigger.TIMER)
    return await carry_out(shop.opened, order, Watch(stopping=asyncio.Event()))


async def mirror_by_timer(shop: Shop) -> RunReport:
    """Run once as the timer does, and give the report."""
    return (await run_by_timer(shop)).report
