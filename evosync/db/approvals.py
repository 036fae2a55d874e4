"""Queries on answers to what a run held: written down with the members that they are for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, or_, select, update

from evosync.db import journal, sync
from evosync.db.journal import Act
from evosync.db.links import Place
from evosync.db.memory import list_consents
from evosync.db.settled_problems import settle_problems
from evosync.db.tables.runs import runs
from evosync.db.tables.sync import approvals
from evosync.db.types import Tx
from evosync.engine.held import SETS_MARK, find_verdict, make_held
from evosync.engine.memory import Consent, Member, Verdict

ASKED_FOR = timedelta(hours=24)
"""For how long after the run that asked an answer to its question is taken."""

CONSENT_LASTS = timedelta(hours=24)
"""For how long a yes covers what it was given for.

"Leave it" ends for each product with another word on it, or when it stands as
it should.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """Who answers: a name that stays when the account goes, and the account, if there is one."""

    name: str
    user_id: int | None = None


async def answer(
    tx: Tx, place: Place, digest: str, verdict: Verdict, by: Answerer, now: datetime
) -> bool:
    """Answer what a run or a dry run of this place held, or left, under this digest.

    False when none did within the last 24 hours: then nothing is written. Nor
    is the same answer twice, as long as the first one lasts. A yes to less on
    sale sets the mark anew at once: the run that does as told may be killed
    before it is at its end. Problems that asked about it wait no more.
    """
    found = await tx.execute(
        select(runs.c.id, runs.c.held)
        .where(
            *place.rows_of(runs),
            runs.c.digest == digest,
            runs.c.finished_at > now - ASKED_FOR,
        )
        .order_by(runs.c.id.desc())
        .limit(1)
    )
    row = found.one_or_none()
    if row is None:
        return False
    members = frozenset((kind, product_id) for kind, product_id in row.held["members"])
    if find_verdict(members, await list_consents(tx, place, now)) is not verdict:
        consent = Consent(verdict=verdict, members=members)
        await _save(tx, place, consent, by, now, run_id=row.id)
    await settle_problems(tx, place.user_id, members, verdict, now)
    if verdict is Verdict.APPLY and any(kind in SETS_MARK for kind, _ in members):
        await sync.reset_mark(tx, place.user_id, now)
    return True


async def state(
    tx: Tx, place: Place, members: Iterable[Member], by: Answerer, now: datetime
) -> None:
    """Write down a yes to changes that a switch is going to bring, given before any run."""
    stated = Consent(verdict=Verdict.STATED, members=frozenset(members))
    await _save(tx, place, stated, by, now)


async def end_leave(tx: Tx, place: Place, members: Collection[Member], now: datetime) -> None:
    """End what was said of leaving these as they stand."""
    await _end(tx, place, Verdict.LEAVE, members, now)


async def end_stated(tx: Tx, place: Place, members: Collection[Member], now: datetime) -> None:
    """End the yes stated beforehand to these, which no switch or setting brings any more.

    While it lasts it covers them whatever the reason, so that an odd answer of
    the till would pass for what the person agreed to.
    """
    await _end(tx, place, Verdict.STATED, members, now)


async def end_all_stated(tx: Tx, user_id: int, now: datetime) -> None:
    """End every yes stated beforehand: something changed that nobody weighed."""
    rows = approvals.c
    await tx.execute(
        update(approvals)
        .where(
            rows.user_id == user_id,
            rows.answer == Verdict.STATED.value,
            rows.expires_at > now,
        )
        .values(expires_at=now)
    )


async def _end(
    tx: Tx, place: Place, verdict: Verdict, members: Collection[Member], now: datetime
) -> None:
    if not members:
        return
    found = await tx.execute(
        select(approvals.c.id, approvals.c.members).where(
            *place.rows_of(approvals),
            approvals.c.answer == verdict.value,
            or_(approvals.c.expires_at.is_(None), approvals.c.expires_at > now),
        )
    )
    for row in found.all():
        rest = [member for member in row.members if tuple(member) not in members]
        if len(rest) < len(row.members):
            values = {"members": rest} if rest else {"expires_at": now}
            await tx.execute(update(approvals).where(approvals.c.id == row.id).values(values))


async def _save(
    tx: Tx, place: Place, consent: Consent, by: Answerer, now: datetime, run_id: int | None = None
) -> None:
    if consent.verdict is not Verdict.LEAVE:
        # Else it would stand again once this word's own time is over.
        await end_leave(tx, place, consent.members, now)
    held = make_held(consent.members, ())
    await tx.execute(
        insert(approvals).values(
            **place.values(),
            digest=held.digest,
            members=held.members,
            answer=consent.verdict.value,
            run_id=run_id,
            answered_by=by.user_id,
            answered_at=now,
            expires_at=None if consent.verdict is Verdict.LEAVE else now + CONSENT_LASTS,
        )
    )
    act = Act(
        action=f"held.{consent.verdict.value}",
        actor=by.name,
        actor_id=by.user_id,
        subject_id=place.user_id,
        detail={
            "community_id": place.community_id,
            "digest": held.digest,
            "counts": dict(held.counts),
            "run_id": run_id,
        },
        at=now,
    )
    await journal.write_act(tx, act)
