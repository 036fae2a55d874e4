import asyncio
from importlib.metadata import version
from typing import Any

import pytest
from msgspec.structs import replace

from evosync.doctor.looks import look_at_own_address
from evosync.doctor.outside import Met
from evosync.doctor.own_address import SITE, judge_port, judge_site, judge_webhook, own_requests
from evosync.doctor.patient import Patient
from evosync.doctor.verdict import State
from evosync.doctor.work import ServiceSeen
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


IN_CONTAINER = Settings(host="0.0.0.0", app_port=9)  # noqa: S104 - as compose.yaml has it


@pytest.mark.parametrize(
    ("port", "is_served", "state", "words"),
    [
        pytest.param(met(200, OURS), True, State.UNKNOWN, "на своём порту", id="in a container"),
        pytest.param(silent(Silence.REFUSED), True, State.UNKNOWN, "отсюда", id="in another one"),
        pytest.param(silent(Silence.REFUSED), False, State.ATTENTION, "не запущена", id="stopped"),
        pytest.param(
            met(200, OURS.replace(b"0.7", b"0.6")), True, State.ATTENTION, "0.6.0", id="older"
        ),
    ],
)
def test_an_address_that_a_container_cannot_open_is_no_trouble_while_its_port_answers(
    port: Met, state: State, words: str, *, is_served: bool
) -> None:
    verdict = judge_port(IN_CONTAINER, port, "0.7.0", is_served=is_served)
    assert verdict.state is state
    assert words in verdict.told


async def test_in_a_container_the_port_of_the_service_is_asked() -> None:
    body = OURS.replace(b"0.7.0", version("evosync").encode())

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        settings = replace(IN_CONTAINER, port=port)
        assert settings.public_url == "http://127.0.0.1:9"
        seen = Patient(settings=settings, service=ServiceSeen(is_alive=True))
        site, _ = await look_at_own_address(seen)
    assert (site.title, site.state) == (SITE, State.UNKNOWN)
    assert site.told.startswith(f"Служба отвечает на своём порту {port}, а http://127.0.0.1:9 ")


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
