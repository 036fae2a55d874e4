import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evosync.catalog.product import Attribute, BadRow, Choice, Product, ProductGroup, Store
from evosync.evotor.envelope import Malformed
from evosync.evotor.wire import ProductRow, group_from, product_from, store_from

STORE_ID = "20240912-5A1C-4031-80B7-6E0F2D9A4C11"
TEA_ID = "c5f72831-aa24-4e0e-ab81-0c27401c9001"


def raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())


def row(**fields: Any) -> msgspec.Raw:
    return raw(json.dumps(fields, ensure_ascii=False))


def product(field: str, json_value: str) -> Product | BadRow:
    """Read a row that has an id, a name and one more field, given as JSON."""
    return product_from(
        raw(f'{{"id": "{TEA_ID}", "name": "Сенча", "{field}": {json_value}}}'), STORE_ID
    )


def test_a_full_product_is_read_whole() -> None:
    read = product_from(
        row(
            id=TEA_ID,
            parent_id="6b0c6f3e-2f4e-4a61-9a40-0d1b6a5c1002",
            name="Сенча",
            type="NORMAL",
            code="11",
            price=790.5,
            cost_price=410.5,
            quantity=3.275,
            measure_name="кг",
            tax="VAT_22",
            allow_to_sell=False,
            description="Весовой.",
            article_number="S-1",
            barcodes=["2000000000114", 4601234560016],
            attributes_choices={"attribute-1": "choice-2"},
            store_id=STORE_ID,
            user_id="01-000000000012345",
            created_at="2024-09-12T09:10:00.000+0000",
            updated_at="2025-10-02T14:21:45.085+0000",
            sweetness={"level": 3},
        ),
        STORE_ID,
    )

    assert read == Product(
        id=TEA_ID,
        store_id=STORE_ID,
        name="Сенча",
        parent_id="6b0c6f3e-2f4e-4a61-9a40-0d1b6a5c1002",
        type="NORMAL",
        price=790_50,
        quantity=Decimal("3.275"),
        measure_name="кг",
        allow_to_sell=False,
        description="Весовой.",
        code="11",
        barcodes=("2000000000114", "4601234560016"),
        choices=(("attribute-1", "choice-2"),),
    )


@pytest.mark.parametrize("is_null", [False, True], ids=["absent", "null"])
def test_every_field_but_the_id_may_be_absent_or_null(is_null: bool) -> None:
    fields = {name: None for name in ProductRow.__struct_fields__ if is_null}

    assert product_from(row(**fields | {"id": TEA_ID}), STORE_ID) == Product(
        id=TEA_ID, store_id=STORE_ID, name="", type=None
    )


@pytest.mark.parametrize(
    ("given", "kopecks"),
    [
        pytest.param("790", 790_00, id="whole number"),
        pytest.param("1290.5", 1290_50, id="fraction"),
        pytest.param("0.285", 29, id="half a kopeck upward, where a float would go down"),
        pytest.param('"1290.50"', 1290_50, id="text"),
        pytest.param("9999999.99", 9_999_999_99, id="Evotor's highest"),
        pytest.param("1.29e3", 1290_00, id="exponent"),
        pytest.param("0", 0, id="zero"),
        pytest.param("-5", -5_00, id="negative"),
        pytest.param('""', None, id="empty text"),
        pytest.param('" "', None, id="blank text"),
        pytest.param('"по запросу"', None, id="words"),
        pytest.param('"NaN"', None, id="not a number"),
        pytest.param("1e99999999999999999999", None, id="exponent beyond all bounds"),
        pytest.param("1e-999999999", 0, id="next to nothing"),
    ],
)
def test_price_is_read_as_kopecks(given: str, kopecks: int | None) -> None:
    read = product("price", given)

    assert isinstance(read, Product)
    assert read.price == kopecks


@pytest.mark.parametrize(
    ("given", "quantity"),
    [
        pytest.param("14", Decimal(14), id="whole number"),
        pytest.param("0.834", Decimal("0.834"), id="fraction, exactly"),
        pytest.param("-3", Decimal(-3), id="negative"),
        pytest.param('"1.23"', Decimal("1.23"), id="text"),
        pytest.param("0", Decimal(0), id="zero is told"),
        pytest.param('""', None, id="empty text is not told"),
    ],
)
def test_quantity_is_read_exactly(given: str, quantity: Decimal | None) -> None:
    read = product("quantity", given)

    assert isinstance(read, Product)
    assert read.quantity == quantity


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param('"0011"', "0011", id="text"),
        pytest.param("11", "11", id="number"),
        pytest.param('""', "", id="empty"),
    ],
)
def test_code_is_a_text_or_a_number(given: str, code: str) -> None:
    read = product("code", given)

    assert isinstance(read, Product)
    assert read.code == code


@pytest.mark.parametrize("given", ["{}", "[]", "null", '{"attribute": null}'])
def test_a_plain_product_has_no_choices(given: str) -> None:
    read = product("attributes_choices", given)

    assert isinstance(read, Product)
    assert read.choices == ()


