"""What a done change leaves in its link."""

from collections.abc import Mapping
from typing import Any

import pytest

from evosync.catalog.item import LinkState, Pending
from evosync.db.aftermath import link_after, new_link, pending_of
from evosync.engine.changes import (
    Adopt,
    Change,
    Create,
    Delete,
    Field,
    Hide,
    Restore,
    TakeFromAlbum,
    Update,
    Zero,
)
from tests.builders import draft, item, link, written

ALL = frozenset(Field)
ONCE = dict.fromkeys((field.value for field in Field), 1)


def update(*fields: Field, last: Mapping[str, Any] | None = None, **values: Any) -> Update:
    """Build an update that sends these fields of a draft."""
    return Update(
        link=link(last=last), draft=draft(**values), item=item(), fields=frozenset(fields)
    )


def test_a_create_leaves_what_it_sent() -> None:
    made = new_link(Create(draft=draft()), 77)
    assert made == link(item_id=77, last={"repeats": ONCE})


def test_a_create_with_unknown_stock_sent_the_opening_stock() -> None:
    made = new_link(Create(draft=draft(stock=None, opening_stock=5, photo=None)), 77)
    assert (made.written.stock, made.written.photo) == (5, None)
    assert Field.PHOTO not in made.written.repeats


def test_an_adoption_leaves_their_text_and_what_stands() -> None:
    adopted = new_link(
        Adopt(draft=draft(), item=item(5, price=7_00, stock=3), is_intended=False), 5
    )
    assert adopted.text_is_theirs
    assert (adopted.written.price, adopted.written.stock) == (7_00, 3)
    assert adopted.written.title == draft().title


def test_an_update_leaves_the_fields_it_sent_and_no_other() -> None:
    after = link_after(update(Field.PRICE, price=200_00, title="Другой чай", stock=5))
    assert after == link(last={"price": 200_00, "repeats": {"price": 1}})


@pytest.mark.parametrize(
    ("last", "repeats"),
    [
        pytest.param({"price": 200_00, "repeats": {"price": 1}}, 2, id="the same again"),
        pytest.param({"price": 150_00, "repeats": {"price": 2}}, 1, id="a new value"),
        pytest.param({"price": None, "repeats": {}}, 1, id="the first"),
    ],
)
def test_repeats_count_how_often_one_value_was_written(
    last: Mapping[str, Any], repeats: int
) -> None:
    after = link_after(update(Field.PRICE, price=200_00, last=last))
    assert after is not None
    assert after.written.repeats["price"] == repeats


def test_a_text_is_ours_once_our_title_stands() -> None:
    theirs = link(text_is_theirs=True)
    sent = Update(link=theirs, draft=draft(), item=item(), fields=frozenset({Field.TITLE}))
    kept = Update(link=theirs, draft=draft(), item=item(), fields=frozenset({Field.DESCRIPTION}))
    after_title, after_text = link_after(sent), link_after(kept)
    assert after_title
    assert after_text
    assert not after_title.text_is_theirs
    assert after_text.text_is_theirs


@pytest.mark.parametrize(
    ("change", "state", "is_hidden"),
    [
        pytest.param(
            Hide(link=link(pending=Pending.HIDE), item=item()), LinkState.LIVE, True, id="hide"
        ),
        pytest.param(
            Delete(link=link(pending=Pending.DELETE), item=item()),
            LinkState.DELETED,
            False,
            id="delete",
        ),
        pytest.param(
            Restore(
                link=link(state=LinkState.DELETED, pending=Pending.SHOW, last={"is_hidden": True}),
                draft=draft(),
                item=None,
                fields=frozenset(),
            ),
            LinkState.LIVE,
            False,
            id="restore",
        ),
    ],
)
def test_acts_leave_their_state_and_nothing_pending(
    change: Change, state: LinkState, *, is_hidden: bool
) -> None:
    after = link_after(change)
    assert after == link(state=state, last={"is_hidden": is_hidden})


def test_a_zero_leaves_stock_0() -> None:
    after = link_after(Zero(link=link(), item=item()))
    assert after == link(last={"stock": 0, "repeats": {"stock": 1}})


def test_a_restore_leaves_the_fields_it_sent() -> None:
    change = Restore(
        link=link(), draft=draft(stock=5), item=item(), fields=frozenset({Field.STOCK})
    )
    after = link_after(change)
    assert after is not None
    assert after.written == written(stock=5, repeats={"stock": 1})


def test_album_changes_leave_the_link_alone() -> None:
    assert link_after(TakeFromAlbum(link=link(), album_ids=(1,))) is None


@pytest.mark.parametrize(
    ("change", "pending"),
    [
        (Hide(link=link(), item=item()), Pending.HIDE),
        (Delete(link=link(), item=item()), Pending.DELETE),
        (Restore(link=link(), draft=draft(), item=item(), fields=ALL), Pending.SHOW),
        (Restore(link=link(), draft=draft(), item=None, fields=ALL), Pending.UNDELETE),
        (Zero(link=link(), item=item()), None),
        (Create(draft=draft()), None),
    ],
    ids=["hide", "delete", "show", "undelete", "zero", "create"],
)
def test_what_is_noted_before_an_act(change: Change, pending: Pending | None) -> None:
    assert pending_of(change) is pending
