"""A plan for a few drafts, and the intents and reasons that go with it."""

from datetime import timedelta
from typing import Any

from evosync.catalog.item import Draft, Intent, Link, MarketItem
from evosync.engine.changes import Plan
from evosync.engine.draft.shop import Drafted
from evosync.engine.memory import Memory
from evosync.engine.plan.make import make_plan
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import AdoptPolicy
from tests.builders import NOON, draft, reading, rules

SETTLE = timedelta(seconds=120)


def plan(  # noqa: PLR0913 - a test names only what it is about
    wanted: Draft | list[Draft],
    links: tuple[Link, ...] = (),
    items: tuple[MarketItem, ...] = (),
    *,
    intents: tuple[Intent, ...] = (),
    off: tuple[str, ...] = (),
    absent: tuple[str, ...] = (),
    unknown_stores: frozenset[str] = frozenset(),
    memory: Memory | None = None,
    adopt: AdoptPolicy = AdoptPolicy.ASK,
    **read: Any,
) -> Plan:
    drafts: list[Draft] = [wanted] if isinstance(wanted, Draft) else wanted
    drafted = Drafted(
        drafts={one.product_id: one for one in drafts},
        off=frozenset(off),
        unknown_stores=unknown_stores,
    )
    standing = Standing(
        reading=reading(*items, **read),
        links=links,
        intents=intents,
        known_skus=frozenset(one.product_id for one in links) | {one.product_id for one in intents},
        memory=memory or Memory(),
    )
    chosen = rules(adopt=adopt)
    return make_plan(drafted, standing, chosen, settle=SETTLE, absent=frozenset(absent))


def intent(product_id: str = "assam", *, age_s: int = 300, **values: Any) -> Intent:
    defaults: dict[str, Any] = {
        "product_id": product_id,
        "run_id": 1,
        "sent_at": NOON - timedelta(seconds=age_s),
        "title": draft().title,
        "price": draft().price,
    }
    return Intent(**defaults | values)


def codes(made: Plan) -> list[str]:
    assert all(problem.reason for problem in made.problems)
    return [problem.code for problem in made.problems]
