"""Each of VK's codes says what happens next."""

import pytest

from evosync.engine.changes import NOT_SENT
from evosync.errors import NeedsPerson, TryLater
from evosync.vk.errors import VkRefusal, error_from, error_of_request

PERSON = {
    5: "connection_broken",
    7: "vk_no_right",
    14: "vk_captcha",
    15: "vk_no_role",
    17: "connection_broken",
    18: "connection_broken",
    24: "connection_broken",
    27: "connection_broken",
    200: "vk_no_role",
    203: "vk_no_role",
    205: "vk_no_role",
    1117: "connection_broken",
    1438: "vk_market_off",
    1525: "vk_market_off",
    3300: "vk_captcha",
    3609: "connection_broken",
}
LATER = {1: "vk_busy", 6: "vk_busy", 9: "vk_busy", 10: "vk_busy", 29: "vk_busy", 36: "vk_busy"}
LATER |= {43: "vk_busy", 601: "vk_busy", 8: "vk_error", 12: "vk_error", 3: "vk_error"}


@pytest.mark.parametrize(("code", "name"), PERSON.items())
def test_what_only_a_person_can_mend(code: int, name: str) -> None:
    error = error_from(VkRefusal(code=code, message="words"))
    assert isinstance(error, NeedsPerson)
    assert error.code == name
    assert error.cause == f"VK error {code}: words"


@pytest.mark.parametrize(("code", "name"), LATER.items())
def test_what_time_mends(code: int, name: str) -> None:
    error = error_from(VkRefusal(code=code, message="words"))
    assert isinstance(error, TryLater)
    assert error.code == name


@pytest.mark.parametrize(
    "code", [100, 1400, 1402, 1403, 1404, 1405, 1406, 1408, 1433, 22, 129, 777]
)
def test_what_refuses_one_call_alone(code: int) -> None:
    refused = VkRefusal(code=code, message="words")
    assert error_from(refused) is None
    assert refused.is_about_call
    assert not refused.is_stop


@pytest.mark.parametrize("subcode", [1133, 1134])
def test_access_denied_to_the_method_is_a_missing_right(subcode: int) -> None:
    error = error_from(VkRefusal(code=15, message="", subcode=subcode))
    assert error is not None
    assert error.code == "vk_no_right"


@pytest.mark.parametrize("code", [5, 7, 9, 14, 15, 17, 24, 29, 200, 203, 205, 601, 1438, 1525])
def test_after_a_stop_no_further_call_is_of_use(code: int) -> None:
    assert VkRefusal(code=code, message="").is_stop


@pytest.mark.parametrize("code", [NOT_SENT, 5, 6, 9, 14, 205])
def test_a_call_that_has_to_wait_is_put_off(code: int) -> None:
    assert VkRefusal(code=code, message="").is_put_off


@pytest.mark.parametrize("code", [1, 10, 36, 3, 8, 12, 13, 100, 1403])
def test_a_call_that_was_answered_is_not_put_off(code: int) -> None:
    assert not VkRefusal(code=code, message="").is_put_off


@pytest.mark.parametrize("code", [1, 6, 10, 13, 36])
def test_a_stumble_stops_nothing(code: int) -> None:
    assert not VkRefusal(code=code, message="").is_stop


def test_a_call_that_was_not_sent_says_nothing_of_its_data() -> None:
    refused = VkRefusal(code=NOT_SENT, message="")
    assert refused.is_stop
    assert not refused.is_about_call


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        pytest.param("https://id.vk.ru/check?x=1", "https://id.vk.ru/check?x=1", id="VK's page"),
        pytest.param("javascript:alert(1)", None, id="no web address"),
        pytest.param("https://[::1/captcha", None, id="no address at all"),
        pytest.param(None, None, id="none given"),
    ],
)
def test_only_a_web_address_becomes_a_link(link: str | None, shown: str | None) -> None:
    error = error_from(VkRefusal(code=14, message="", link=link))
    assert isinstance(error, NeedsPerson)
    assert error.link == shown


def test_a_refusal_of_what_the_run_needs_ends_it() -> None:
    error = error_of_request(VkRefusal(code=100, message="owner_id is bad"))
    assert isinstance(error, TryLater)
    assert error.message == "VK отказал: owner_id is bad (код 100)."
