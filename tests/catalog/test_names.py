import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evosync.catalog.names import decode_entities, fold_name, vk_length


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        pytest.param("Чай &quot;Ассам&quot;", 'Чай "Ассам"', id="named"),
        pytest.param("Чай &#171;Ассам&#xBB;", "Чай «Ассам»", id="numbered"),
        pytest.param("Pen&notebook &copy", "Pen&notebook &copy", id="none without its semicolon"),
        pytest.param("R&D;", "R&D;", id="none of that name"),
        pytest.param("&amp;lt;", "&lt;", id="once"),
        pytest.param("", "", id="empty"),
    ],
)
def test_entities_are_decoded(text: str, decoded: str) -> None:
    assert decode_entities(text) == decoded


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        pytest.param("Чай Зелёный", "чай зеленый", id="case and ё"),
        pytest.param("ЁЖ", "еж", id="capital Ё"),
        pytest.param("Е\u0308ж", "еж", id="ё of two signs"),
        pytest.param("й", "й", id="й stays й"),
        pytest.param("  Да\t Хун\r\n\u00a0Пао\u2009 ", "да хун пао", id="blanks of all kinds"),
        pytest.param("Ｔｅａ № ½", "tea no 1⁄2", id="compatible forms"),
        pytest.param("Straße", "strasse", id="casefold, not lower"),
        pytest.param("Пуэр «Ночной», 50 г", "пуэр «ночной», 50 г", id="signs stay"),
        pytest.param("   ", "", id="only blanks"),
        pytest.param("", "", id="empty"),
    ],
)
def test_names_are_folded_for_comparison(name: str, folded: str) -> None:
    assert fold_name(name) == folded


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_a_folded_name_has_no_blanks_to_spare(name: str) -> None:
    folded = fold_name(name)

    assert folded == " ".join(folded.split())
    assert "ё" not in folded


@pytest.mark.parametrize(
    ("text", "length"),
    [
        pytest.param("", 0, id="empty"),
        pytest.param("Чай", 3, id="Cyrillic"),
        pytest.param("Tea 50", 6, id="Latin, digits and a blank"),
        pytest.param("«Ёж» – №1…", 10, id="what cp1251 has"),
        pytest.param('"', 5, id="quote"),
        pytest.param("&", 5, id="ampersand"),
        pytest.param("\\", 6, id="backslash"),
        pytest.param("'", 5, id="apostrophe"),
        pytest.param("<", 4, id="less"),
        pytest.param(">", 4, id="greater"),
        pytest.param("!", 5, id="exclamation mark"),
        pytest.param("$", 6, id="dollar"),
        pytest.param("½", len("&#189;"), id="outside cp1251"),
        pytest.param("🍵", len("&#127861;"), id="emoji"),
        pytest.param("Мёд & орехи", 10 + 5, id="a name with one dear sign"),
    ],
)
def test_vk_counts_dear_signs_at_their_entity(text: str, length: int) -> None:
    assert vk_length(text) == length


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=20), st.text(max_size=20))
def test_the_length_of_a_whole_is_that_of_its_parts(one: str, other: str) -> None:
    assert vk_length(one + other) == vk_length(one) + vk_length(other)
    assert vk_length(one) >= len(one)
