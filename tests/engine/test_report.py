from collections.abc import Mapping
from typing import Any

import pytest

from evosync.catalog.item import AlbumLink
from evosync.catalog.problem import Problem
from evosync.engine.applied import Stop
from evosync.engine.changes import (
    Change,
    Delete,
    Done,
    EditAlbum,
    Outcome,
    Plan,
    Restore,
    TakeAlbum,
    TakeFromAlbum,
    Uncertain,
    Zero,
)
from evosync.engine.report import RunStatus, status_of
from evosync.errors import EvoSyncError, Misconfigured, NeedsPerson, TryLater
from tests.builders import SHOP, adoption, draft, item, link
from tests.engine.reporting import failed, reported
from tests.engine.wishes import MADE, create, hide, put, update

CAPTCHA = NeedsPerson("VK просит подтвердить, что вы не робот.", code="vk_captcha")
LATER = TryLater("VK просит подождать.")
ALBUM = AlbumLink(key="чай", album_id=9, title="Чай", is_made=True)
DRAFTS = [draft("a"), draft("b")]
NOTHING = dict.fromkeys(
    ("created", "updated", "hidden", "restored", "deleted", "relinked"), 0
) | dict.fromkeys(("unchanged", "skipped", "failed", "held", "albums_created"), 0)


def restore(product_id: str = "assam") -> Restore:
    return Restore(link=link(product_id), draft=draft(product_id), item=None, fields=frozenset())


def unpaid(code: str = "store_not_paid") -> Problem:
    detail = {"store": "Чайная", "why": "нет связи"}
    return Problem(product_id="", store_id=SHOP, name="Чайная", code=code, detail=detail)


@pytest.mark.parametrize(
    ("outcomes", "values", "status"),
    [
        pytest.param([], {}, RunStatus.DONE, id="nothing to do"),
        pytest.param([Done(change=create())], {}, RunStatus.DONE, id="all done"),
        pytest.param([failed(create())], {}, RunStatus.PARTIAL, id="one refused"),
        pytest.param([failed(create(), 1405)], {}, RunStatus.PARTIAL, id="market full"),
        pytest.param([failed(put("assam"), 1406)], {}, RunStatus.DONE, id="album full"),
        pytest.param([failed(MADE, 1407)], {}, RunStatus.DONE, id="no more albums"),
        pytest.param(
            [Uncertain(change=create(), cause="?")], {}, RunStatus.PARTIAL, id="uncertain"
        ),
        pytest.param([failed(create(), 0)], {}, RunStatus.PARTIAL, id="put off"),
        pytest.param([], {"left": 3, "stopped": "time"}, RunStatus.PARTIAL, id="time is over"),
        pytest.param([], {"stopped": Stop.UNSEEN}, RunStatus.PARTIAL, id="not seen in time"),
        pytest.param([], {"left": 3, "stopped": Stop.DIFFERS}, RunStatus.HELD, id="differs"),
        pytest.param([], {"left": 3, "stopped": "stopping"}, RunStatus.PARTIAL, id="stopping"),
        pytest.param([], {"left": 3, "stopped": "cancelled"}, RunStatus.CANCELLED, id="cancelled"),
        pytest.param([], {"left": 3, "error": CAPTCHA}, RunStatus.PAUSED, id="person"),
        pytest.param([], {"left": 3, "error": LATER}, RunStatus.FAILED, id="later"),
        pytest.param([failed(create(), 14)], {"error": CAPTCHA}, RunStatus.PAUSED, id="halfway"),
    ],
)
def test_a_run_ends_as_its_outcomes_tell(
    outcomes: list[Outcome], values: Mapping[str, Any], status: RunStatus
) -> None:
    report = reported(*outcomes, drafts=[draft()], **values)

    assert (report.status, report.error) == (status, values.get("error"))


@pytest.mark.parametrize(
    ("values", "goes_on"),
    [
        pytest.param({}, False, id="all was done"),
        pytest.param({"left": 3, "stopped": "time"}, True, id="time is over"),
        pytest.param({"left": 3, "stopped": Stop.DIFFERS}, False, id="a person is asked"),
        pytest.param({"left": 3, "error": LATER}, False, id="VK wants rest"),
    ],
)
def test_a_run_that_was_only_cut_short_goes_on_at_once(
    values: Mapping[str, Any], *, goes_on: bool
) -> None:
    assert reported(**values).goes_on is goes_on


