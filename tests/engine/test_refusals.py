from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from evosync.engine.changes import (
    AddAlbum,
    Change,
    Create,
    Failed,
    Field,
    Plan,
    Relink,
    Restore,
    Update,
)
from evosync.engine.memory import Refusal
from evosync.engine.refusals import (
    Drafted,
    fingerprint_of,
    leave_refused,
    part_done,
    part_of,
    refusal_of,
)
from tests.builders import NOON, adoption, draft, item, link
from tests.engine.wishes import MADE, create, hide, put

VALUES = frozenset({Field.PRICE, Field.STOCK})
TEXTS = frozenset({Field.TITLE, Field.PHOTO})


def update(fields: frozenset[Field], **values: Any) -> Update:
    return Update(link=link(), draft=draft(**values), item=item(), fields=fields)


def relink(fields: frozenset[Field] = TEXTS, **values: Any) -> Relink:
    return Relink(link=link("old"), draft=draft(**values), item=item(), fields=fields)


def restore(**values: Any) -> Restore:
    return Restore(link=link(), draft=draft(**values), item=item(), fields=VALUES)


def refused(change: Drafted, code: int = 100, at: datetime = NOON) -> dict[Any, Refusal]:
    said = refusal_of(Failed(change=change, code=code, message="Bad words."), at)
    assert said is not None
    return {(said.product_id, said.part): said}


def left(change: Change, refusals: dict[Any, Refusal], after_h: float = 1) -> Plan:
    return leave_refused(Plan(changes=(change,)), refusals, NOON + timedelta(hours=after_h))


@pytest.mark.parametrize(
    ("change", "part"),
    [
        pytest.param(create(), "create", id="create"),
        pytest.param(update(VALUES), "values", id="values"),
        pytest.param(update(TEXTS), "texts", id="texts"),
        pytest.param(relink(), "texts", id="relink"),
        pytest.param(restore(), "restore", id="restore"),
        pytest.param(hide(), None, id="hide"),
        pytest.param(MADE, None, id="album"),
    ],
)
def test_each_part_of_a_product_is_refused_by_itself(change: Change, part: str | None) -> None:
    assert part_of(change) == part
    assert part_done(change) == (part and ("assam", part))
    kept = refusal_of(Failed(change=change, code=100, message="no"), NOON)
    assert (kept.part if kept else None) == part


def test_an_item_that_is_taken_as_ours_is_created() -> None:
    assert part_done(adoption()) == ("assam", "create")


def test_a_refusal_that_says_nothing_lasting_is_not_kept() -> None:
    failed = Failed(change=create(), code=1403, message="no", is_lasting=False)
    assert refusal_of(failed, NOON) is None


@pytest.mark.parametrize(
    "change",
    [create(), update(VALUES), update(TEXTS), relink(), restore()],
    ids=["create", "values", "texts", "relink", "restore"],
)
def test_what_was_refused_is_not_sent_again_for_a_day(change: Drafted) -> None:
    plan = left(change, refused(change), after_h=23)
    assert (plan.changes, plan.skipped) == ((), 1)
    [problem] = plan.problems
    assert (problem.product_id, problem.code) == ("assam", "vk_error")
    assert problem.detail == {"why": "Bad words.", "code": "100"}
    assert left(change, refused(change), after_h=24).changes == (change,)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param(create(), Create(draft=draft(title="Другой чай")), id="title"),
        pytest.param(create(), Create(draft=draft(price=1_00)), id="price"),
        pytest.param(update(VALUES), update(VALUES, stock=3), id="stock"),
        pytest.param(update(VALUES), update(frozenset({Field.PRICE})), id="fewer fields"),
        pytest.param(update(TEXTS), update(VALUES), id="another part"),
        pytest.param(restore(), replace(restore(), item=None), id="undeleted first"),
    ],
)
def test_anything_else_is_sent(before: Drafted, now: Drafted) -> None:
    assert left(now, refused(before)).changes == (now,)


@pytest.mark.parametrize("made", [lambda **values: Create(draft=draft(**values)), restore])
def test_a_sale_of_a_refused_product_is_no_reason_to_send_it_again(made: Any) -> None:
    assert not left(made(stock=3), refused(made(stock=4))).changes


def test_another_picture_is_a_reason_to_ask_again() -> None:
    assert fingerprint_of(update(TEXTS)) != fingerprint_of(update(TEXTS, photo="a" * 64))


def test_a_full_market_says_nothing_of_the_product() -> None:
    assert left(create(), refused(create(), code=1405)).changes == (create(),)


def test_taking_off_sale_is_always_tried() -> None:
    sold_out = update(frozenset({Field.STOCK}), stock=0)
    plan = left(sold_out, refused(sold_out))
    assert (plan.changes, plan.problems, plan.skipped) == ((sold_out,), (), 0)
    assert left(hide(), refused(sold_out)).changes == (hide(),)


@pytest.mark.parametrize(
    "change", [update(VALUES, stock=0), relink(VALUES | TEXTS, stock=0)], ids=["update", "relink"]
)
def test_a_refused_edit_does_not_keep_the_stock_from_falling_to_0(change: Update | Relink) -> None:
    plan = left(change, refused(change))
    [tried] = plan.changes
    assert isinstance(tried, Update)
    assert tried.fields == {Field.STOCK}
    assert (tried.link, tried.item) == (change.link, change.item)
    assert [one.code for one in plan.problems] == ["vk_error"]
    assert plan.skipped == 0


def test_a_product_of_which_another_part_is_sent_is_not_skipped() -> None:
    plan = leave_refused(
        Plan(changes=(update(VALUES), update(TEXTS)), skipped=3),
        refused(update(TEXTS)),
        NOON,
    )
    assert (plan.changes, plan.skipped) == ((update(VALUES),), 3)


def test_no_album_is_made_for_refused_products_alone() -> None:
    cups = AddAlbum(key="посуда", title="Посуда", photo=None)
    cup = replace(put("cup"), key="посуда")
    changes = (
        create("assam"),
        create("cup"),
        create("mate"),
        MADE,
        cups,
        put("assam", "mate"),
        cup,
    )
    plan = leave_refused(
        Plan(changes=changes), refused(create("assam")) | refused(create("cup")), NOON
    )
    assert plan.changes == (create("mate"), MADE, put("mate"))


def test_words_that_no_encoding_holds_have_a_fingerprint_too() -> None:
    assert len(fingerprint_of(Create(draft=draft(title="чай \udc80")))) == 64
