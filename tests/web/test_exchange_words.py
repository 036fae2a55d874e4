"""The request log in words."""

from datetime import UTC, datetime

import pytest

from evosync.db.api_logs import Log
from evosync.web.exchange_words import (
    badge_of,
    duration_words,
    laid_out,
    method_words,
    reason_of,
    time_words,
)

NOON = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)
_OF = {"vk": "market.add", "evotor": "GET /stores", "webhook": "/user/verify"}


def log(service: str, outcome: str, status: int | None, code: str | None, **parts: str) -> Log:
    return Log(
        id=1,
        at=NOON,
        service=service,
        url="",
        status=status,
        outcome=outcome,
        duration_ms=1,
        error_code=code,
        user_id=None,
        run_id=None,
        user=None,
        **{"method": _OF[service], "detail": None} | parts,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("made", "state", "word", "reason"),
    [
        (log("vk", "ok", 200, None), "success", "200", ""),
        (log("vk", "refused", 200, "5"), "warning", "200, код 5", "Ключ доступа не действует."),
        (log("vk", "refused", 200, "1999"), "warning", "200, код 1999", ""),
        (
            log("vk", "refused", 200, "9999, 7", method="execute market.add"),
            "warning",
            "200, коды 9999, 7",
            "VK отказал в части вызовов.",
        ),
        (log("vk", "5xx", 502, None), "danger", "502", "Ошибка на стороне VK."),
        (log("evotor", "5xx", 500, None), "danger", "500", "Ошибка на стороне Эвотора."),
        (log("evotor", "4xx", 403, None), "warning", "403", "Нет нужного права."),
        (log("evotor", "4xx", 418, None), "warning", "418", ""),
        (log("evotor", "silent", None, "Odd"), "danger", "нет ответа", "Ответа не было."),
        (log("webhook", "5xx", 503, "1001"), "danger", "503, код 1001", "Вебхуки не настроены."),
        (log("webhook", "4xx", 409, "2005"), "warning", "409, код 2005", "Эта почта уже занята."),
    ],
    ids=str,
)
def test_what_came_of_it(made: Log, state: str, word: str, reason: str) -> None:
    assert badge_of(made) == (state, word)
    assert reason_of(made) == reason


def test_what_was_asked_for() -> None:
    carried = {"method": "execute market.add", "detail": "market.add ×4"}
    assert method_words(log("vk", "ok", 200, None, **carried)) == "execute (market.add ×4)"
    upload = {"method": "upload", "detail": "картинка, 19 КБ"}
    assert method_words(log("vk", "ok", 200, None, **upload)) == "upload (картинка, 19 КБ)"
    assert method_words(log("webhook", "ok", 200, None)) == "POST /user/verify"
    assert method_words(log("evotor", "ok", 200, None)) == "GET /stores"


@pytest.mark.parametrize(
    ("ms", "words"), [(None, ""), (0, "0 мс"), (999, "999 мс"), (1100, "1,1 с"), (60_010, "60 с")]
)
def test_how_long_it_took(ms: int | None, words: str) -> None:
    assert duration_words(ms) == words


def test_when_it_was_in_the_persons_zone() -> None:
    evening = NOON.replace(hour=22)
    assert time_words(NOON, evening, "Asia/Omsk") == "01.03 18:00:05"
    assert time_words(NOON, NOON, "Asia/Omsk") == "18:00:05"


@pytest.mark.parametrize("body", ["чай", '{"a":1}\n… ещё 3 КБ не сохранено', "[" * 9000])
def test_what_is_no_json_stays_as_it_is(body: str) -> None:
    assert laid_out(body) == body


def test_json_is_laid_out() -> None:
    assert laid_out('{"чай":[1]}') == '{\n  "чай": [\n    1\n  ]\n}'
