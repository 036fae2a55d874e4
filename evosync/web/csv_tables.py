"""Tables for Excel: CSV as it opens there by itself, sent row by row while it is read."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from decimal import Decimal
from urllib.parse import quote

from starlette.responses import StreamingResponse

# Excel takes what begins so for a formula (OWASP, «CSV Injection»).
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_NUMBER = 11  # digits; longer ones Excel writes as 4,6E+12

Cell = str | int | Decimal | None


def csv_file(name: str, parts: AsyncIterator[Iterable[Sequence[Cell]]]) -> StreamingResponse:
    """Make a file to keep of rows that come in parts; its name may be Russian."""
    kept = "".join(each for each in name if each.isprintable() and each not in '\\/:*?"<>|').strip()
    return StreamingResponse(
        _lines(parts),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": (
                f"attachment; filename=\"evosync.csv\"; filename*=UTF-8''{quote(kept, safe='')}.csv"
            )
        },
    )


def exactly(text: str) -> Cell:
    """Keep a code as it is written: Excel drops the zeros that it begins with, and long tails."""
    is_number = text.isascii() and text.isdecimal()
    if is_number and (text.startswith("0") or len(text) > _LONGEST_NUMBER):
        return f"'{text}"
    return text


async def _lines(parts: AsyncIterator[Iterable[Sequence[Cell]]]) -> AsyncIterator[bytes]:
    # Without the mark Excel takes it for cp1251.
    yield "\N{BYTE ORDER MARK}".encode()
    async for rows in parts:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerows([_text(cell) for cell in row] for row in rows)
        yield out.getvalue().encode()


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return f"'{cell}" if cell.startswith(_FORMULAS) else cell
        case int():
            return str(cell)
        case Decimal():
            # A number stays one, whatever it begins with.
            whole, _, rest = f"{cell:f}".partition(".")
            return f"{whole},{rest.rstrip('0')}".rstrip(",")
