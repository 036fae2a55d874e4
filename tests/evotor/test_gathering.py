from evosync.catalog.product import Attribute, BadRow, Product, ProductGroup, Store
from evosync.catalog.snapshot import ReadingState
from evosync.evotor.failures import Refused, Unread
from evosync.evotor.gathering import Gathering

STORE = Store(id="S-1", name="Чайная")


def group(group_id: str, parent_id: str | None = None, *, varies: bool = False) -> ProductGroup:
    attributes = (Attribute(id="a", name="Фасовка"),) if varies else ()
    return ProductGroup(
        id=group_id, store_id="S-1", name=group_id, parent_id=parent_id, attributes=attributes
    )


def product(product_id: str, parent_id: str | None = None) -> Product:
    return Product(id=product_id, store_id="S-1", name=product_id, parent_id=parent_id)


def bad(row_id: str | None, field: str = "name", name: str = "") -> BadRow:
    return BadRow(store_id="S-1", id=row_id, field=field, name=name)


def test_what_came_to_its_end_is_whole() -> None:
    gathering = Gathering()
    gathering.add_groups([group("tea")])
    gathering.add_products([product("sencha", "tea"), bad("broken")])
    gathering.add_products([product("box")])

    reading = gathering.reading(STORE)

    assert reading.state is ReadingState.WHOLE
    assert reading.groups == (group("tea"),)
    assert reading.products == (product("sencha", "tea"), product("box"))
    assert reading.bad_rows == (bad("broken"),)
    assert reading.reason == ""


def test_what_broke_off_keeps_what_came() -> None:
    gathering = Gathering()
    gathering.add_groups([group("tea")])
    gathering.add_products([product("sencha", "tea")])

    reading = gathering.reading(STORE, Unread("сервер молчит"))

    assert (reading.state, reading.reason) == (ReadingState.PARTIAL, "сервер молчит")
    assert reading.products == (product("sencha", "tea"),)


def test_what_never_began_is_unreadable() -> None:
    reading = Gathering().reading(STORE, Refused(403))

    assert reading.state is ReadingState.UNREADABLE
    assert reading.reason == "у приложения нет права читать магазины и товары"


def test_an_unpaid_store_shows_nothing_even_if_a_list_came() -> None:
    gathering = Gathering()
    gathering.add_groups([group("tea")])

    reading = gathering.reading(STORE, Refused(402))

    assert reading.state is ReadingState.NOT_PAID
    assert reading.reason == "приложение не оплачено"
    assert reading.groups == ()


def test_goods_of_a_group_that_could_not_be_read_are_unknown_and_not_moved() -> None:
    gathering = Gathering()
    gathering.add_groups([group("tea"), bad("cups"), group("gaiwans", "cups", varies=True)])
    gathering.add_groups([group("plain", "cups"), group("oolongs", "tea", varies=True)])
    gathering.add_products([product("sencha", "tea"), product("box"), product("cup", "cups")])
    gathering.add_products([product("blue", "gaiwans"), product("dahongpao", "oolongs")])

    reading = gathering.reading(STORE)

    assert {group.id for group in reading.groups} == {"tea", "plain", "oolongs"}
    assert {product.id for product in reading.products} == {"sencha", "box", "dahongpao"}
    assert set(reading.bad_rows) == {
        bad("cup", "parent_id", "cup"),
        bad("blue", "parent_id", "blue"),
    }


def test_goods_of_a_group_that_is_not_listed_stay_when_every_group_was_read() -> None:
    gathering = Gathering()
    gathering.add_groups([group("tea")])
    gathering.add_products([product("orphan", "nowhere")])

    assert gathering.reading(STORE).products == (product("orphan", "nowhere"),)


def test_the_groups_that_goods_name_and_the_list_lacks_are_told() -> None:
    gathering = Gathering()
    gathering.add_groups([group("tea", "shop"), group("gaiwans", "cups", varies=True)])
    gathering.add_products([product("sencha", "tea"), product("orphan", "nowhere"), product("box")])

    assert gathering.unlisted_groups() == {"cups", "nowhere"}


def test_goods_of_a_group_that_may_have_been_left_out_are_unknown() -> None:
    gathering = Gathering()
    gathering.add_products([product("orphan", "nowhere")])
    gathering.doubt_groups()

    assert gathering.unlisted_groups() == frozenset()
    assert gathering.reading(STORE).bad_rows == (bad("orphan", "parent_id", "orphan"),)
