"""What a change sets in its link, before it is sent and after."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from evosync.catalog.item import Link, LinkState, Pending
from evosync.db.aftermath import (
    LinkPatch,
    link_after,
    link_begun,
    link_refused,
    new_link,
    pending_of,
)
from evosync.engine.changes import (
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
from tests.builders import NOON, draft, item, link, written

ALL = frozenset(Field)
ONCE = dict.fromkeys((field.value for field in Field), 1)


def update(*fields: Field, last: Mapping[str, Any] | None = None, **values: Any) -> Update:
    """Build an update that sends these fields of a draft."""
    return Update(
        link=link(last=last), draft=draft(**values), item=item(), fields=frozenset(fields)
    )


def applied(patch: LinkPatch | None, to: Link) -> Link:
    """Set what a patch says; there has to be one."""
    assert patch is not None
    assert patch.item_id == to.item_id
    return patch.applied(to)


def test_a_create_leaves_what_it_sent() -> None:
    made = new_link(Create(draft=draft()), 77)
    assert made == link(item_id=77, last={"repeats": ONCE})


def test_a_create_with_unknown_stock_sent_the_opening_stock() -> None:
    made = new_link(Create(draft=draft(stock=None, opening_stock=5, photo=None)), 77)
    assert (made.written.stock, made.written.photo) == (5, None)
    assert Field.PHOTO not in made.written.repeats


def test_an_update_leaves_the_fields_it_sent_and_no_other() -> None:
    patch = link_after(update(Field.PRICE, price=200_00, title="Другой чай", stock=5))
    assert applied(patch, link()) == link(last={"price": 200_00, "repeats": {"price": 1}})


def test_what_another_change_left_meanwhile_stays() -> None:
    price = link_after(update(Field.PRICE, price=200_00, title="Другой чай"))
    title = link_after(update(Field.TITLE, price=200_00, title="Другой чай"))
    after = applied(title, applied(price, link()))
    assert after == link(
        last={"price": 200_00, "title": "Другой чай", "repeats": {"price": 1, "title": 1}}
    )


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
    change = update(Field.PRICE, price=200_00, last=last)
    # What is in the row is not known any more once the change is begun.
    begun = applied(link_begun(change), change.link)
    after = applied(link_after(change), begun)
    assert (after.written.price, after.written.repeats["price"]) == (200_00, repeats)


def test_a_text_is_ours_once_our_title_stands() -> None:
    theirs = link(text_is_theirs=True)
    sent = Update(link=theirs, draft=draft(), item=item(), fields=frozenset({Field.TITLE}))
    kept = Update(link=theirs, draft=draft(), item=item(), fields=frozenset({Field.DESCRIPTION}))
    assert not applied(link_after(sent), theirs).text_is_theirs
    assert applied(link_after(kept), theirs).text_is_theirs


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
    change: Hide | Delete | Restore, state: LinkState, *, is_hidden: bool
) -> None:
    after = applied(link_after(change), change.link)
    assert after == link(state=state, last={"is_hidden": is_hidden})


def test_a_zero_leaves_stock_0() -> None:
    after = applied(link_after(Zero(link=link(), item=item())), link())
    assert after == link(last={"stock": 0, "repeats": {"stock": 1}})


def test_a_restore_leaves_the_fields_it_sent() -> None:
    change = Restore(
        link=link(), draft=draft(stock=5), item=item(), fields=frozenset({Field.STOCK})
    )
    after = applied(link_after(change), link())
    assert after.written == written(stock=5, repeats={"stock": 1})


def test_album_changes_leave_the_link_alone() -> None:
    change = TakeFromAlbum(link=link(), album_ids=(1,))
    assert (link_begun(change), link_after(change), link_refused(change)) == (None, None, None)


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


EDITS = [
    pytest.param(
        update(Field.PRICE, Field.STOCK, price=1, stock=2), ("price", "stock"), id="update"
    ),
    pytest.param(
        Restore(link=link(), draft=draft(), item=None, fields=frozenset({Field.PHOTO})),
        ("photo",),
        id="restore",
    ),
    pytest.param(Zero(link=link(), item=item()), ("stock",), id="zero"),
    pytest.param(Hide(link=link(), item=item()), (), id="hide"),
    pytest.param(Delete(link=link(pending=Pending.HIDE), item=item()), (), id="delete"),
]


@pytest.mark.parametrize(("change", "names"), EDITS)
def test_what_was_written_is_unknown_once_a_change_is_begun(
    change: Update | Restore | Zero | Hide | Delete, names: tuple[str, ...]
) -> None:
    begun = applied(link_begun(change), change.link)
    assert begun == link(
        pending=pending_of(change),
        last={**dict.fromkeys(names), "repeats": dict.fromkeys(names, 0)},
    )


@pytest.mark.parametrize(("change", "names"), EDITS)
def test_a_refusal_takes_back_what_was_begun(
    change: Update | Restore | Zero | Hide | Delete, names: tuple[str, ...]
) -> None:
    begun = applied(link_begun(change), change.link)
    assert applied(link_refused(change), begun) == change.link


def test_an_item_that_is_shown_again_is_not_missing() -> None:
    before = replace(link(), state=LinkState.DELETED, missing_since_at=NOON)
    shown = Restore(link=before, draft=draft(), item=None, fields=ALL)
    patch = link_after(shown)
    assert patch is not None
    assert patch.applied(before).missing_since_at is None
