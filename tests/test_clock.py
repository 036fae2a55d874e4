from datetime import UTC

from evosync import clock


def test_the_present_moment_is_aware_in_utc_and_goes_on() -> None:
    first, second = clock.now(), clock.now()

    assert first.tzinfo is UTC
    assert first <= second