@pytest.mark.parametrize(
    ("code", "status"),
    [("store_not_paid", RunStatus.DONE), ("store_unreadable", RunStatus.PARTIAL)],
)
def test_only_a_store_that_was_not_read_whole_leaves_a_run_unfinished(
    code: str, status: RunStatus
) -> None:
    assert reported(plan=Plan(problems=(unpaid(code),))).status is status


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CAPTCHA, RunStatus.PAUSED),
        (LATER, RunStatus.FAILED),
        (Misconfigured("DATABASE_URL", "на диске нет места."), RunStatus.FAILED),
        (EvoSyncError("Внутренняя ошибка.", code="internal"), RunStatus.FAILED),
    ],
    ids=["person", "later", "settings", "internal"],
)
def test_an_error_tells_how_its_run_ends(error: EvoSyncError, status: RunStatus) -> None:
    assert status_of(error) is status


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (create(), "created"),
        (adoption(is_intended=True), "created"),
        (adoption(), "relinked"),
        (update(), "updated"),
        (Zero(link=link(), item=item()), "updated"),
        (hide(), "hidden"),
        (restore(), "restored"),
        (Delete(link=link(), item=item()), "deleted"),
        (MADE, "albums_created"),
        (TakeAlbum(link=ALBUM), None),
        (EditAlbum(link=ALBUM, title="Чаи", is_hidden=False, photo=None), None),
        (put("assam"), None),
        (TakeFromAlbum(link=link(), album_ids=(9,)), None),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_was_done_is_counted_under_its_name(change: Change, name: str | None) -> None:
    counts = {name: 1} if name else {}

    assert reported(Done(change=change)).counts() == NOTHING | counts


def test_products_are_counted_and_not_calls() -> None:
    calls: list[Change] = [
        update(),
        update(),
        Zero(link=link("keemun", 2), item=item(2)),
        put("a"),
        put("a"),
    ]
    refused = [failed(update()), failed(update()), failed(put("a")), failed(put("b"))]

    report = reported(*(Done(change=change) for change in calls), *refused, drafts=DRAFTS)

    assert report.counts() == NOTHING | {"updated": 2, "failed": 3}


def test_a_dry_run_counts_what_would_be_done() -> None:
    plan = Plan(
        changes=(create(), create("keemun"), update(), MADE, put("assam")), unchanged=7, skipped=2
    )

    report = reported(plan=plan, is_dry=True, left=5)

    assert report.counts() == NOTHING | {
        "created": 2,
        "updated": 1,
        "albums_created": 1,
        "unchanged": 7,
        "skipped": 2,
    }
    assert (report.status, report.is_dry) == (RunStatus.DONE, True)


def test_the_counts_of_a_run_that_was_cut_short_hold_what_was_done_before() -> None:
    plan = Plan(changes=(create(), create("keemun"), create("sencha")), unchanged=4)

    report = reported(Done(change=create()), plan=plan, left=2, error=CAPTCHA)

    assert report.counts() == NOTHING | {"created": 1, "unchanged": 4}
    assert report.left == 2


@pytest.mark.parametrize(
    ("code", "count"),
    [(100, 1), (1405, 1), (1406, 0), (1407, 0), (0, 0)],
    ids=["refused", "market full", "album full", "no more albums", "not sent"],
)
def test_only_what_vk_refused_counts_as_failed(code: int, count: int) -> None:
    report = reported(failed(put("assam"), code), drafts=[draft()])

    assert report.counts()["failed"] == count


@pytest.mark.parametrize(
    ("plan", "values", "is_empty"),
    [
        pytest.param(Plan(unchanged=9), {}, True, id="nothing to do"),
        pytest.param(Plan(problems=(unpaid(),)), {}, True, id="only old news"),
        pytest.param(Plan(changes=(create(),)), {"left": 1}, False, id="something to do"),
        pytest.param(Plan(problems=(unpaid("store_unreadable"),)), {}, False, id="not read whole"),
        pytest.param(Plan(), {"error": LATER}, False, id="ended early"),
    ],
)
def test_a_run_is_empty_when_there_was_nothing_to_do_and_nothing_in_its_way(
    plan: Plan, values: Mapping[str, Any], is_empty: bool
) -> None:
    assert reported(plan=plan, **values).is_empty is is_empty
