"""Bodies of webhooks: read field by field, whatever they are."""

import string
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evosync.evotor.notices import (
    FIELD,
    LONGEST,
    LONGEST_TOKEN,
    SYNTAX,
    VALUE,
    BadNotice,
    Notice,
    read_notice,
    without_secrets,
)

EVOTOR_ID = "01-000000000000001"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def body(**fields: Any) -> bytes:
    return msgspec.json.encode({"userId": EVOTOR_ID, **fields})


def notice(**fields: Any) -> Notice:
    return read_notice(body(**fields))


def fault_of(text: bytes) -> int | None:
    """Return the contract's code of what is wrong with a body; None for a notice."""
    try:
        read = read_notice(text)
    except BadNotice as bad:
        return bad.code
    assert max(map(len, (read.email, read.phone))) <= LONGEST
    return None


KNOWN = {None, SYNTAX, FIELD, VALUE}


@given(st.binary())
def test_any_bytes_are_a_notice_or_a_fault_of_the_contract(text: bytes) -> None:
    assert fault_of(text) in KNOWN


@given(JSON)
def test_any_json_is_a_notice_or_a_fault_of_the_contract(told: Any) -> None:
    assert fault_of(msgspec.json.encode(told)) in KNOWN


@given(st.dictionaries(st.sampled_from(["email", "name", "phone", "token"]), JSON))
def test_any_fields_of_a_user_are_a_notice(fields: dict[str, Any]) -> None:
    assert fault_of(body(**fields)) is None


@given(st.dictionaries(st.text(), JSON, max_size=8))
def test_of_any_fields_only_short_plain_ones_are_kept(fields: dict[str, Any]) -> None:
    kept = without_secrets(fields)
    msgspec.json.encode(kept)
    assert not any("passw" in name.lower() for name in kept)
    for value in kept.values():
        assert not isinstance(value, (dict, list))
        assert not isinstance(value, str) or len(value) <= LONGEST


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b'"text"', b"null", b"5", b"\xff", b'{"userId": "\xff"}', b"[" * 100_000],
    ids=["empty", "half", "list", "text", "null", "number", "no text", "broken text", "deep"],
)
def test_what_is_no_object_is_a_fault_of_syntax(text: bytes) -> None:
    with pytest.raises(BadNotice) as raised:
        read_notice(text)
    assert raised.value.code == SYNTAX


@pytest.mark.parametrize("name", ["userId", "userUuid"])
def test_the_user_goes_by_the_present_name_and_by_the_older(name: str) -> None:
    assert read_notice(msgspec.json.encode({name: EVOTOR_ID})).user_id == EVOTOR_ID


def test_the_present_name_wins() -> None:
    told = {"userUuid": "older", "userId": EVOTOR_ID}
    assert read_notice(msgspec.json.encode(told)).user_id == EVOTOR_ID


@pytest.mark.parametrize("told", [{}, {"userId": None}, {"userId": None, "userUuid": None}])
def test_without_a_user_a_field_is_missing(told: dict[str, Any]) -> None:
    with pytest.raises(BadNotice) as raised:
        read_notice(msgspec.json.encode(told))
    found = raised.value
    assert (found.code, found.reason, found.subject) == (FIELD, "missing", "userId")


@pytest.mark.parametrize("user_id", ["", " ", 5, True, [], {}, "x" * 65, "a b", "Анна", "a\nb"])
def test_a_user_that_is_none_is_a_wrong_value(user_id: Any) -> None:
    with pytest.raises(BadNotice) as raised:
        read_notice(msgspec.json.encode({"userId": user_id}))
    found = raised.value
    assert (found.code, found.reason, found.subject) == (VALUE, "incorrect", "userId")


def test_fields_of_a_form_are_found_by_the_names_that_forms_use() -> None:
    found = notice(username=" anna@example.com ", firstName="Анна", lastName="Чайкина", tel="8900")
    assert (found.email, found.name, found.phone) == ("anna@example.com", "Анна Чайкина", "8900")
    bare = notice(email=5, name=None, phone=["8900"])
    assert (bare.email, bare.name, bare.phone) == ("", "", "")


def test_what_is_typed_at_length_is_cut_and_a_token_is_refused() -> None:
    assert len(notice(email="x" * 10_000).email) == LONGEST
    with pytest.raises(BadNotice) as raised:
        notice(token="x" * (LONGEST_TOKEN + 1)).needed("token")
    assert (raised.value.code, raised.value.subject) == (VALUE, "token")
    assert notice(token="x" * LONGEST_TOKEN).needed("token") == "x" * LONGEST_TOKEN


@pytest.mark.parametrize("password", [" with blanks ", "пароль", "\t"])
def test_a_needed_text_stays_as_it_stands(password: str) -> None:
    assert notice(password=password).needed("password") == password


@pytest.mark.parametrize(
    ("fields", "code"),
    [({}, FIELD), ({"token": None}, FIELD), ({"token": ""}, VALUE), ({"token": 5}, VALUE)],
)
def test_a_needed_text_that_is_not_there_is_told(fields: dict[str, Any], code: int) -> None:
    with pytest.raises(BadNotice) as raised:
        notice(**fields).needed("token")
    assert (raised.value.code, raised.value.subject) == (code, "token")


@pytest.mark.parametrize("token", ["a b", "ключ", "a\r\nX-Evil: 1", "   ", "\x7f"])
def test_a_token_that_no_header_can_carry_is_refused(token: str) -> None:
    with pytest.raises(BadNotice) as raised:
        notice(token=token).needed_key("token")
    assert raised.value.code == VALUE


def test_a_token_comes_without_the_blanks_around_it() -> None:
    every = "".join(set(string.printable) - set(string.whitespace))
    assert notice(token=f" {every}\n").needed_key("token") == every


def test_no_secret_of_a_body_is_kept_or_shown() -> None:
    fields = {
        "userId": EVOTOR_ID,
        "password": "s3cr3t",
        "Passwort": "s3cr3t",
        "apiToken": "s3cr3t",
        "client_secret": "s3cr3t",
        "Пароль": "s3cr3t",
        "custom": {"password": "s3cr3t"},
        "list": ["s3cr3t"],
        "age": 40,
    }
    kept = without_secrets(fields)
    assert "s3cr3t" not in repr(kept)
    assert kept == {"userId": EVOTOR_ID, "custom": "<dict>", "list": "<list>", "age": 40}
    assert "s3cr3t" not in repr(notice(**fields))


def test_a_body_of_many_fields_is_kept_in_part() -> None:
    kept = without_secrets({f"{n:0>200}": "x" * 10_000 for n in range(500)})
    assert len(kept) <= 50
    assert all(len(name) <= 100 and len(value) <= LONGEST for name, value in kept.items())
