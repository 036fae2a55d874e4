from pathlib import Path
from typing import Any

import msgspec
import pytest

from evosync.sandbox.evotor.state import StoreState
from evosync.sandbox.goods_file import GOODS_STORE_ID, shop_from_goods
from evosync.sandbox.shop import SHOP_TOKEN, SHOP_USER_ID

MILK = {
    "code": "ТД000109",
    "name": "Молоко 3,2 %",
    "unit": "шт",
    "price": 29.84,
    "group": "29",
    "description": "5-10",
}
FLOUR = {"barcode": "0002200001016", "name": "Мука &quot;льняная&quot;"}


def written(tmp_path: Path, goods: Any) -> Path:
    path = tmp_path / "goods.json"
    path.write_bytes(goods if isinstance(goods, bytes) else msgspec.json.encode(goods))
    return path


def only_store(path: Path) -> StoreState:
    state = shop_from_goods(path)
    assert state.users[SHOP_USER_ID].tokens == [SHOP_TOKEN]
    return state.users[SHOP_USER_ID].stores[GOODS_STORE_ID]


def test_rows_become_products_in_groups(tmp_path: Path) -> None:
    store = only_store(written(tmp_path, {"about": "x", "wholesale": [MILK], "retail": [FLOUR]}))
    milk, flour = store.products.values()
    assert (str(milk.price), milk.measure_name, milk.description) == ("29.84", "шт", "5-10")
    assert (flour.name, flour.barcodes) == ("Мука &quot;льняная&quot;", ["0002200001016"])
    assert flour.price is not None
    assert flour.price >= 1
    paths = {group.name: group.parent_id for group in store.groups.values()}
    assert paths.keys() == {"Опт", "Группа 29", "Розница"}
    assert milk.parent_id is not None
    assert store.groups[milk.parent_id].name == "Группа 29"


def test_a_row_without_a_group_lies_outside_any(tmp_path: Path) -> None:
    store = only_store(written(tmp_path, {"wholesale": [MILK | {"group": " "}]}))
    assert store.groups == {}


@pytest.mark.parametrize(
    ("goods", "words"),
    [
        pytest.param(b"", "не подходит", id="empty file"),
        pytest.param(b"\xff\xfe", "не подходит", id="not utf-8"),
        pytest.param([1], "не подходит", id="a list"),
        pytest.param({}, "ни wholesale, ни retail", id="no goods"),
        pytest.param({"wholesale": [{"code": "1"}]}, "name", id="a field is missing"),
        pytest.param({"wholesale": [MILK | {"price": "дорого"}]}, "price", id="price is a word"),
        pytest.param({"wholesale": [MILK | {"price": "NaN"}]}, "не число", id="price is NaN"),
        pytest.param({"wholesale": [MILK, MILK]}, "стоит дважды", id="a code twice"),
        pytest.param({"retail": [FLOUR, FLOUR]}, "стоит дважды", id="a barcode twice"),
    ],
)
def test_a_file_that_does_not_fit_is_one_sentence(tmp_path: Path, goods: Any, words: str) -> None:
    path = written(tmp_path, goods)
    with pytest.raises(ValueError, match=words) as refused:
        shop_from_goods(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="не читается"):
        shop_from_goods(tmp_path / "nothing.json")


def test_the_real_goods_all_come_in_under_stable_ids(goods_file: Path) -> None:
    store = only_store(goods_file)
    assert len(store.products) == 622
    assert all(product.price and product.price > 0 for product in store.products.values())
    assert {len(product.code or "") <= 10 for product in store.products.values()} == {True}
    assert only_store(goods_file) == store
