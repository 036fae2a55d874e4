import pytest

from evosync.sandbox.vk.texts import has_links, name_cost


@pytest.mark.parametrize(
    ("name", "cost"),
    [
        pytest.param("Чай №1, ёлка", 12, id="plain"),
        pytest.param('"', 5, id="quote"),
        pytest.param("&", 5, id="ampersand"),
        pytest.param("\\", 6, id="backslash"),
        pytest.param("'", 5, id="apostrophe"),
        pytest.param("<>", 8, id="angles"),
        pytest.param("!", 5, id="exclamation"),
        pytest.param("$", 6, id="dollar"),
        pytest.param("«—»", 3, id="typographic signs of cp1251"),
        pytest.param("₽", len("&#8381;"), id="rouble sign"),
        pytest.param("🍵", len("&#127861;"), id="emoji"),
    ],
)
def test_a_name_costs_what_vk_makes_of_it(name: str, cost: int) -> None:
    assert name_cost(name) == cost


@pytest.mark.parametrize(
    "text",
    [
        "https://a.b/c",
        "смотри www.чай",
        "chai.ru",
        "Наш сайт: shop.chai.com.",
        "чайная.рф",
        "t.me/tea",
    ],
)
def test_links_are_seen(text: str) -> None:
    assert has_links(text)


@pytest.mark.parametrize(
    "text",
    ["Вес 1.5кг", "Чай.Зелёный", "tea@chai.ruins", "т.к. 100 шт.", "Сорт высш.кат", "v1.0"],
)
def test_plain_texts_are_no_links(text: str) -> None:
    assert not has_links(text)
