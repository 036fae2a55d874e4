"""Requests by names that are alike for alike requests, and what went wrong in their answers."""

import json

import pytest

from evosync.apilog.entry import Outcome, outcome_of
from evosync.apilog.failures import error_code_of, may_have_failed
from evosync.apilog.methods import method_of, size_of
from evosync.outbound.exchange import Exchange


def exchange(url: str = "https://api.vk.ru/method/execute", **parts: object) -> Exchange:
    made = {"service": "vk", "method": "POST", "status": 200, "seconds": 0.1} | parts
    return Exchange(url=url, **made)  # type: ignore[arg-type]


def execute(*calls: str) -> Exchange:
    code = ",".join(f'API.{call}({{"name":Args.name_{n}}})' for n, call in enumerate(calls))
    return exchange(form={"code": f"return [{code}];"})


@pytest.mark.parametrize(
    ("made", "method", "detail"),
    [
        (exchange("https://api.vk.ru/method/market.add"), "market.add", None),
        (execute(*["market.edit"] * 25), "execute market.edit", "market.edit ×25"),
        (
            execute("market.delete", "market.edit", "market.edit"),
            "execute",
            "market.edit ×2, market.delete ×1",
        ),
        (exchange(form={"code": "return 1;"}), "execute", None),
        (
            exchange("https://pu.vk.ru/c8/upload.php", upload_bytes=122_880),
            "upload",
            "картинка, 120 КБ",
        ),
        (exchange("https://id.vk.com/oauth2/auth"), "POST /oauth2/auth", None),
        (exchange("https://api.evotor.ru/stores", method="GET"), "GET /stores", None),
        (
            exchange("http://x/evotor/stores/20240912-1E5A/product-groups/7", method="GET"),
            "GET /stores/{store-id}/product-groups/{group-id}",
            None,
        ),
    ],
    ids=str,
)
def test_a_method_has_no_ids_and_tells_what_was_carried(
    made: Exchange, method: str, detail: str | None
) -> None:
    assert method_of(made) == (method, detail)


def test_a_long_method_fits_its_column() -> None:
    method, _ = method_of(exchange(f"https://api.vk.ru/{'x' * 300}"))
    _, detail = method_of(execute(*(f"market.method{number}" for number in range(25))))
    assert len(method) == 128
    assert detail is not None
    assert len(detail) == 255


def failed(*codes: int, method: str = "market.edit") -> list[dict[str, object]]:
    return [{"method": method, "error_code": code, "error_msg": "…"} for code in codes]


@pytest.mark.parametrize(
    ("answer", "status", "code", "outcome"),
    [
        ({"response": [1, 2]}, 200, None, Outcome.OK),
        ({"response": {"name": '"execute_errors": 5'}}, 200, None, Outcome.OK),
        ({"error": {"error_code": 6, "error_msg": "Too many"}}, 200, "6", Outcome.REFUSED),
        (
            {"response": [False], "execute_errors": failed(100, 15, 100, 100)},
            200,
            "100 ×3, 15",
            Outcome.REFUSED,
        ),
        (
            {"execute_errors": failed(15) + failed(15, method="execute")},
            200,
            "15",
            Outcome.REFUSED,
        ),
        ({"response": [1], "execute_errors": []}, 200, None, Outcome.OK),
        (
            {"execute_errors": failed(*range(100, 130))},
            200,
            "100, 101, 102, 103, 104, 105",
            Outcome.REFUSED,
        ),
        ({"error": "invalid_grant"}, 200, "invalid_grant", Outcome.REFUSED),
        ({"error": "token=s3cr3t-of-anna"}, 400, "token=***", Outcome.CLIENT),
        ({"errors": [{"code": 2003, "subject": "x"}]}, 400, "2003", Outcome.CLIENT),
        ({"code": 1001}, 401, "1001", Outcome.CLIENT),
        ("<html>", 502, None, Outcome.SERVER),
        ("", 302, None, Outcome.REFUSED),
        (b"\xff{", 500, None, Outcome.SERVER),
    ],
    ids=str,
)
def test_what_went_wrong_is_told_in_few_codes(
    answer: object, status: int, code: str | None, outcome: Outcome
) -> None:
    raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    made = exchange(answer=raw, status=status)
    found = error_code_of(made) if may_have_failed(made) else None
    assert (found, outcome_of(status, found)) == (code, outcome)


def test_no_answer_has_its_cause() -> None:
    made = exchange(status=None, cause="ReadTimeout")
    assert may_have_failed(made)
    assert error_code_of(made) == "ReadTimeout"
    assert outcome_of(None, "ReadTimeout") is Outcome.SILENT


@pytest.mark.parametrize(
    ("size", "words"), [(512, "512 байт"), (122_880, "120 КБ"), (1_572_864, "1,5 МБ")]
)
def test_a_size_in_words(size: int, words: str) -> None:
    assert size_of(size) == words
