"""Answers to what a run held: taken for a day, kept with their members, and audited."""

from datetime import datetime, timedelta

import pytest

from evosync.db import approvals, journal, runs, sync
from evosync.db.approvals import Answerer
from evosync.db.engine import Database
from evosync.db.links import Place
from evosync.db.memory import recall
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.sync import SyncConfig
from evosync.engine.held import Held, make_held
from evosync.engine.memory import Consent, Verdict
from evosync.engine.report import RunStatus
from tests.builders import NOON
from tests.db.ledgers import COMMUNITY

ANNA = Answerer(name="anna@example.com", user_id=1)
HELD = make_held([("hide", "a"), ("hide", "b")], ["С продажи ушло бы товаров: 2."])
DAY = timedelta(hours=24)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def place(anna: int) -> Place:
    return Place(user_id=anna, community_id=COMMUNITY)


async def hold(
    database: Database,
    place: Place,
    held: Held = HELD,
    kind: RunKind = RunKind.MIRROR,
    live_items: int | None = None,
) -> int:
    """Record a run that ended at noon and held something."""
    run_id = await database.write(
        runs.create_run, place.user_id, kind, RunTrigger.TIMER, NOON, place.community_id
    )
    end = RunEnd(status=RunStatus.HELD, held=held, live_items=live_items)
    await database.write(runs.finish_run, run_id, end, NOON)
    return run_id


async def consents(database: Database, place: Place, now: datetime) -> tuple[Consent, ...]:
    async with database.read() as tx:
        return (await recall(tx, place, now)).consents


async def answered(
    database: Database,
    place: Place,
    verdict: Verdict = Verdict.APPLY,
    digest: str = HELD.digest,
    now: datetime = NOON,
) -> bool:
    return await database.write(approvals.answer, place, digest, verdict, ANNA, now)


async def test_what_a_run_held_stands_in_its_record(database: Database, place: Place) -> None:
    run_id = await hold(database, place)
    async with database.read() as tx:
        run = await runs.find_run(tx, run_id)
    assert run is not None
    assert run.digest == HELD.digest
    assert run.held == {
        "members": [["hide", "a"], ["hide", "b"]],
        "sentences": ["С продажи ушло бы товаров: 2."],
        "counts": {"hide": 2},
    }


@pytest.mark.parametrize("kind", [RunKind.MIRROR, RunKind.PREVIEW])
async def test_a_yes_covers_what_was_held_for_a_day(
    database: Database, place: Place, kind: RunKind
) -> None:
    await hold(database, place, kind=kind)
    assert await answered(database, place)
    yes = Consent(verdict=Verdict.APPLY, members=frozenset(HELD.members))
    assert await consents(database, place, NOON + DAY - MOMENT) == (yes,)
    assert await consents(database, place, NOON + DAY) == ()


async def test_what_is_left_is_left_for_good(database: Database, place: Place) -> None:
    await hold(database, place)
    assert await answered(database, place, Verdict.LEAVE)
    [left] = await consents(database, place, NOON + 365 * DAY)
    assert left.verdict is Verdict.LEAVE


async def test_an_answer_is_audited(database: Database, place: Place) -> None:
    run_id = await hold(database, place)
    await answered(database, place)
    async with database.read() as tx:
        [act] = await journal.list_acts(tx)
    assert (act.action, act.actor, act.subject_id) == ("held.apply", ANNA.name, place.user_id)
    assert act.detail == {
        "community_id": COMMUNITY,
        "digest": HELD.digest,
        "counts": {"hide": 2},
        "run_id": run_id,
    }


async def test_the_same_answer_is_written_down_once_while_it_lasts(
    database: Database, place: Place
) -> None:
    run_id = await hold(database, place)
    for verdict in (Verdict.APPLY, Verdict.APPLY, Verdict.LEAVE, Verdict.APPLY):
        assert await answered(database, place, verdict)
    verdicts = [one.verdict for one in await consents(database, place, NOON)]
    # The last yes ended what was said of leaving it.
    assert verdicts == [Verdict.APPLY, Verdict.APPLY]
    async with database.read() as tx:
        acts = await journal.list_acts(tx)
    assert [act.detail["run_id"] for act in acts] == [run_id] * 3


async def test_a_digest_that_nobody_asked_about_is_no_answer(
    database: Database, place: Place, boris: int
) -> None:
    await hold(database, place)
    assert not await answered(database, place, digest="0" * 64)
    assert not await answered(database, Place(user_id=boris, community_id=COMMUNITY))
    assert not await answered(database, Place(user_id=place.user_id, community_id=1))
    assert await consents(database, place, NOON) == ()
    async with database.read() as tx:
        assert await journal.list_acts(tx) == []


