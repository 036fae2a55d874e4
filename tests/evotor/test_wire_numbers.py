"""Numbers of Evotor's rows, up to what the database holds and beyond."""

from dataclasses import replace

import msgspec
import pytest

from evosync.catalog.product import BadRow, Product, Store
from evosync.catalog.snapshot import ReadingState, Snapshot, StoreReading
from evosync.db.catalog import list_products
from evosync.db.engine import Database
from evosync.evotor.wire import product_from
from tests.builders import NOON, SHOP
from tests.db.people import add_user
from tests.readings import save_snapshot

# Whole numbers of 64 bits end here, and so does what SQLite can hold.
NO_COLUMN_HOLDS = {
    "9223372036854775807": "64 bits, as roubles",
    "9223372036854775808": "more than 64 bits",
    "92233720368547758.08": "64 bits, as kopecks",
    "-9223372036854775809": "less than 64 bits",
    "18446744073709551616": "more than 64 bits without a sign",
    "9" * 5000: "more digits than Python reads",
    "1e300": "a float",
    '"99999999999999999999"': "text",
    "1000000000000": "a thousandth more than DECIMAL(15, 3)",
}
LARGEST = ["999999999999.999", "-999999999999.999", "999999999999.9999", "1e-999999999"]


def read_number(field: str, given: str) -> Product | BadRow:
    """Read a row with one number, given as JSON."""
    text = f'{{"id": "assam", "name": "Ассам", "{field}": {given}}}'
    return product_from(msgspec.Raw(text.encode()), SHOP)


@pytest.mark.parametrize("field", ["price", "quantity"])
@pytest.mark.parametrize("given", NO_COLUMN_HOLDS, ids=NO_COLUMN_HOLDS.values())
def test_a_number_that_no_column_holds_costs_the_row(given: str, field: str) -> None:
    assert read_number(field, given) == BadRow(store_id=SHOP, id="assam", field=field, name="Ассам")


@pytest.mark.parametrize("field", ["price", "quantity", "code"])
async def test_whatever_number_is_read_the_database_takes(field: str, database: Database) -> None:
    anna = await add_user(database, "anna@example.com")
    read = [read_number(field, given) for given in (*NO_COLUMN_HOLDS, *LARGEST)]
    products = tuple(
        replace(one, id=f"tea-{number:02}")
        for number, one in enumerate(read)
        if isinstance(one, Product)
    )
    assert len(products) >= len(LARGEST)
    shop = Store(id=SHOP, name="Чайная")
    reading = StoreReading(store=shop, state=ReadingState.WHOLE, products=products)
    await database.write(save_snapshot, anna, Snapshot(readings=(reading,)), NOON)
    async with database.read() as tx:
        kept = await list_products(tx, anna, SHOP)
    assert [one.id for one in kept] == [one.id for one in products]
