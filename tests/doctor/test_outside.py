from datetime import timedelta

import pytest

from evosync.clock import now
from evosync.doctor import clocks, looks
from evosync.doctor.outside import Met, judge_met
from evosync.doctor.patient import Patient
from evosync.doctor.verdict import State
from evosync.outbound.client import Answer
from evosync.outbound.silence import Silence
from evosync.sandbox.server import serve_sandbox
from evosync.settings import Settings
from tests.builders import NOON
from tests.flow.stand import small_world


@pytest.mark.parametrize(
    ("ahead", "state"),
    [
        pytest.param(timedelta(), State.GOOD, id="right"),
        pytest.param(timedelta(minutes=-2), State.ATTENTION, id="a little behind"),
        pytest.param(timedelta(days=1), State.BROKEN, id="a day ahead"),
    ],
)
async def test_our_clock_is_held_against_theirs(ahead: timedelta, state: State) -> None:
    async with serve_sandbox(small_world()) as url:
        settings = Settings(evotor_api_url=f"{url}/evotor", vk_api_url=f"{url}/vk")
        patient = Patient(settings=settings, clock=lambda: now() + ahead)
        found = {each.title: each.state for each in await looks.look_outside(patient)}
    assert found == {looks.EVOTOR: State.GOOD, looks.VK: State.GOOD, clocks.TITLE: state}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        pytest.param(200, State.GOOD, id="an answer"),
        pytest.param(401, State.GOOD, id="a no"),
        pytest.param(502, State.ATTENTION, id="a fault of theirs"),
    ],
)
def test_any_answer_shows_that_a_host_is_there(status: int, state: State) -> None:
    met = Met(answer=Answer(status=status, headers={}, body=b""), why=Silence.OTHER, ours=NOON)
    assert judge_met("VK", "api.vk.ru", met).state is state


@pytest.mark.parametrize("why", Silence)
def test_each_silence_names_the_host_and_what_to_do(why: Silence) -> None:
    verdict = judge_met("VK", "api.vk.ru", Met(answer=None, why=why, ours=NOON))
    assert verdict.state is State.BROKEN
    assert "api.vk.ru" in verdict.told
    assert verdict.advice
