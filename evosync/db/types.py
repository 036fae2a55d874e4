"""Column types that mean the same in SQLite and in MariaDB, and `Tx`, the way to either."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import CursorResult, Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from evosync.catalog.names import fold_name

Tx = AsyncConnection
"""A transaction of `Database.read` or `Database.write`."""

# Binary and without padding: "A" is not "a", and "a" is not "a ". MariaDB
# then compares and sorts texts as SQLite does, by their code points.
COLLATION = "utf8mb4_nopad_bin"

NAME_LENGTH = 255  # characters kept of a folded name, so that an index can hold it
ID_LENGTH = 100  # characters; Evotor's ids are 36 long, VK's sku is at most 50

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""An id or a big whole number; SQLite numbers its rows only under the type INTEGER."""

OutsideId = String(ID_LENGTH).with_variant(
    mysql.VARCHAR(ID_LENGTH, charset="utf8mb4", collation=COLLATION), "mariadb"
)
"""An id that Evotor or VK gave, compared to the letter."""

FoldedName = String(NAME_LENGTH).with_variant(
    mysql.VARCHAR(NAME_LENGTH, charset="utf8mb4", collation=COLLATION), "mariadb"
)
"""What `fold_name` made of a name: the only form that is searched, sorted or compared."""

LongText = Text().with_variant(mysql.MEDIUMTEXT(), "mariadb")
"""A text without a limit that anyone reaches: 16 MB in MariaDB."""


class Moment(TypeDecorator[datetime]):
    """An aware moment; stored naive in UTC, to the microsecond."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Keep microseconds, which MariaDB drops unless told."""
        if dialect.name == "mariadb":
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn any aware moment into naive UTC; a naive one is a mistake of ours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment its time zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


class File(TypeDecorator[bytes]):
    """The bytes of a file, in base64, which adds a third: 12 MB of them at most in MariaDB.

    As they are, each of them may take two in a statement, and MariaDB takes
    statements of 16 MB unless it is told otherwise.
    """

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose a column that holds as much as a statement does."""
        if dialect.name == "mariadb":
            return dialect.type_descriptor(mysql.MEDIUMBLOB())
        return dialect.type_descriptor(LargeBinary())

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Write it so that no byte needs another before it."""
        return None if value is None else base64.b64encode(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Read what was written."""
        return None if value is None else base64.b64decode(value)


Bytes = File()
"""A file of 10 MB and a little more."""


class Exact(TypeDecorator[Decimal]):
    """A decimal number: DECIMAL in MariaDB, a scaled whole number in SQLite, which has none."""

    impl = Numeric
    cache_ok = True

    def __init__(self, precision: int, scale: int) -> None:
        super().__init__(precision, scale)
        self.precision = precision
        self.scale = scale
        self._step = Decimal(1).scaleb(-scale)
        self._most = Decimal(10) ** (precision - scale) - self._step

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the storage."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(self.precision, self.scale))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        """Round to the column's places."""
        if value is None:
            return None
        rounded = self.rounded(value)
        return int(rounded.scaleb(self.scale)) if dialect.name == "sqlite" else rounded

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Give the number its places back."""
        if value is None:
            return None
        return Decimal(value).scaleb(-self.scale) if dialect.name == "sqlite" else value

    def rounded(self, value: Decimal) -> Decimal:
        """Return what the column will hold: half up, and never past its width."""
        inside = value if -self._most < value < self._most else self._most.copy_sign(value)
        return inside.quantize(self._step, rounding=ROUND_HALF_UP)


class Json(TypeDecorator[Any]):
    """A plain value as JSON text, written one way only so that equal values are equal texts.

    `shape` is what it is read as: tuples, say, where lists would be lists.
    """

    impl = LongText
    cache_ok = True

    def __init__(self, shape: Any = Any) -> None:
        super().__init__()
        self.shape = shape

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write the value; None stays NULL."""
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Read values; no more is called for one than it takes, for a run reads 50,000."""
        decode = msgspec.json.Decoder(self.shape).decode

        def read(value: str | None) -> Any:
            return None if value is None else decode(value)

        return read


Texts = Json(tuple[str, ...])
"""Texts in an order."""

Numbers = Json(tuple[int, ...])
"""Whole numbers in an order."""

Money = BigInteger()
"""Kopecks."""

Quantity = Exact(15, 3)
"""A stock as Evotor counts it, in measures (contract: at most three decimals)."""

Multiplier = Exact(8, 4)
"""What a price is multiplied by: 0.01 to 100, four decimals (design: R4)."""


def folded(name: str) -> str:
    """Return a name as a column `name_folded` holds it."""
    return fold_name(name)[:NAME_LENGTH]


def new_id(inserted: CursorResult[Any]) -> int:
    """Return the number that the database gave to the one row just inserted."""
    key = inserted.inserted_primary_key
    if key is None:
        raise TypeError("no single row was inserted")
    number: int = key[0]
    return number