@pytest.mark.parametrize("given", ['""', "null"])
def test_an_empty_parent_is_the_root(given: str) -> None:
    read = product("parent_id", given)

    assert isinstance(read, Product)
    assert read.parent_id is None


def test_an_unknown_type_is_kept() -> None:
    read = product("type", '"TEA_CRYSTAL_2031"')

    assert isinstance(read, Product)
    assert read.type == "TEA_CRYSTAL_2031"


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", "7"),
        ("name", '{"ru": "Чай"}'),
        ("parent_id", "[]"),
        ("parent_id", f'"{"x" * 51}"'),
        ("type", "1"),
        ("price", "true"),
        ("price", "{}"),
        ("price", "1e13"),
        ("price", "1e999999999"),
        ("quantity", '"много"'),
        ("quantity", '"Infinity"'),
        ("quantity", "[1]"),
        ("quantity", "1e999999999"),
        ("code", "false"),
        ("measure_name", "5"),
        ("allow_to_sell", '"yes"'),
        ("description", "{}"),
        ("barcodes", "7"),
        ("barcodes", "[[]]"),
        ("attributes_choices", '["choice"]'),
        ("attributes_choices", '{"attribute": {}}'),
    ],
)
def test_a_field_that_does_not_fit_costs_the_row_and_is_named(field: str, given: str) -> None:
    name = "" if field == "name" else "Сенча"

    assert product(field, given) == BadRow(store_id=STORE_ID, id=TEA_ID, field=field, name=name)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param('{"name": "Сенча"}', id="absent"),
        pytest.param('{"id": null, "name": "Сенча"}', id="null"),
        pytest.param('{"id": "", "name": "Сенча"}', id="empty"),
        pytest.param('{"id": 7, "name": "Сенча"}', id="number"),
        pytest.param('{"id": "%s", "name": "Сенча"}' % ("x" * 51), id="longer than VK's sku"),
    ],
)
def test_a_row_without_a_usable_id_is_known_by_its_name_only(given: str) -> None:
    assert product_from(raw(given), STORE_ID) == BadRow(
        store_id=STORE_ID, id=None, field="id", name="Сенча"
    )


@pytest.mark.parametrize("given", ["7", "null", '"row"', "[]"])
def test_what_is_no_object_is_a_bad_row(given: str) -> None:
    assert product_from(raw(given), STORE_ID) == BadRow(store_id=STORE_ID, id=None, field="id")


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


# A busy machine makes the first example slow; that says nothing about the law.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(ProductRow.__struct_fields__), JSON_VALUES))
def test_no_row_whatever_raises(fields: dict[str, Any]) -> None:
    read = product_from(msgspec.Raw(msgspec.json.encode(fields)), STORE_ID)

    assert isinstance(read, Product | BadRow)


def test_a_plain_group_has_no_attributes() -> None:
    assert group_from(row(id="g-1", name="Чай", parent_id="g-0", barcodes=[]), STORE_ID) == (
        ProductGroup(id="g-1", store_id=STORE_ID, name="Чай", parent_id="g-0")
    )


def test_a_modification_group_has_attributes_and_their_choices() -> None:
    read = group_from(
        row(
            id="g-2",
            name=None,
            attributes=[
                {"id": "a-1", "name": "Фасовка", "choices": [{"id": "c-1", "name": "50 г"}]},
                {"id": "a-2", "choices": [{"id": "c-2", "name": None}]},
                {"id": "a-3", "name": "Цвет", "choices": None},
            ],
        ),
        STORE_ID,
    )

    assert read == ProductGroup(
        id="g-2",
        store_id=STORE_ID,
        name="",
        attributes=(
            Attribute(id="a-1", name="Фасовка", choices=(Choice(id="c-1", name="50 г"),)),
            Attribute(id="a-2", name="", choices=(Choice(id="c-2", name=""),)),
            Attribute(id="a-3", name="Цвет"),
        ),
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({"id": "g-1", "name": 7}, "name", id="name is a number"),
        pytest.param({"id": "g-1", "attributes": {}}, "attributes", id="attributes no list"),
        pytest.param({"id": "g-1", "attributes": [{}]}, "attributes", id="attribute without id"),
    ],
)
def test_a_group_that_does_not_fit_is_a_bad_row(fields: dict[str, Any], field: str) -> None:
    assert group_from(row(**fields), STORE_ID) == BadRow(store_id=STORE_ID, id="g-1", field=field)


def test_a_store_is_read_with_its_id_as_given() -> None:
    assert store_from(row(id=STORE_ID, name="Чайная", user_id="01-1", address="")) == Store(
        id=STORE_ID, name="Чайная", user_id="01-1"
    )
    assert store_from(row(id=STORE_ID, name=None)) == Store(id=STORE_ID, name="")


@pytest.mark.parametrize("given", [{"name": "Чайная"}, {"id": ""}, {"id": STORE_ID, "name": 7}])
def test_a_store_that_does_not_fit_breaks_the_list(given: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        store_from(row(**given))
