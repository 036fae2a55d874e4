from collections.abc import Iterable
from typing import Any

import pytest

from evosync.engine.changes import AddAlbum, Change, Create, Field, Hide, PutInAlbum, Update
from evosync.engine.shown import Shown, keep_shown, prints_of
from tests.builders import draft, item, link

TEA = "tea"


def update(fields: Iterable[Field] = (Field.PRICE,), **values: Any) -> Update:
    made = draft(TEA, **values)
    return Update(link=link(TEA), draft=made, item=item(), fields=frozenset(fields))


def shown(*changes: Change) -> Shown:
    return Shown(prints=frozenset(one for change in changes for one in prints_of(change)))


@pytest.mark.parametrize(
    ("then", "now", "is_kept"),
    [
        pytest.param(update(price=100), update(price=100), True, id="the same price"),
        pytest.param(update(price=100), update(price=101), False, id="another price"),
        pytest.param(
            update(price=100), update(price=100, title="Иначе"), True, id="a field not sent"
        ),
        pytest.param(
            Create(draft=draft()), Create(draft=draft(description="Иной текст")), False, id="text"
        ),
        pytest.param(Create(draft=draft()), Create(draft=draft()), True, id="the same item"),
        pytest.param(
            Create(draft=draft()), Hide(link=link(), item=item()), False, id="another kind"
        ),
        pytest.param(
            AddAlbum(key="чай", title="Чай", photo=None),
            AddAlbum(key="чай", title="Чай", photo=None),
            True,
            id="album",
        ),
    ],
)
def test_only_what_was_shown_just_so_is_kept(then: Change, now: Change, is_kept: bool) -> None:
    assert keep_shown([now], shown(then)) == ([now] if is_kept else [])


def test_of_an_album_those_products_stay_that_were_shown() -> None:
    put = PutInAlbum(key="чай", product_ids=("a", "b", "c"))
    kept = keep_shown([put], Shown(placed=frozenset({("чай", "a"), ("чай", "c"), ("кофе", "b")})))
    assert kept == [PutInAlbum(key="чай", product_ids=("a", "c"))]
    assert not keep_shown([put], Shown())


def test_the_parts_of_an_edit_that_a_question_divided_go_together() -> None:
    price, stock = (update(fields={one}) for one in (Field.PRICE, Field.STOCK))
    whole = update(fields={Field.PRICE, Field.STOCK})
    assert keep_shown([whole], shown(price, stock)) == [whole]
    assert keep_shown([whole], shown(stock)) == [stock]
