"""Tables for Excel: what opens there as it was written, and runs nothing."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from decimal import Decimal

import pytest

from evosync.web.csv_tables import Cell, csv_file, exactly


async def written(*rows: Sequence[Cell]) -> bytes:
    """Write rows, each in a part of its own."""

    async def parts() -> AsyncIterator[Iterable[Sequence[Cell]]]:
        for row in rows:
            yield [row]

    file = csv_file("Товары — Чай/кофе", parts())
    name = file.headers["content-disposition"]
    assert "filename*=UTF-8''%D0%A2" in name
    assert "%2F" not in name
    return b"".join([bytes(part) async for part in file.body_iterator])  # type: ignore[arg-type]


async def test_a_table_is_read_back_as_it_was_written() -> None:
    rows: list[Sequence[Cell]] = [
        ('Чай; "Ассам"\nвесовой', None, 5),
        ("😀 ё", Decimal("1290.50"), Decimal("-3.000")),
    ]
    body = await written(*rows)
    assert body.startswith("\ufeff".encode())
    assert body.endswith(b"\r\n")
    read = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert read == [['Чай; "Ассам"\nвесовой', "", "5"], ["😀 ё", "1290,5", "-3"]]


@pytest.mark.parametrize("text", ["=1+1", "+7", "-5", "@SUM(A1)", "\tx", "\r=x"])
async def test_what_excel_takes_for_a_formula_is_a_text(text: str) -> None:
    body = (await written([text])).decode("utf-8-sig")
    [[cell]] = csv.reader(io.StringIO(body, newline=""), delimiter=";")
    assert cell == f"'{text}"


@pytest.mark.parametrize(
    ("code", "cell"),
    [("00031", "'00031"), ("4600000000017", "'4600000000017"), ("31", "31"), ("А-031", "А-031")],
)
def test_codes_keep_their_zeros_and_tails(code: str, cell: str) -> None:
    assert exactly(code) == cell
