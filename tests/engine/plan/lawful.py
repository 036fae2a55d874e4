"""How laws of the plan are tried: how often, on which absences, and the plan itself."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from evosync.catalog.snapshot import Snapshot
from evosync.engine.changes import Plan
from evosync.engine.draft.shop import draft_shop
from evosync.engine.plan.claims import list_claimed
from evosync.engine.plan.make import make_plan
from evosync.engine.plan.standing import Standing
from evosync.engine.rules import Rules
from tests.engine.plan.worlds import PRODUCTS, SETTLE

law = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
absences = st.frozensets(st.sampled_from(PRODUCTS), max_size=2)


def planned(
    snapshot: Snapshot, standing: Standing, rules: Rules, absent: frozenset[str] = frozenset()
) -> Plan:
    drafted = draft_shop(snapshot, rules, list_claimed(standing))
    return make_plan(drafted, standing, rules, settle=SETTLE, absent=absent)
