"""Who somebody is, masked where bodies are kept; and no text that takes for ever to mask."""

from time import perf_counter

import pytest

from evosync.redact import drop_queries, is_person_key, mask_people, mask_text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("пишите на anna.tea+1@mail.tea.example!", "пишите на ***!"),
        ("почта анна@чайная.рф, касса 2", "почта ***, касса 2"),
        ("+7 916 123-45-67, звоните", "***, звоните"),
        ("8(916)1234567", "***"),
        ("+375 (29) 123-45-67", "***"),
        ('{"first_name":"Анна","name":"Чай"}', '{"first_name":"***","name":"Чай"}'),
        ('{"lastName" : "Чай\\"кина", "a":1}', '{"lastName" : "***", "a":1}'),
        ('{\\"email\\":\\"anna\\"}', '{\\"email\\":\\"***\\"}'),
        ('{"last_name":"Чайк', '{"last_name":"***'),
    ],
)
def test_a_person_in_a_text_is_masked_and_the_rest_stays(text: str, masked: str) -> None:
    assert mask_people(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Чай «Ассам», 100 г: 1 290,50 ₽",
        "4601234560016",
        "20240912-1E5A-40C7-8077-0A0B0C0D0E01",
        "1793000000123",
        "2026-03-01 12:00:05",
        '{"name":"Чай","code":"17","id":79161}',
        "@market.get ×25",
    ],
)
def test_what_is_nobodys_stays(text: str) -> None:
    assert mask_people(text) == text


@pytest.mark.parametrize(
    ("key", "is_person"),
    [
        *((key, True) for key in ("first_name", "lastName", "fio", "E-mail", "phoneNumber", "tel")),
        *((key, False) for key in ("name", "store_name", "username_length", "title", "mailing")),
    ],
)
def test_a_person_is_known_by_the_name_of_the_field(key: str, is_person: bool) -> None:
    assert is_person_key(key) is is_person


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("см. https://vk.ru/up.php?hash=f0&x=1 и", "см. https://vk.ru/up.php и"),
        ('"https:\\/\\/vk.ru\\/up?hash=f0"', '"https:\\/\\/vk.ru\\/up"'),
        ('\\"https://vk.ru/up?hash=f0\\"', '\\"https://vk.ru/up\\"'),
        ("что? да https://vk.ru/up", "что? да https://vk.ru/up"),
    ],
)
def test_an_address_loses_what_stands_behind_its_question_mark(text: str, left: str) -> None:
    assert drop_queries(text) == left


@pytest.mark.parametrize("piece", ["://", "https://", "https:\\/\\/a\\/", "://a:", "token", "a@a."])
def test_no_text_takes_for_ever(piece: str) -> None:
    text = piece * (64_000 // len(piece))
    began = perf_counter()
    mask_people(mask_text(drop_queries(text)))
    # A tenth of it on an idle machine; without bounds it was half a minute.
    assert perf_counter() - began < 10
