"""A small shop, and changes as a plan may hold them, by the ids they are about."""

from evosync.engine.changes import AddAlbum, Create, Field, Hide, PutInAlbum, Update, Zero
from tests.builders import draft, group, item, link, product, snapshot, store_reading
from tests.engine.ledger import MemoryLedger
from tests.engine.ports import MemoryTarget

TEAS = snapshot(
    store_reading(
        product("assam", name="Ассам индийский", parent_id="tea"),
        product("keemun", name="Кимун", parent_id="tea", price=250_00),
        groups=(group(),),
    )
)
MADE = AddAlbum(key="чай", title="Чай", photo=None)


def create(product_id: str = "assam") -> Create:
    return Create(draft=draft(product_id))


def update(product_id: str = "assam", item_id: int = 1) -> Update:
    return Update(
        link=link(product_id, item_id),
        draft=draft(product_id, price=90_00),
        item=item(item_id, product_id=product_id),
        fields=frozenset({Field.PRICE}),
    )


def hide(product_id: str = "assam", item_id: int = 1) -> Hide:
    return Hide(link=link(product_id, item_id), item=item(item_id, product_id=product_id))


def zero(product_id: str = "assam", item_id: int = 1) -> Zero:
    return Zero(link=link(product_id, item_id), item=item(item_id, product_id=product_id))


def put(*product_ids: str, album_id: int | None = None) -> PutInAlbum:
    return PutInAlbum(key="чай", product_ids=product_ids, album_id=album_id)


def stand(target: MemoryTarget, ledger: MemoryLedger, product_id: str, item_id: int) -> None:
    """Let a product stand, as linked by an earlier run."""
    target.items[item_id] = item(item_id, product_id=product_id)
    ledger.linked[product_id] = link(product_id, item_id)
