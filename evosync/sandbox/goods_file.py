"""A goods file of one's own as an Evotor account: what `--goods FILE` puts into the sandbox."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

from evosync.sandbox.evotor.state import EvotorState, made_id
from evosync.sandbox.shop import Shelves, account, new_store

GOODS_STORE_ID = "20251001-4D5E-40A1-80C2-0A0B0C0D0E04"
GOODS_STORE_NAME = "Магазин из файла"

_WHOLESALE = "Опт"
_RETAIL = "Розница"


class WholesaleRow(msgspec.Struct):
    """A row with a price in roubles; `group` is a number or a name, "" for none."""

    code: str
    name: str
    unit: str
    price: Decimal
    group: str = ""
    description: str = ""


class RetailRow(msgspec.Struct):
    """A name with a barcode and nothing more: the sandbox makes up its price."""

    barcode: str
    name: str


class GoodsFile(msgspec.Struct):
    """The file: either list may be missing, not both."""

    wholesale: list[WholesaleRow] = []
    retail: list[RetailRow] = []


def shop_from_goods(path: Path) -> EvotorState:
    """Read a goods file into one store with groups; the same file gives the same ids.

    Retail rows have no price in such files. They get one made from their
    barcode, in whole roubles, and every row gets a stock in the same way.
    Raises ValueError with one Russian sentence for a file that does not fit.
    """
    goods = _read(path)
    shelves = Shelves(new_store(GOODS_STORE_ID, GOODS_STORE_NAME))
    for row in goods.wholesale:
        shelves.product(
            made_id("wholesale", row.code),
            row.name,
            parent_id=shelves.group(_path(row.group)),
            code=row.code[:10],  # characters, as long as a till's code can be
            article_number=row.code,
            price=row.price,
            quantity=_quantity(row.code),
            measure_name=row.unit,
            description=row.description or None,
        )
    for item in goods.retail:
        shelves.product(
            made_id("retail", item.barcode),
            item.name,
            parent_id=shelves.group((_RETAIL,)),
            price=Decimal(_number(item.barcode, 39, 890)),
            quantity=_quantity(item.barcode),
            barcodes=[item.barcode],
        )
    return account({shelves.store.id: shelves.store})


def _read(path: Path) -> GoodsFile:
    try:
        goods = msgspec.json.decode(path.read_bytes(), type=GoodsFile)
    except OSError as error:
        raise ValueError(f"Файл товаров {path} не читается: {error.strerror}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"Файл товаров {path} не подходит: {error}.") from error
    if not goods.wholesale and not goods.retail:
        raise ValueError(f"Файл товаров {path} не подходит: в нём нет ни wholesale, ни retail.")
    for row in goods.wholesale:
        if not row.price.is_finite():
            raise ValueError(f"Файл товаров {path} не подходит: у «{row.code}» цена не число.")
    _refuse_repeats(path, "code", [row.code for row in goods.wholesale])
    _refuse_repeats(path, "barcode", [row.barcode for row in goods.retail])
    return goods


def _refuse_repeats(path: Path, field: str, keys: Sequence[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"Файл товаров {path} не подходит: {field} «{key}» стоит дважды.")
        seen.add(key)


def _path(group: str) -> tuple[str, ...]:
    name = group.strip()
    if not name:
        return ()
    return (_WHOLESALE, f"Группа {name}" if name.isdigit() else name)


def _quantity(key: str) -> Decimal:
    return Decimal(_number(f"stock {key}", 1, 60))


def _number(key: str, low: int, high: int) -> int:
    """Return a whole number in [low, high] that this key always gives."""
    digest = hashlib.sha256(key.encode()).digest()
    return low + int.from_bytes(digest[:4], "big") % (high - low + 1)
