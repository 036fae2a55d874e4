import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from evosync.errors import Misconfigured, TryLater
from evosync.log import configure_logging, log_fault

VK = "vk1.a.Qw3rTy-UiOp_As0dFg"
SECRET = "s3cr3t-of-anna"
CHATTY = ("apscheduler", "httpx", "httpcore", "aiosqlite", "asyncmy", "alembic")
INNER = tuple(f"{name}.inner" for name in CHATTY)
SERVER = ("uvicorn", "uvicorn.error", "uvicorn.access")
QUIET = (*INNER, "uvicorn.error")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Begin with plain loggers, and leave them as they were found."""
    root = logging.getLogger()
    loggers = [logging.getLogger(name) for name in (*CHATTY, *INNER, *SERVER, "evosync", "other")]
    before = [(one, one.level, one.propagate, one.handlers[:]) for one in (root, *loggers)]
    # A server of another test may have set levels, and import-linter switches loggers off.
    for one in loggers:
        one.setLevel(logging.NOTSET)
        one.disabled = False
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    for one, level, propagate, handlers in before:
        one.setLevel(level)
        one.propagate = propagate
        one.handlers[:] = handlers


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(params=["json", "console"])
def style(request: pytest.FixtureRequest) -> str:
    value: str = request.param
    return value


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def break_with(text: str) -> None:
    raise ValueError(text)


def test_an_event_is_one_line_of_json_with_its_level_and_moment(stream: io.StringIO) -> None:
    configure_logging("INFO", style="json", stream=stream)

    structlog.get_logger("evosync").info("run finished", created=3, name="Чай «Ассам»")

    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "run finished",
        "level": "info",
        "created": 3,
        "name": "Чай «Ассам»",
    }
    assert "Чай" in stream.getvalue()


def test_a_console_line_can_be_read(stream: io.StringIO) -> None:
    configure_logging("INFO", style="console", stream=stream)

    structlog.get_logger("evosync").info("run finished", created=3)

    assert "run finished" in stream.getvalue()
    assert "created=3" in stream.getvalue()


@pytest.mark.parametrize(
    ("style", "stream", "is_json"),
    [
        ("", io.StringIO, True),
        ("", Terminal, False),
        ("json", Terminal, True),
        ("console", io.StringIO, False),
    ],
    ids=["a file", "a terminal", "json on a terminal", "console in a file"],
)
def test_the_form_is_the_one_wanted_else_that_of_the_stream(
    style: str, stream: Callable[[], io.StringIO], is_json: bool
) -> None:
    out = stream()
    configure_logging("INFO", style=style, stream=out)

    structlog.get_logger("evosync").info("run finished")

    assert out.getvalue().startswith("{") is is_json


def test_without_a_stream_the_log_goes_to_standard_output(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("INFO", style="json")

    structlog.get_logger("evosync").info("run finished")

    captured = capsys.readouterr()
    assert "run finished" in captured.out
    assert not captured.err


def test_bound_ids_are_on_every_line_of_ours_and_of_others(stream: io.StringIO) -> None:
    configure_logging("INFO", style="json", stream=stream)

    with structlog.contextvars.bound_contextvars(run_id=7):
        structlog.get_logger("evosync").info("run began")
        logging.getLogger("other").warning("something happened")

    assert [line["run_id"] for line in lines(stream)] == [7, 7]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"access_token": SECRET}, id="by name"),
        pytest.param({"url": f"https://vk.ru/?access_token={SECRET}"}, id="in a text"),
        pytest.param({"headers": {"Authorization": SECRET}}, id="in a mapping"),
        pytest.param({"headers": [("Authorization", SECRET)]}, id="in pairs"),
        pytest.param({"body": {"a": [{"refresh_token": SECRET}]}}, id="deep"),
        pytest.param({"body": SECRET.encode()}, id="in bytes"),
        pytest.param({"error": ValueError(f"password={SECRET}")}, id="in an error"),
        pytest.param({"database_url": f"mysql://anna:{SECRET}@db/tea"}, id="in a setting"),
    ],
)
def test_no_secret_of_a_value_is_written(
    values: dict[str, object], style: str, stream: io.StringIO
) -> None:
    configure_logging("INFO", style=style, stream=stream)

    structlog.get_logger("evosync").info("request sent", **values)

    assert "request sent" in stream.getvalue()
    assert SECRET not in stream.getvalue()


def test_no_secret_of_an_event_is_written(style: str, stream: io.StringIO) -> None:
    configure_logging("INFO", style=style, stream=stream)

    structlog.get_logger("evosync").info(f"sent with {VK}")
    structlog.get_logger("evosync").info("sent with token=%s", SECRET)

    assert "sent with" in stream.getvalue()
    assert VK not in stream.getvalue()
    assert SECRET not in stream.getvalue()


def test_no_secret_of_an_exception_is_written(style: str, stream: io.StringIO) -> None:
    configure_logging("INFO", style=style, stream=stream)

    for logger in (structlog.get_logger("evosync"), logging.getLogger("other")):
        try:
            break_with(f"refused: token={SECRET}")
        except ValueError:
            logger.exception("run broke")

    told = stream.getvalue()
    assert told.count("Traceback") == 2
    assert told.count("ValueError: refused: token=***") == 2
    # Python quotes the line of the source, where the name stands and not the value.
    assert SECRET not in told


def test_records_of_libraries_take_the_same_road(style: str, stream: io.StringIO) -> None:
    configure_logging("INFO", style=style, stream=stream)

    logging.getLogger("other").warning("retry of %s", f"https://vk.ru/?token={SECRET}")
    logging.getLogger("other").warning("told", extra={"refresh_token": SECRET, "tries": 3})

    assert "retry of https://vk.ru/?token=***" in stream.getvalue()
    assert "tries" in stream.getvalue()
    assert SECRET not in stream.getvalue()


def test_a_record_of_a_library_has_the_form_of_our_events(stream: io.StringIO) -> None:
    configure_logging("INFO", style="json", stream=stream)

    logging.getLogger("other").warning("told", extra={"tries": 3})

    (line,) = lines(stream)
    assert line.keys() == {"event", "level", "timestamp", "tries"}
    assert (line["event"], line["level"]) == ("told", "warning")


@pytest.mark.parametrize("name", QUIET)
def test_the_chatter_of_libraries_is_hidden_and_their_warnings_are_not(
    name: str, stream: io.StringIO
) -> None:
    configure_logging("DEBUG", style="json", stream=stream)

    logging.getLogger(name).info("chatter")
    logging.getLogger(name).warning("trouble")

    assert [line["event"] for line in lines(stream)] == ["trouble"]


@pytest.mark.parametrize("name", SERVER)
def test_the_server_tells_its_news_through_our_stream_once(name: str, stream: io.StringIO) -> None:
    own = logging.getLogger(name)
    own.handlers[:] = [logging.StreamHandler(stream)]
    own.propagate = False
    configure_logging("INFO", style="json", stream=stream)

    own.warning("went wrong")

    assert [line["event"] for line in lines(stream)] == ["went wrong"]


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("DEBUG", ["debug", "info", "warning", "error"]),
        ("INFO", ["info", "warning", "error"]),
        ("WARNING", ["warning", "error"]),
        ("ERROR", ["error"]),
    ],
)
def test_only_what_is_grave_enough_is_written(
    level: str, told: list[str], stream: io.StringIO
) -> None:
    configure_logging(level, style="json", stream=stream)

    for logger in (structlog.get_logger("evosync"), logging.getLogger("other")):
        for grade in ("debug", "info", "warning", "error"):
            getattr(logger, grade)(grade)

    assert [line["event"] for line in lines(stream)] == told * 2


def test_an_alarm_level_hides_the_warnings_of_libraries_too(stream: io.StringIO) -> None:
    configure_logging("ERROR", style="json", stream=stream)

    logging.getLogger("httpx").warning("trouble")

    assert stream.getvalue() == ""


def test_configuring_again_writes_each_line_once(stream: io.StringIO) -> None:
    old = io.StringIO()
    configure_logging("INFO", style="json", stream=old)
    configure_logging("INFO", style="json", stream=stream)

    structlog.get_logger("evosync").info("run finished")

    assert (old.getvalue(), len(lines(stream))) == ("", 1)


@pytest.mark.parametrize(
    "error", [TryLater("Позже.", code="database_down", cause="x"), Misconfigured("PORT", "занят")]
)
def test_what_was_foreseen_is_logged_by_its_code(
    error: TryLater | Misconfigured, stream: io.StringIO
) -> None:
    configure_logging("INFO", style="json", stream=stream)
    log_fault(structlog.get_logger("evosync"), "round failed", error, round="house")
    [told] = lines(stream)
    del told["timestamp"]
    assert told == {
        "event": "round failed",
        "level": "error",
        "round": "house",
        "code": error.code,
        "cause": error.cause,
    }


def test_what_nobody_foresaw_is_logged_with_where_it_arose(stream: io.StringIO, style: str) -> None:
    configure_logging("INFO", style=style, stream=stream)
    try:
        int("nobody thought of this")
    except ValueError as error:
        log_fault(structlog.get_logger("evosync"), "round failed", error, round="house")
    assert "round failed" in stream.getvalue()
    assert "Traceback (most recent call last)" in stream.getvalue()
    assert "ValueError: invalid literal for int()" in stream.getvalue()
