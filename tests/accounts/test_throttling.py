import time
from datetime import timedelta

import pytest

from evosync.accounts.refusals import TooMany
from evosync.accounts.throttling import Limit, Throttle, subscriber

# Tries, and the minutes they are counted over.
AGREED = {
    Limit.SIGN_IN_BY_ADDRESS: (30, 15),
    Limit.SIGN_IN_BY_BOTH: (20, 15),
    Limit.SIGN_IN_BY_ACCOUNT: (300, 15),
    Limit.LETTER_BY_ADDRESS: (20, 60),
    Limit.LETTER_BY_ACCOUNT: (5, 60),
    Limit.RESET_BY_ACCOUNT: (5, 60),
    Limit.LINK_BY_ADDRESS: (60, 15),
    Limit.OWN_PASSWORD: (10, 15),
    Limit.PHONE_CODE_SENT: (5, 60),
    Limit.PHONE_CODE_TRIED: (5, 15),
    Limit.KEY_TRIED: (30, 15),
    Limit.VERIFY_BY_ADDRESS: (300, 15),
    Limit.VERIFY_BY_ACCOUNT: (20, 15),
    Limit.KNOCK_LOGGED: (100, 60),
}


async def admitted(throttle: Throttle, limit: Limit, whose: str, tries: int) -> int:
    """Try so often, and count how often that was let through."""
    count = 0
    for _ in range(tries):
        try:
            await throttle.admit(limit, whose)
        except TooMany:
            continue
        count += 1
    return count


@pytest.mark.parametrize("limit", Limit)
async def test_so_many_tries_are_let_through_and_no_more(limit: Limit) -> None:
    tries, minutes = AGREED[limit]
    throttle = Throttle()
    assert await admitted(throttle, limit, "anna", tries + 20) == tries
    with pytest.raises(TooMany, match=rf"Попробуйте через {minutes} мин\.") as caught:
        await throttle.admit(limit, "anna")
    assert caught.value.code == "too_many"
    assert (minutes - 1) * 60 < caught.value.wait_s <= minutes * 60


async def test_one_does_not_use_up_anothers_tries() -> None:
    throttle = Throttle()
    await admitted(throttle, Limit.OWN_PASSWORD, "anna", 20)
    assert await admitted(throttle, Limit.OWN_PASSWORD, "boris", 20) == 10


async def test_limits_of_one_size_are_counted_apart() -> None:
    throttle = Throttle()
    await admitted(throttle, Limit.LETTER_BY_ACCOUNT, "7", 20)
    assert await admitted(throttle, Limit.PHONE_CODE_SENT, "7", 20) == 5


async def test_tries_are_had_again_when_their_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    throttle = Throttle()
    await admitted(throttle, Limit.PHONE_CODE_TRIED, "anna", 20)
    over = time.time() + 15 * 60 + 1
    monkeypatch.setattr(time, "time", lambda: over)
    assert await admitted(throttle, Limit.PHONE_CODE_TRIED, "anna", 20) == 5


def test_a_wait_is_told_in_whole_minutes_and_never_as_none() -> None:
    told = {
        seconds: str(TooMany(timedelta(seconds=seconds))).split("через ")[1]
        for seconds in (-1, 0, 1, 60, 61)
    }
    assert told == {-1: "1 мин.", 0: "1 мин.", 1: "1 мин.", 60: "1 мин.", 61: "2 мин."}


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        pytest.param("198.51.100.7", "198.51.100.7", True, id="the same"),
        pytest.param("198.51.100.7", "198.51.100.8", False, id="neighbours of IPv4"),
        pytest.param("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True, id="one /64"),
        pytest.param("2001:db8:1:2::1", "2001:DB8:1:2::2", True, id="one /64, in capitals"),
        pytest.param("2001:db8:1:2::1", "2001:db8:1:3::1", False, id="another /64"),
        pytest.param("198.51.100.7", "::ffff:198.51.100.7", True, id="IPv4 inside IPv6"),
        pytest.param("::ffff:198.51.100.7", "::ffff:198.51.100.8", False, id="two of them"),
        pytest.param("fe80::1%eth0", "fe80::2%eth1", True, id="links of one machine"),
        pytest.param("", "", True, id="no address"),
        pytest.param("unix:", "testclient", False, id="names"),
    ],
)
def test_a_subscriber_is_one_however_many_addresses_they_have(
    first: str, second: str, *, is_one: bool
) -> None:
    assert (subscriber(first) == subscriber(second)) is is_one


def test_what_is_no_address_does_not_fill_the_memory() -> None:
    assert len(subscriber("x" * 10_000)) == 64
