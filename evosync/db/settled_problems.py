"""Queries on problems whose question has been answered: pages say so before the next run does."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from evosync.db.differences import Key, write_differences
from evosync.db.problems import ProblemRow, read_problem, scope_of
from evosync.db.tables.runs import problems
from evosync.db.types import Tx
from evosync.engine.memory import Member, Verdict
from evosync.engine.settled import ASKING, settle


async def settle_problems(
    tx: Tx, user_id: int, members: Iterable[Member], verdict: Verdict, now: datetime
) -> None:
    """Let the problems that ask about these members wait for a person no more."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for kind, product_id in members:
        kinds[product_id].add(kind)
    found = await tx.execute(
        select(problems)
        .where(problems.c.user_id == user_id, problems.c.code.in_(sorted(ASKING)))
        .order_by(problems.c.store_id, problems.c.product_id, problems.c.code)
    )
    standing: dict[Key, ProblemRow] = {}
    wanted: dict[Key, ProblemRow] = {}
    for row in found:
        was = ProblemRow(row.name, row.name_folded, row.detail)
        standing[row.store_id, row.product_id, row.code] = was
        kept = settle(read_problem(row), kinds.get(row.product_id, ()), verdict)
        if kept is None:
            continue
        key, detail = (kept.store_id, kept.product_id, kept.code), dict(kept.detail)
        if key in wanted:  # it was left before, for something else
            asked = dict.fromkeys((wanted[key].detail["what"], detail["what"]))
            detail = {"what": ", ".join(asked)}
        wanted[key] = was._replace(detail=detail)
    await write_differences(tx, scope_of(user_id), standing, wanted, now)
