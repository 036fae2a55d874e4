from typing import Any

import pytest

from evosync.doctor.outside import Met
from evosync.doctor.own_address import judge_site, judge_webhook, own_requests
from evosync.doctor.verdict import State
from evosync.outbound.client import Answer
from evosync.outbound.silence import Silence
from evosync.settings import Settings
from tests.builders import NOON

URL = "https://shop.ru"
OURS = b'{"status":"ok","database":"ok","version":"0.7.0","scheduler":"ok"}'
SECRET = "s" * 20


def met(status: int, body: bytes = b"") -> Met:
    return Met(answer=Answer(status=status, headers={}, body=body), why=Silence.OTHER, ours=NOON)


def silent(why: Silence) -> Met:
    return Met(answer=None, why=why, ours=NOON)


@pytest.mark.parametrize(
    ("seen", "state", "words"),
    [
        pytest.param(met(200, OURS), State.GOOD, "ведёт сюда", id="ours"),
        pytest.param(
            met(200, OURS.replace(b"0.7", b"0.6")), State.ATTENTION, "0.6.0", id="another version"
        ),
        pytest.param(
            met(503, OURS.replace(b'"ok"', b'"down"', 1)), State.ATTENTION, "down", id="down"
        ),
        pytest.param(met(404, b"<h1>nginx</h1>"), State.ATTENTION, "не EvoSync", id="not ours"),
        pytest.param(silent(Silence.TIMEOUT), State.ATTENTION, "не отвечает", id="silent"),
        pytest.param(silent(Silence.NAME), State.ATTENTION, "DNS", id="no such name"),
    ],
)
def test_what_the_own_address_answers_is_never_broken_seen_from_within(
    seen: Met, state: State, words: str
) -> None:
    verdict = judge_site(URL, seen, "0.7.0")
    assert verdict.state is state
    assert words in verdict.told


def test_a_router_that_does_not_lead_back_in_is_told_of() -> None:
    assert "роутер" in judge_site(URL, silent(Silence.TIMEOUT), "0.7.0").advice
    assert "роутер" not in judge_site("http://127.0.0.1", silent(Silence.TIMEOUT), "0.7.0").advice


@pytest.mark.parametrize(
    ("given", "seen", "state"),
    [
        pytest.param({"base_url": URL}, met(503), State.UNKNOWN, id="switched off"),
        pytest.param({"evotor_webhook_secret": SECRET}, met(401), State.ATTENTION, id="not seen"),
        pytest.param(
            {"base_url": URL, "evotor_webhook_secret": SECRET}, met(401), State.GOOD, id="locked"
        ),
        *(
            pytest.param(
                {"base_url": URL, "evotor_webhook_secret": SECRET},
                seen,
                State.ATTENTION,
                id=str(seen.answer and seen.answer.status),
            )
            for seen in (met(503), met(404), met(301), silent(Silence.REFUSED))
        ),
    ],
)
def test_the_door_of_evotor_has_to_be_locked_and_there(
    given: dict[str, Any], seen: Met, state: State
) -> None:
    assert judge_webhook(Settings(**given), seen).state is state


def test_nothing_secret_is_sent_to_the_own_address() -> None:
    asked = own_requests(Settings(base_url=URL, evotor_webhook_secret=SECRET))
    assert SECRET not in repr(asked)
    assert asked.webhook.url == f"{URL}/api/v1/user/create"
