import pytest

from evosync.accounts.addresses import checked_email, checked_phone
from evosync.accounts.refusals import Refused


@pytest.mark.parametrize(
    ("typed", "email"),
    [
        pytest.param(" anna@example.com\n", "anna@example.com", id="blanks around"),
        pytest.param("Анна@чай.рф", "Анна@чай.рф", id="Russian"),
        pytest.param("Anna+tea@Example.com", "Anna+tea@Example.com", id="as it was spelt"),
        pytest.param(f"anna@{'a' * 60}.ru", f"anna@{'a' * 60}.ru", id="long"),
    ],
)
def test_an_e_mail_is_taken_as_typed(typed: str, email: str) -> None:
    assert checked_email(typed) == email


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("", "не похоже", id="nothing"),
        pytest.param("anna", "не похоже", id="no address"),
        pytest.param("anna@", "не похоже", id="no domain"),
        pytest.param("@example.com", "не похоже", id="no box"),
        pytest.param("anna@example.com, boris@example.com", "не похоже", id="two"),
        pytest.param("anna@exa mple.com", "не похоже", id="blank inside"),
        pytest.param("an\0na@example.com", "не похоже", id="zero"),
        pytest.param("anna@example.com\nBcc: boris@example.com", "не похоже", id="another header"),
        pytest.param("<b>@example.com", "не похоже", id="HTML"),
        pytest.param("a" * 300 + "@example.com", "длиннее 254", id="too long"),
    ],
)
def test_what_is_no_e_mail_is_refused_beside_its_field(typed: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as caught:
        checked_email(typed)
    assert caught.value.field == "email"


@pytest.mark.parametrize(
    "typed",
    ["+79161234567", "89161234567", "79161234567", " +7 (916) 123-45-67 ", "8-916-123-45-67"],
)
def test_a_phone_is_one_however_it_is_typed(typed: str) -> None:
    assert checked_phone(typed) == "+79161234567"


def test_a_phone_of_another_country_is_taken() -> None:
    assert checked_phone("+375 29 123-45-67") == "+375291234567"


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("", id="nothing"),
        pytest.param("9161234567", id="without a country"),
        pytest.param("+7916", id="too short"),
        pytest.param("+7" + "9" * 15, id="too long"),
        pytest.param("+0161234567", id="no country"),
        pytest.param("телефон", id="words"),
        pytest.param("+٧٩١٦١٢٣٤٥٦٧", id="digits of another alphabet"),
        pytest.param("8٩١٦١٢٣٤٥٦٧", id="digits of two alphabets"),
        pytest.param("+79161234567;", id="more than a phone"),
    ],
)
def test_what_is_no_phone_is_refused_beside_its_field(typed: str) -> None:
    with pytest.raises(Refused, match=r"\+7 916 123-45-67") as caught:
        checked_phone(typed)
    assert caught.value.field == "phone"