@pytest.mark.parametrize(
    ("age", "is_taken"),
    [pytest.param(DAY - MOMENT, True, id="in time"), pytest.param(DAY, False, id="too late")],
)
async def test_an_answer_is_taken_for_a_day(
    database: Database, place: Place, age: timedelta, *, is_taken: bool
) -> None:
    await hold(database, place)
    assert await answered(database, place, now=NOON + age) is is_taken


async def test_a_yes_may_be_stated_before_any_run(database: Database, place: Place) -> None:
    await database.write(approvals.state, place, [("hide", "a")], ANNA, NOON)
    stated = Consent(verdict=Verdict.STATED, members=frozenset({("hide", "a")}))
    assert await consents(database, place, NOON) == (stated,)
    assert await consents(database, place, NOON + DAY) == ()


async def test_what_was_left_ends_for_each_product_by_itself(
    database: Database, place: Place
) -> None:
    await hold(database, place)
    await answered(database, place, Verdict.LEAVE)
    await database.write(approvals.end_leave, place, frozenset({("hide", "a")}), NOON)
    [left] = await consents(database, place, NOON)
    assert (left.verdict, left.members) == (Verdict.LEAVE, frozenset({("hide", "b")}))
    await database.write(approvals.end_leave, place, frozenset({("hide", "b")}), NOON)
    assert await consents(database, place, NOON) == ()


async def test_a_yes_stated_beforehand_ends_with_the_switch_it_was_for(
    database: Database, place: Place
) -> None:
    await hold(database, place)
    await answered(database, place, Verdict.LEAVE)
    for members in ([("hide", "x"), ("hide", "y")], [("hide", "y"), ("price", "x")]):
        await database.write(approvals.state, place, members, ANNA, NOON)
    await database.write(approvals.end_stated, place, {("hide", "y"), ("hide", "a")}, NOON)
    left, *stated = await consents(database, place, NOON)
    assert left.members == frozenset(HELD.members)
    assert [one.members for one in stated] == [{("hide", "x")}, {("price", "x")}]
    await database.write(approvals.end_stated, place, {("hide", "x"), ("price", "x")}, NOON)
    assert len(await consents(database, place, NOON)) == 1


async def test_what_nobody_weighed_ends_all_that_was_stated_and_no_answer(
    database: Database, place: Place, boris: int
) -> None:
    await hold(database, place)
    await answered(database, place)
    theirs = Place(user_id=boris, community_id=COMMUNITY)
    for each in (place, theirs):
        await database.write(approvals.state, each, [("hide", "x")], ANNA, NOON)
    await database.write(approvals.end_all_stated, place.user_id, NOON + MOMENT)
    later = NOON + MOMENT
    assert [one.verdict for one in await consents(database, place, later)] == [Verdict.APPLY]
    assert len(await consents(database, theirs, later)) == 1


@pytest.mark.parametrize("is_stated", [True, False], ids=["stated", "approved"])
async def test_what_was_left_does_not_stand_again_when_a_later_yes_is_over(
    database: Database, place: Place, *, is_stated: bool
) -> None:
    await hold(database, place)
    await answered(database, place, Verdict.LEAVE)
    if is_stated:
        await database.write(approvals.state, place, HELD.members, ANNA, NOON)
    else:
        await answered(database, place)
    assert await consents(database, place, NOON + DAY) == ()


@pytest.mark.parametrize(
    ("kind", "verdict", "mark"),
    [
        pytest.param("lose", Verdict.APPLY, 0, id="a yes to less on sale"),
        pytest.param("price", Verdict.APPLY, 20, id="a yes to prices"),
        pytest.param("lose", Verdict.LEAVE, 20, id="leave it"),
    ],
)
async def test_a_yes_to_less_on_sale_sets_the_mark_at_once(
    database: Database, place: Place, kind: str, verdict: Verdict, mark: int
) -> None:
    await database.write(sync.save_config, SyncConfig(user_id=place.user_id), NOON)
    held = make_held([(kind, "a")], ["Мало."])
    await hold(database, place, held, live_items=20)
    later = NOON + MOMENT
    assert await answered(database, place, verdict, held.digest, later)
    async with database.read() as tx:
        assert (await recall(tx, place, later)).high_mark == mark
