import pytest

from evosync.catalog.item import AlbumLink
from evosync.engine.changes import (
    AddAlbum,
    Change,
    Create,
    Delete,
    EditAlbum,
    Field,
    Hide,
    Lose,
    PutInAlbum,
    Relink,
    Restore,
    TakeFromAlbum,
    Update,
)
from evosync.vk.methods import methods_of
from tests.vk.stand import draft, item, link

PHOTO = {"market.getProductPhotoUploadServer", "market.saveProductPhoto"}
ALBUM = AlbumLink(key="чай", album_id=3, title="Чай", is_made=True)
WITH_PHOTO = draft("p1", photo="a" * 64)
PRICE = frozenset({Field.PRICE})
PICTURE = frozenset({Field.PHOTO})


@pytest.mark.parametrize(
    ("change", "methods"),
    [
        pytest.param(Create(draft=draft()), {"market.add"}, id="create"),
        pytest.param(Create(draft=WITH_PHOTO), {"market.add", *PHOTO}, id="create with photo"),
        pytest.param(
            Update(link=link(1), draft=WITH_PHOTO, item=item(1), fields=PRICE),
            {"market.edit"},
            id="price",
        ),
        pytest.param(
            Update(link=link(1), draft=WITH_PHOTO, item=item(1), fields=PICTURE),
            {"market.edit", *PHOTO},
            id="picture",
        ),
        pytest.param(
            Relink(link=link(1), draft=draft(), item=item(1), fields=PICTURE),
            {"market.edit"},
            id="no picture",
        ),
        pytest.param(
            Restore(link=link(1), draft=draft(), item=item(1), fields=PRICE),
            {"market.edit"},
            id="show",
        ),
        pytest.param(
            Restore(link=link(1), draft=draft(), item=None, fields=PRICE),
            {"market.edit", "market.restore"},
            id="undelete",
        ),
        pytest.param(Hide(link=link(1), item=item(1)), {"market.edit"}, id="hide"),
        pytest.param(Delete(link=link(1), item=item(1)), {"market.delete"}, id="delete"),
        pytest.param(
            AddAlbum(key="чай", title="Чай", photo="a" * 64),
            {"market.addAlbum", *PHOTO},
            id="album",
        ),
        pytest.param(
            EditAlbum(link=ALBUM, title="Чай", is_hidden=False, photo=None),
            {"market.editAlbum"},
            id="album's name",
        ),
        pytest.param(PutInAlbum(key="чай", product_ids=()), {"market.addToAlbum"}, id="put"),
        pytest.param(
            TakeFromAlbum(link=link(1), album_ids=(3,)), {"market.removeFromAlbum"}, id="take"
        ),
    ],
)
def test_a_change_needs_its_methods_and_the_one_that_carries_them(
    change: Change, methods: set[str]
) -> None:
    assert methods_of(change) == methods | {"execute"}


def test_what_sends_nothing_needs_nothing() -> None:
    assert not methods_of(Lose(link=link(1)))
