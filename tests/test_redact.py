import json
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evosync.errors import Misconfigured
from evosync.redact import (
    MASK,
    is_secret_key,
    mask,
    mask_by_look,
    mask_text,
    mask_under,
    mask_url,
)
from evosync.settings import known_names

VK = "vk1.a.Qw3rTy-UiOp_As0dFg"
TOKEN = "7d3f-s3cr3t-19af"

KEYS = (
    "access_token",
    "refresh_token",
    "id_token",
    "token",
    "session_token",
    "client_secret",
    "SECRET_KEY",
    "SECRET_KEY_OLD",
    "EVOTOR_WEBHOOK_SECRET",
    "password",
    "new-password",
    "passwd",
    "BACKUP_PASSPHRASE",
    "Authorization",
    "X-Authorization",
    "Cookie",
    "Set-Cookie",
    "api_key",
    "apiKey",
    "code_verifier",
    "device_id",
    "DATABASE_URL",
    "sealed_token",
    "session",
    "credentials",
)
PLAIN = ("key", "name", "product_id", "status", "sku", "price", "community_id", "url", "user_id")


@pytest.mark.parametrize("key", KEYS)
def test_a_secret_is_known_by_its_name(key: str) -> None:
    assert is_secret_key(key)
    assert is_secret_key(key.upper())


@pytest.mark.parametrize("key", PLAIN)
def test_other_names_keep_their_values(key: str) -> None:
    assert not is_secret_key(key)
    assert mask({key: "чай"}) == {key: "чай"}
    assert mask_text(f"{key}=чай") == f"{key}=чай"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        pytest.param(f"no {VK}, sorry", "no ***, sorry", id="VK's token"),
        pytest.param(f"token_{VK}", "token_***", id="VK's token after a word"),
        pytest.param("x " + "0a1b2" * 17, "x ***", id="VK's older token"),
        pytest.param(f"Bearer {TOKEN}", "Bearer ***", id="bearer"),
        pytest.param(f"basic {TOKEN}==", "basic ***", id="basic"),
        pytest.param(f"a?access_token={TOKEN}&v=5", "a?access_token=***&v=5", id="in a query"),
        pytest.param(f"access_token%3D{TOKEN}", "access_token%3D***", id="encoded"),
        pytest.param(f"auth[token]={TOKEN}", "auth[token]=***", id="in a form"),
        pytest.param(f'{{"token": "{TOKEN}", "v": 5}}', '{"token": "***", "v": 5}', id="in JSON"),
        pytest.param(f'{{"token":"a\\"{TOKEN}"}}', '{"token":"***"}', id="with a quote"),
        pytest.param(
            f'"{{\\"token\\":\\"{TOKEN}\\",\\"v\\":5}}"',
            '"{\\"token\\":\\"***\\",\\"v\\":5}"',
            id="in JSON in JSON",
        ),
        pytest.param(f"{{'token': '{TOKEN}'}}", "{'token': '***'}", id="in a dictionary"),
        pytest.param(f"('token', '{TOKEN}')", "('token', '***')", id="in a pair"),
        pytest.param(f"(b'token', b'{TOKEN}')", "(b'token', b'***')", id="in a pair of bytes"),
        pytest.param(f'"tokens": ["a", "{TOKEN}"]', '"tokens": ***', id="in a list"),
        pytest.param(f"Authorization: Token {TOKEN}", "Authorization: ***", id="header"),
        pytest.param(
            f"Cookie: a=1; b={TOKEN}\r\nHost: vk.ru", "Cookie: ***\r\nHost: vk.ru", id="cookie"
        ),
        pytest.param(
            f'\\"password\\":\\"чай\n{TOKEN}\\"', '\\"password\\":\\"***\\"', id="of two lines"
        ),
        pytest.param(f"password = '{TOKEN} чай'", "password = '***'", id="with a blank"),
        pytest.param(f"mysql://anna:{TOKEN}@db/tea", "mysql://***@db/tea", id="in an URL"),
        pytest.param(f"mysql://anna:p@/{TOKEN}@db/tea", "mysql://***@db/tea", id="careless"),
        pytest.param(f"https://{TOKEN}@host/", "https://***@host/", id="user alone"),
        pytest.param(f"DATABASE_URL=mysql://a:{TOKEN}@db/x", "DATABASE_URL=***", id="setting"),
    ],
)
def test_a_secret_in_a_text_is_masked_and_the_rest_stays(text: str, masked: str) -> None:
    assert mask_text(text) == masked
    assert mask_text(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Чай «Ассам», 100 г: 290,50 ₽ & скидка",
        "https://api.vk.ru/method/market.get?v=5.199",
        "http://127.0.0.1:8000/health",
        "anna@example.com",
        "User authorization failed: invalid access_token (4).",
        "cb01db3dc7964b4c9dd83c64d82f56fccd34291577bdc7d62f96d66aebf05a85",
        "20200101-AAAA-4000-80AA-000000000001",
    ],
)
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize("name", known_names())
def test_our_own_sentence_about_a_setting_can_be_read(name: str) -> None:
    message = Misconfigured(name, "значение не подходит: нужно целое число.").message

    assert mask_text(message) == message


