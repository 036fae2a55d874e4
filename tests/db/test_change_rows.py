"""Outcomes as rows of a run's record."""

from typing import Any

import pytest

from evosync.catalog.item import AlbumLink
from evosync.db.change_rows import change_row
from evosync.engine.changes import (
    AddAlbum,
    Create,
    Delete,
    Done,
    EditAlbum,
    Failed,
    Field,
    Hide,
    Outcome,
    PutInAlbum,
    Restore,
    TakeAlbum,
    TakeFromAlbum,
    Uncertain,
    Update,
    Zero,
)
from tests.builders import adoption, draft, item, link

ALBUM = AlbumLink(key="чай", album_id=3, title="Чай", is_made=True)
PRICE = frozenset({Field.PRICE})


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        pytest.param(
            Done(change=Create(draft=draft()), item_id=7),
            {"kind": "create", "product_id": "assam", "item_id": 7, "outcome": "done"},
            id="create",
        ),
        pytest.param(
            Failed(
                change=Update(link=link(), draft=draft(price=2), item=item(), fields=PRICE),
                code=100,
                message="price",
            ),
            {
                "kind": "update",
                "item_id": 1,
                "changes": {"price": [100_00, 2]},
                "outcome": "failed",
                "code": "100",
                "message": "price",
            },
            id="refused update",
        ),
        pytest.param(
            Uncertain(change=Hide(link=link(), item=item()), cause="time-out"),
            {"kind": "hide", "product_id": "assam", "outcome": "uncertain", "message": "time-out"},
            id="uncertain hide",
        ),
        pytest.param(
            Done(change=Zero(link=link(), item=item(stock=9))),
            {"kind": "zero", "changes": {"stock": [9, 0]}},
            id="zero",
        ),
        pytest.param(
            Done(change=Delete(link=link(), item=item())), {"kind": "delete"}, id="delete"
        ),
        pytest.param(
            Done(change=Restore(link=link(), draft=draft(), item=None, fields=PRICE)),
            {"kind": "restore", "changes": {"price": [None, 100_00]}},
            id="restore",
        ),
        pytest.param(
            Done(change=adoption(item_id=5)),
            {"kind": "adopt", "product_id": "assam", "item_id": 5, "changes": {}},
            id="adopt",
        ),
        pytest.param(
            Done(change=AddAlbum(key="чай", title="Чай", photo=None), album_id=3),
            {"kind": "add_album", "name": "Чай", "name_folded": "чай", "product_id": None},
            id="add album",
        ),
        pytest.param(
            Done(change=TakeAlbum(link=ALBUM)), {"changes": {"album_id": [None, 3]}}, id="take"
        ),
        pytest.param(
            Done(change=EditAlbum(link=ALBUM, title="ЧАЙ", is_hidden=True, photo=None)),
            {"changes": {"title": ["Чай", "ЧАЙ"], "is_hidden": [False, True]}},
            id="edit album",
        ),
        pytest.param(
            Done(change=PutInAlbum(key="чай", product_ids=("assam",), album_id=3, item_ids=(1,))),
            {"changes": {"album_id": [None, 3], "product_ids": [None, ["assam"]]}},
            id="put in album",
        ),
        pytest.param(
            Done(change=TakeFromAlbum(link=link(), album_ids=(3,))),
            {"item_id": 1, "changes": {"album_ids": [[3], None]}},
            id="take from album",
        ),
    ],
)
def test_a_row_says_what_became_of_what(outcome: Outcome, expected: dict[str, Any]) -> None:
    row = change_row(outcome)
    assert {name: row[name] for name in expected} == expected


def test_long_texts_are_not_told() -> None:
    changes = change_row(Done(change=Create(draft=draft()), item_id=7))["changes"]
    assert changes["title"] == [None, "Чай чёрный «Ассам»"]
    assert changes["description"] == changes["photo"] == []
