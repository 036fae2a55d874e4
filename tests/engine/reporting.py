"""Reports on outcomes that a test makes up."""

from collections.abc import Sequence
from typing import Any

from evosync.catalog.item import Draft
from evosync.engine.applied import Applied
from evosync.engine.changes import Change, Failed, Outcome, Plan
from evosync.engine.held import Divided
from evosync.engine.report import Effort, RunReport, make_report


def failed(change: Change, code: int = 100, message: str = "Wrong price.") -> Failed:
    return Failed(change=change, code=code, message=message)


def reported(
    *outcomes: Outcome,
    plan: Plan | None = None,
    drafts: Sequence[Draft] = (),
    divided: Divided | None = None,
    is_dry: bool = False,
    **values: Any,
) -> RunReport:
    """Report on outcomes; the plan is of their changes unless it is given."""
    plan = plan or Plan(changes=tuple(outcome.change for outcome in outcomes))
    return make_report(
        plan,
        divided or Divided(go=plan.changes),
        Applied(outcomes=outcomes, **values),
        effort=Effort(),
        drafts={one.product_id: one for one in drafts},
        is_dry=is_dry,
    )


def counted(report: RunReport) -> dict[str, int]:
    """Return the counts that are not 0."""
    return {name: count for name, count in report.counts().items() if count}
