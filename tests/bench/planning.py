"""Planning alone, in this process: a shop of many goods drafted, planned and guarded (pure)."""

import gc
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from time import process_time

from evosync.catalog.snapshot import Snapshot
from evosync.cli.garbage import tune_collector
from evosync.engine.changes import AlbumChange, Create, Plan, Update
from evosync.engine.draft.shop import draft_shop
from evosync.engine.guard import guard
from evosync.engine.plan.claims import list_claimed
from evosync.engine.plan.left_behind import own_rules, part
from evosync.engine.plan.lost import find_unlisted
from evosync.engine.plan.make import make_plan
from evosync.engine.plan.missing import find_missing
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import Rules
from tests.bench.stand import TEXT
from tests.builders import group, product, rules, snapshot, store_reading
from tests.engine.plan.model import World

SETTLE = timedelta(minutes=2)
SHELF = 500  # goods in a group
ROUNDS = 5
CHANGED = 50  # one of so many products gets another price
PLANNING_S = 0.5  # the target
ACCOUNT = "01-000000000000001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One case, the fastest of several times; all in seconds of CPU.

    `look_s` is what else a run asks of its values before the plan: claims,
    what is unlisted or missing.
    """

    case: str
    goods: int
    item_changes: int
    draft_s: float
    look_s: float
    plan_s: float
    guard_s: float
    all_s: float
    target_s: float
    is_met: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    name: str
    shop: Snapshot
    standing: Standing
    rules: Rules
    kind: type[Create | Update]
    expected: int


def measure_planning(goods: int, rounds: int = ROUNDS) -> list[Planned]:
    """Plan a first push, a run with nothing to do, and one with every fiftieth price changed.

    The collector is set as the service sets it.
    """
    tune_collector()
    shop, world = _shop(goods), World(account=ACCOUNT)
    chosen = rules(groups={f"shelf{number // SHELF}" for number in range(goods)})
    first = _Case(
        name="first push",
        shop=shop,
        standing=world.standing(),
        rules=chosen,
        kind=Create,
        expected=goods,
    )
    plan, _ = _plan(first)
    world.apply(plan)
    standing = world.standing()
    standing = replace(standing, memory=replace(standing.memory, high_mark=goods, canary_stage=2))
    quiet = replace(first, name="nothing to do", standing=standing, kind=Update, expected=0)
    dearer = replace(
        quiet,
        name="2 % of prices",
        shop=_shop(goods, dearer=CHANGED),
        expected=-(-goods // CHANGED),
    )
    return [_measure(case, goods, rounds) for case in (first, quiet, dearer)]


def _measure(case: _Case, goods: int, rounds: int) -> Planned:
    fastest = min((_plan(case)[1] for _ in range(rounds)), key=sum)
    draft_s, look_s, plan_s, guard_s = fastest
    return Planned(
        case=case.name,
        goods=goods,
        item_changes=case.expected,
        draft_s=draft_s,
        look_s=look_s,
        plan_s=plan_s,
        guard_s=guard_s,
        all_s=sum(fastest),
        target_s=PLANNING_S,
        is_met="yes" if sum(fastest) < PLANNING_S else "NO",
    )


def _plan(case: _Case) -> tuple[Plan, tuple[float, ...]]:
    """Plan as a run does it (`engine.run`); returns the seconds of each stage."""
    gc.collect()
    standing, moments = case.standing, [process_time()]
    wanted = own_rules(case.rules, standing, case.shop)
    claimed = list_claimed(standing)
    moments.append(process_time())
    drafted = draft_shop(case.shop, wanted, claimed)
    moments.append(process_time())
    unlisted = find_unlisted(drafted, part(standing, drafted))
    missing = find_missing(case.shop, drafted, standing, wanted)
    moments.append(process_time())
    plan = make_plan(drafted, standing, wanted, settle=SETTLE)
    moments.append(process_time())
    divided = guard(plan, drafted, standing)
    moments.append(process_time())
    made = [one for one in divided.go if not isinstance(one, AlbumChange)]
    is_as_expected = len(made) == case.expected and all(isinstance(one, case.kind) for one in made)
    if unlisted or missing or plan.problems or divided.held or not is_as_expected:
        raise SystemExit(f"{case.name}: {len(made)} changes, {plan.problems[:3]} {divided.held}")
    before, drafted_s, looked_s, plan_s, guard_s = (
        later - earlier for earlier, later in pairwise(moments)
    )
    return plan, (drafted_s, before + looked_s, plan_s, guard_s)


def _shop(goods: int, *, dearer: int = 0) -> Snapshot:
    """Make a shop; one of `dearer` products, if it is not 0, costs a rouble more."""
    shelves = {f"shelf{number // SHELF}" for number in range(goods)}
    products = (
        product(
            f"2020{number:04d}-0000-4000-8000-{number:012d}",
            name=f"Чай чёрный «Ассам» № {number}",
            parent_id=f"shelf{number // SHELF}",
            price=100_00 + number + (100 if dearer and number % dearer == 0 else 0),
            quantity=Decimal(number % 300),
            description=TEXT,
            code=f"{number:05d}",
            barcodes=(f"46{number:011d}",),
        )
        for number in range(goods)
    )
    groups = tuple(group(one, name=f"Полка {one}") for one in sorted(shelves))
    return snapshot(store_reading(*products, groups=groups))
