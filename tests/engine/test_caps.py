import pytest

from evosync.engine.caps import ALBUM, ALBUMS, ITEMS, Caps
from evosync.engine.changes import AddAlbum, Change, Done, Failed, PutInAlbum, Restore
from tests.builders import draft, link
from tests.engine.wishes import MADE, create, hide, put, update


def undelete(product_id: str) -> Restore:
    return Restore(link=link(product_id), draft=draft(product_id), item=None, fields=frozenset())


@pytest.mark.parametrize(
    ("code", "first", "same", "other"),
    [
        pytest.param(ITEMS, create("a"), create("b"), MADE, id="items"),
        pytest.param(ITEMS, undelete("a"), create("b"), put("b"), id="undeleted items"),
        pytest.param(
            ALBUM,
            put("a"),
            put("b"),
            PutInAlbum(key="кофе", product_ids=("c",)),
            id="items of one album",
        ),
        pytest.param(
            ALBUMS, MADE, AddAlbum(key="кофе", title="Кофе", photo=None), create("b"), id="albums"
        ),
    ],
)
def test_what_would_meet_the_same_cap_is_refused_without_a_call(
    code: int, first: Change, same: Change, other: Change
) -> None:
    caps = Caps()
    assert caps.split([first, same, other]) == ([first, same, other], [])
    caps.learn([Failed(change=first, code=code, message="Full.")])
    sent, refused = caps.split([same, other, hide(), update()])
    assert sent == [other, hide(), update()]
    assert refused == [Failed(change=same, code=code, message="Full.")]


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(Failed(change=create(), code=100, message="Bad words."), id="other refusal"),
        pytest.param(Failed(change=hide(), code=ITEMS, message="Full."), id="other change"),
        pytest.param(Done(change=create(), item_id=1), id="done"),
    ],
)
def test_what_is_no_cap_stops_nothing(outcome: Done | Failed) -> None:
    caps = Caps()
    caps.learn([outcome])
    assert caps.split([create("b")]) == ([create("b")], [])
