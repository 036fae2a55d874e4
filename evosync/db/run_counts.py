"""Queries on how much of what there is among the changes of a run, or of a preview."""

from collections.abc import Collection, Mapping

from sqlalchemy import and_, case, func, select, type_coerce

from evosync.db.run_rows import SUBJECT
from evosync.db.tables.runs import run_changes
from evosync.db.types import LongText, Tx

_columns = run_changes.c


async def count_kinds(tx: Tx, run_id: int, outcomes: Collection[str]) -> Mapping[str, int]:
    """Count the products or albums of each kind of row; kinds without any are left out."""
    found = await tx.execute(
        select(_columns.kind, func.count(SUBJECT.distinct()))
        .where(_columns.run_id == run_id, _columns.outcome.in_(outcomes))
        .group_by(_columns.kind)
    )
    return dict(tuple(row) for row in found)


async def count_fields(tx: Tx, run_id: int, outcomes: Collection[str]) -> Mapping[str, int]:
    """Count the products whose standing item gets another value in a field; none is left out.

    «album» counts those that leave one.
    """
    # The column's text is written one way only, and a quote inside a value is escaped.
    text = type_coerce(_columns.changes, LongText)
    edits = _columns.kind == "update"
    counted = {
        name: func.count(
            case((and_(edits, text.contains(f'"{name}":[')), _columns.product_id)).distinct()
        )
        for name in ("price", "title", "stock", "description", "photo", "category")
    }
    counted["album"] = func.count(
        case((_columns.kind == "take_from_album", _columns.product_id)).distinct()
    )
    found = await tx.execute(
        select(*(number.label(name) for name, number in counted.items())).where(
            _columns.run_id == run_id, _columns.outcome.in_(outcomes)
        )
    )
    return {name: count for name, count in found.one()._asdict().items() if count}
