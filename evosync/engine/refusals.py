"""VK's refusals of single products: what is kept of them, what is not sent again (pure; R19)."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from evosync.catalog.item import Draft
from evosync.catalog.problem import Problem
from evosync.engine.caps import ITEMS
from evosync.engine.changes import (
    AddAlbum,
    Adopt,
    Change,
    Create,
    Failed,
    Field,
    Plan,
    PutInAlbum,
    Relink,
    Restore,
    Update,
)
from evosync.engine.memory import Refusal
from evosync.engine.plan.fields import AT_ONCE

CREATE = "create"

RESTS = timedelta(hours=24)
"""For how long the timer does not send again what was refused."""

Drafted = Create | Update | Relink | Restore
"""Changes that send something of a draft."""

# Photo and upload errors of VK's API schema speak of the picture; beyond 1405
# a product waits until there is room.
_PROBLEMS = {ITEMS: "vk_limit_items"} | dict.fromkeys(
    (22, 105, 118, 121, 122, 129), "photo_refused"
)


def problem_of(draft: Draft, code: int, message: str) -> Problem:
    """Say why a product is not as asked, in VK's words."""
    return Problem(
        product_id=draft.product_id,
        store_id=draft.store_ids[0],
        name=draft.name,
        code=problem_code(code),
        detail={"why": message, "code": str(code)},
    )


def problem_code(code: int) -> str:
    """Give the problem's code for VK's refusal of a product."""
    return _PROBLEMS.get(code, "vk_error")


def part_of(change: Change) -> str | None:
    """Tell which part of a product a change sends; None: its refusal is not kept."""
    match change:
        case Create():
            return CREATE
        case Restore():
            return "restore"
        case Update(fields=fields) if fields <= AT_ONCE:
            return "values"
        case Update() | Relink():
            return "texts"
        case _:
            return None


def part_done(change: Change) -> tuple[str, str] | None:
    """Tell of which product what part is done with a change, whatever was refused of it before."""
    match change:
        case Adopt(link=link):
            return link.product_id, CREATE
        case Create() | Update() | Relink() | Restore() if part := part_of(change):
            return change.draft.product_id, part
        case _:
            return None


def refusal_of(failed: Failed, now: datetime) -> Refusal | None:
    """Return what is to be kept of a refused change."""
    part, change = part_of(failed.change), failed.change
    if part is None or not failed.is_lasting or not isinstance(change, Drafted):
        return None
    return Refusal(
        product_id=change.draft.product_id,
        part=part,
        fingerprint=fingerprint_of(change),
        code=failed.code,
        message=failed.message,
        refused_at=now,
    )


def fingerprint_of(change: Drafted) -> str:
    """Return the SHA-256 (hex) of what a change sends."""
    draft = change.draft
    values: Mapping[Field, object] = {
        Field.TITLE: draft.title,
        Field.DESCRIPTION: draft.description,
        Field.PRICE: draft.price,
        Field.STOCK: draft.stock,
        Field.CATEGORY: draft.category_id,
        Field.PHOTO: draft.photo,
        Field.SKU: draft.product_id,
    }
    fields = frozenset(Field) if isinstance(change, Create) else change.fields
    if isinstance(change, Create | Restore):
        # With each sale of a refused product it would else be sent again.
        fields -= {Field.STOCK}
    is_undelete = isinstance(change, Restore) and change.item is None
    sent = [(each.value, values[each]) for each in sorted(fields)]
    return hashlib.sha256(repr((is_undelete, sent)).encode()).hexdigest()


def leave_refused(plan: Plan, refusals: Mapping[tuple[str, str], Refusal], now: datetime) -> Plan:
    """Take from a plan what VK refused the same within 24 h; the problems stand in VK's words.

    What takes goods off sale stays: of such an edit only the stock, if more
    was refused. A cap is no word on the product: its create stays too.
    """
    changes: list[Change] = []
    left: list[Drafted] = []
    problems: list[Problem] = []
    for change in plan.changes:
        refusal = _refusal_of(change, refusals, now)
        if refusal is None or not isinstance(change, Drafted):
            changes.append(change)
            continue
        reduced = _off_sale(change)
        if reduced is not None:
            changes.append(reduced)
        else:
            left.append(change)
        if reduced != change:
            problems.append(problem_of(change.draft, refusal.code, refusal.message))
    busy = {change.draft.product_id for change in changes if isinstance(change, Drafted)}
    idle = {change.draft.product_id for change in left} - busy
    return replace(
        plan,
        changes=tuple(without_items(changes, left)),
        problems=(*plan.problems, *problems),
        skipped=plan.skipped + len(idle),
    )


def without_items(changes: Sequence[Change], left: Iterable[Change]) -> list[Change]:
    """Take from the changes of albums the items that will not stand, since their changes are left.

    An album that would be made for them alone is not made.
    """
    unborn = {
        change.draft.product_id
        for change in left
        if isinstance(change, Create) or (isinstance(change, Restore) and change.item is None)
    }
    if not unborn:
        return list(changes)
    narrowed = [_narrowed(change, unborn) for change in changes]
    puts = [change for change in narrowed if isinstance(change, PutInAlbum)]
    filled = {put.key for put in puts if put.product_ids}
    emptied = {put.key for put in puts} - filled
    return [
        change
        for change in narrowed
        if not (isinstance(change, PutInAlbum) and not change.product_ids)
        and not (isinstance(change, AddAlbum) and change.key in emptied)
    ]


def _narrowed(change: Change, unborn: set[str]) -> Change:
    if not isinstance(change, PutInAlbum):
        return change
    return replace(
        change, product_ids=tuple(key for key in change.product_ids if key not in unborn)
    )


def _refusal_of(
    change: Change, refusals: Mapping[tuple[str, str], Refusal], now: datetime
) -> Refusal | None:
    """Find the refusal of this very change, if it is not too long ago."""
    part = part_of(change)
    if part is None or not isinstance(change, Drafted):
        return None
    refusal = refusals.get((change.draft.product_id, part))
    if refusal is None or refusal.code == ITEMS or now >= refusal.refused_at + RESTS:
        return None
    return refusal if refusal.fingerprint == fingerprint_of(change) else None


def _off_sale(change: Drafted) -> Update | None:
    """Return what of a change takes an item off sale: the edit that sets its stock to 0."""
    match change:
        case Update(draft=draft, fields=fields) | Relink(draft=draft, fields=fields) if (
            Field.STOCK in fields and draft.stock == 0
        ):
            return Update(
                link=change.link,
                draft=draft,
                item=change.item,
                fields=frozenset({Field.STOCK}),
            )
        case _:
            return None
