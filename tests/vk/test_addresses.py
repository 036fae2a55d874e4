"""How people write down which community they mean."""

import pytest

from evosync.vk.addresses import read_community


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("217000777", 217_000_777),
        (" 217000777 ", 217_000_777),
        ("-217000777", 217_000_777),
        ("club217000777", 217_000_777),
        ("public217000777", 217_000_777),
        ("event217000777", 217_000_777),
        ("tea_shop", "tea_shop"),
        ("@tea_shop", "tea_shop"),
        ("tea.shop", "tea.shop"),
        ("vk.com/tea_shop", "tea_shop"),
        ("https://vk.com/tea_shop", "tea_shop"),
        ("https://vk.com/@tea_shop", "tea_shop"),
        ("http://m.vk.com/club217000777?from=groups#market", 217_000_777),
        ("https://www.vk.ru/public217000777/", 217_000_777),
        ("https://vk.com/tea_shop/market", "tea_shop"),
        ("VK.com/tea_shop", "tea_shop"),
    ],
)
def test_an_address_is_read(text: str, read: int | str) -> None:
    assert read_community(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "0",
        "club0",
        "-",
        "@",
        "a",
        "чайная",
        "tea shop",
        "x" * 51,
        "https://vk.com/",
        "https://evil.example/tea_shop",
        "https://vk.com.evil.example/tea_shop",
        "https://vk.com@evil.example/tea_shop",
        "https://[vk.com/tea_shop",
        "tea/shop",
        "javascript://vk.com",
        "٢١٧",
    ],
)
def test_what_names_no_community_is_none(text: str) -> None:
    assert read_community(text) is None
