import asyncio
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from evosync.alerts.mail import Letter
from evosync.alerts.post import AT_ONCE, Post
from evosync.errors import NeedsPerson, TryLater
from tests.alerts.writing import LINK, letter

LATER = TryLater("Письмо не отправлено.", code="mail_failed", cause="SMTPDataError 451")
NEVER = NeedsPerson("Письмо не отправлено.", code="mail_failed", cause="SMTPDataError 554")


@dataclass(slots=True)
class Carrier:
    """Fails as it was told to, then carries; waits at the gate while that is closed."""

    fails: list[Exception] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    tried: int = 0
    carried: list[Letter] = field(default_factory=list)

    async def send(self, given: Letter) -> None:
        self.tried += 1
        await self.gate.wait()
        if self.fails:
            raise self.fails.pop(0)
        self.carried.append(given)


@dataclass(slots=True)
class Waits:
    """Waits no time at all, and keeps how long it was asked to."""

    asked: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)


@pytest.fixture
def carrier() -> Carrier:
    made = Carrier()
    made.gate.set()
    return made


async def forever(_seconds: float) -> None:
    await asyncio.Event().wait()


async def until(carrier: Carrier, tried: int) -> None:
    async with asyncio.timeout(30):
        while carrier.tried < tried:  # noqa: ASYNC110  everything stands still otherwise
            await asyncio.sleep(0)


async def test_a_letter_sent_later_has_not_gone_when_the_page_answers(carrier: Carrier) -> None:
    post = Post(carrier)

    post.later(letter())

    assert carrier.tried == 0
    await post.stop(5)
    assert carrier.carried == [letter()]


async def test_what_may_go_later_is_tried_three_times(carrier: Carrier) -> None:
    carrier.fails, waits = [LATER, LATER], Waits()
    post = Post(carrier, wait=waits)

    post.later(letter())
    await until(carrier, 3)
    await post.stop(5)

    assert carrier.carried == [letter()]
    assert waits.asked == [5.0, 60.0]


async def test_after_three_tries_a_letter_is_given_up(carrier: Carrier) -> None:
    carrier.fails = [LATER] * 4
    post = Post(carrier, wait=Waits())

    with capture_logs() as logs:
        post.later(letter())
        await until(carrier, 3)
        await post.stop(5)

    assert (carrier.tried, carrier.carried) == (3, [])
    assert [each["event"] for each in logs] == [
        "letter delayed",
        "letter delayed",
        "letter not sent",
    ]


@pytest.mark.parametrize(
    ("error", "cause"), [(NEVER, NEVER.cause), (KeyError("anna@tea.ru"), "KeyError")]
)
async def test_what_can_never_go_is_tried_once(
    error: Exception, cause: str, carrier: Carrier
) -> None:
    carrier.fails = [error]
    post = Post(carrier, wait=Waits())

    with capture_logs() as logs:
        post.later(letter())
        await post.stop(5)

    assert carrier.tried == 1
    assert [(each["event"], each["cause"]) for each in logs] == [("letter not sent", cause)]


async def test_the_log_knows_only_what_kind_of_letter_it_was(carrier: Carrier) -> None:
    carrier.fails = [LATER, NEVER, KeyError(LINK)]
    post = Post(carrier, wait=Waits(), most_waiting=3)

    with capture_logs() as logs:
        for _ in range(4):
            post.later(letter())
        await post.stop(5)
        post.later(letter())

    assert {each["kind"] for each in logs} == {"invite"}
    for secret in ("anna", LINK, "Приглашение"):
        assert secret not in str(logs)


async def test_a_flood_is_cut_at_the_bound(carrier: Carrier) -> None:
    post = Post(carrier)

    with capture_logs() as logs:
        for _ in range(102):
            post.later(letter())
    await post.stop(5)

    dropped = [each for each in logs if each["event"] == "letter dropped"]
    assert [each["why"] for each in dropped] == ["too many waiting"] * 2
    assert len(carrier.carried) == 100


async def test_a_letter_that_has_gone_makes_room(carrier: Carrier) -> None:
    post = Post(carrier, most_waiting=1)

    for tried in (1, 2):
        post.later(letter())
        await until(carrier, tried)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await post.stop(5)

    assert len(carrier.carried) == 2


async def test_a_mail_server_sees_few_connections_at_once(carrier: Carrier) -> None:
    carrier.gate.clear()
    post = Post(carrier)

    for _ in range(AT_ONCE + 3):
        post.later(letter())
    await until(carrier, AT_ONCE)
    for _ in range(10):
        await asyncio.sleep(0)
    assert carrier.tried == AT_ONCE

    carrier.gate.set()
    await post.stop(5)
    assert len(carrier.carried) == AT_ONCE + 3


async def test_what_is_on_its_way_at_the_stop_arrives(carrier: Carrier) -> None:
    carrier.gate.clear()
    post = Post(carrier)
    post.later(letter())
    await until(carrier, 1)

    stopping = asyncio.create_task(post.stop(5))
    await asyncio.sleep(0)
    carrier.gate.set()
    await stopping

    assert len(carrier.carried) == 1


async def test_what_does_not_arrive_in_time_is_dropped_and_told(carrier: Carrier) -> None:
    carrier.gate.clear()
    post = Post(carrier)

    with capture_logs() as logs:
        post.later(letter())
        await until(carrier, 1)
        await post.stop(0.01)

    assert [(each["event"], each["why"]) for each in logs] == [("letter dropped", "stopped")]


async def test_a_stop_waits_for_no_second_try(carrier: Carrier) -> None:
    carrier.fails = [LATER]
    post = Post(carrier, wait=forever)

    with capture_logs() as logs:
        post.later(letter())
        await until(carrier, 1)
        await asyncio.sleep(0)
        async with asyncio.timeout(30):
            await post.stop(3600)

    assert logs[-1]["event"] == "letter dropped"
    assert carrier.carried == []


async def test_a_failure_after_the_stop_is_the_last(carrier: Carrier) -> None:
    carrier.fails = [LATER]
    carrier.gate.clear()
    post = Post(carrier, wait=forever)
    post.later(letter())
    await until(carrier, 1)

    stopping = asyncio.create_task(post.stop(3600))
    await asyncio.sleep(0)
    carrier.gate.set()
    async with asyncio.timeout(30):
        await stopping

    assert carrier.tried == 1


async def test_a_stopped_post_takes_nothing_and_stops_twice(carrier: Carrier) -> None:
    post = Post(carrier)
    for _ in range(2):
        await post.stop(5)

    with capture_logs() as logs:
        post.later(letter())

    assert [each["why"] for each in logs] == ["stopped"]
    assert carrier.tried == 0


async def test_a_letter_sent_now_tells_what_went_wrong(carrier: Carrier) -> None:
    carrier.fails = [NEVER]
    post = Post(carrier)

    with pytest.raises(NeedsPerson):
        await post.now(letter())
    await post.now(letter())

    assert carrier.carried == [letter()]