@pytest.mark.parametrize(
    "text",
    [
        "DATABASE_URL: / — это папка, а нужен файл.",
        "файл базы /home/anna/session: 1/x.json не открывается.",
        "папка /srv/token=5/data не читается.",
    ],
)
def test_by_look_a_sentence_of_ours_stays_whatever_it_names(text: str) -> None:
    assert mask_by_look(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        pytest.param(f"файл {VK} не найден.", "файл *** не найден.", id="VK's token"),
        pytest.param("ключ " + "0a1b2" * 17, "ключ ***", id="VK's older token"),
        pytest.param(f"mysql://anna:{TOKEN}@db/tea.", "mysql://***@db/tea.", id="in an URL"),
        pytest.param(f"Bearer {TOKEN}", "Bearer ***", id="bearer"),
    ],
)
def test_by_look_a_secret_that_shows_itself_is_masked(text: str, masked: str) -> None:
    assert mask_by_look(text) == masked


tokens = st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-~", min_size=8, max_size=60
)
keys = st.sampled_from(KEYS)
around = st.text("чай tea.,:=\n{}()<>", max_size=12)


def as_pairs(key: str, token: str) -> str:
    return repr([(key, token)])


WAYS: list[Callable[[str, str], str]] = [
    lambda key, token: f"{key}={token}",
    lambda key, token: f"{key}: {token}",
    lambda key, token: urlencode({"a": "b", key: token, "c": "d"}),
    lambda key, token: quote(f"{key}={token}", safe=""),
    lambda key, token: json.dumps({key: token}),
    lambda key, token: json.dumps({"body": json.dumps({key: token})}),
    lambda key, token: json.dumps({key: [token, {"inner": token}]}),
    lambda key, token: repr({key: token}),
    lambda key, token: repr({key.encode(): token.encode()}),
    as_pairs,
    lambda key, token: f"{key} = '{token} {token}'",
    lambda key, token: f"Bearer {token}",
    lambda key, token: f"https://anna:{token}@vk.ru/x",
    lambda key, token: f"vk1.a.{token}",
]


@given(keys, tokens, st.sampled_from(WAYS), around, around)
def test_no_token_survives_in_a_text(
    key: str, token: str, way: Callable[[str, str], str], before: str, after: str
) -> None:
    assert token not in mask_text(f"{before} {way(key, token)} {after}")


def leaves(token: str) -> st.SearchStrategy[object]:
    """Give values that hold the token where a name, theirs or its own, tells what it is."""
    texts = st.builds(lambda way, key: way(key, token), st.sampled_from(WAYS), keys)
    named = keys.flatmap(
        lambda key: st.sampled_from(
            [{key: token}, (key, token), [key, [token]], {key: {"deep": [token]}}]
        )
    )
    return st.one_of(texts, named, st.builds(ValueError, texts), st.just(token.encode()))


@given(tokens.flatmap(lambda token: st.tuples(st.just(token), nested(token))))
def test_no_token_survives_in_a_value_of_any_shape(made: tuple[str, object]) -> None:
    token, value = made

    assert token not in repr(mask(value))
    assert token not in json.dumps(mask(value), ensure_ascii=False)


def nested(token: str) -> st.SearchStrategy[object]:
    return st.recursive(
        leaves(token),
        lambda inner: st.one_of(
            st.lists(inner, max_size=2),
            st.tuples(inner, st.integers()),
            st.dictionaries(st.sampled_from(PLAIN), inner, max_size=2),
        ),
        max_leaves=4,
    )


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        pytest.param(None, None, id="nothing"),
        pytest.param(True, True, id="a truth"),
        pytest.param(5, 5, id="a number"),
        pytest.param(1.5, 1.5, id="a fraction"),
        pytest.param(b"abc", "<3 bytes>", id="bytes"),
        pytest.param(Decimal("1.50"), "1.50", id="a decimal"),
        pytest.param(
            datetime(2026, 11, 2, 12, tzinfo=UTC), "2026-11-02 12:00:00+00:00", id="a moment"
        ),
        pytest.param(ValueError(f"token={TOKEN}"), "token=***", id="an error"),
        pytest.param([1, "чай"], [1, "чай"], id="a list"),
        pytest.param((1, 2), [1, 2], id="a tuple"),
        pytest.param(frozenset({1}), [1], id="a set"),
        pytest.param({1: {"token": TOKEN}}, {1: {"token": MASK}}, id="a mapping in another"),
        pytest.param(OrderedDict(token=TOKEN), {"token": MASK}, id="any mapping"),
        pytest.param({"token": ""}, {"token": ""}, id="an empty secret"),
        pytest.param({"token": None}, {"token": None}, id="no secret"),
        pytest.param({VK: 1}, {MASK: 1}, id="a token as a name"),
        pytest.param([["token", TOKEN]], [["token", MASK]], id="pairs"),
        pytest.param([("чай", TOKEN)], [["чай", TOKEN]], id="pairs of other names"),
    ],
)
def test_a_value_keeps_its_shape_as_json_knows_it(value: object, masked: object) -> None:
    assert mask(value) == masked


def test_a_value_is_masked_by_the_name_it_stands_under() -> None:
    assert mask_under("token", TOKEN) == MASK
    assert mask_under("token", [TOKEN]) == MASK
    assert mask_under("token", "") == ""
    assert mask_under("note", f"Bearer {TOKEN}") == "Bearer ***"
    assert mask_under(5, "чай") == "чай"


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        (f"https://api.vk.ru/method/x?access_token={TOKEN}#f", "https://api.vk.ru/method/x"),
        (f"https://anna:{TOKEN}@api.vk.ru:8443/x", "https://api.vk.ru:8443/x"),
        ("https://api.evotor.ru", "https://api.evotor.ru"),
        ("http://[::1", MASK),
        ("http://host:port/", MASK),
        ("", ""),
    ],
)
def test_an_url_keeps_only_what_is_no_secret(url: str, masked: str) -> None:
    assert mask_url(url) == masked
