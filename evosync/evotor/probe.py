"""What the live Evotor answers where its documents are silent; nothing is written."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from evosync.errors import EvoSyncError, TryLater
from evosync.evotor.auth import Scheme, authorization
from evosync.evotor.calls import MEDIA_TYPE, READ_TIMEOUT_S
from evosync.evotor.failures import dead_token
from evosync.facts import Finding
from evosync.outbound.client import Answer, Client, Request, Unreachable

# The fields of a product that some page of Evotor's documents names.
KNOWN_FIELDS = frozenset(
    {
        *("id", "store_id", "user_id", "parent_id", "type", "name", "code", "price"),
        *("cost_price", "quantity", "measure_name", "tax", "allow_to_sell", "description"),
        *("article_number", "barcodes", "attributes", "attributes_choices", "alcohol_codes"),
        *("alcohol_product_kind_code", "alcohol_by_volume", "tare_volume"),
        *("classification_code", "created_at", "updated_at"),
    }
)
_LIMITS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvotorProbe:
    """Asks with one connection's token; each question is a request of its own."""

    client: Client
    base_url: str
    token: str

    async def findings(self) -> AsyncGenerator[Finding, None]:
        """Ask everything.

        Raises NeedsPerson when Evotor takes the token in no form, TryLater
        when it cannot be asked.
        """
        answers = {scheme: await self._get("/stores", scheme) for scheme in Scheme}
        taken = [scheme for scheme, answer in answers.items() if answer.status == 200]
        yield Finding(
            name="authorization",
            told=f"ключ принимается в виде: {', '.join(taken) or 'ни в одном'}.",
        )
        if not taken:
            raise _untaken({answer.status for answer in answers.values()})
        stores = answers[taken[0]]
        yield Finding(name="reset_unit", told=_limits(stores))
        first = next(iter(_rows(stores)), None)
        if first is None:
            yield Finding(name="last_page", told="магазинов нет, спросить больше не о чем.")
            return
        async for finding in self._of_products(str(first.get("id", "")), taken[0]):
            yield finding

    async def _of_products(self, store_id: str, scheme: Scheme) -> AsyncGenerator[Finding, None]:
        path = f"/stores/{quote(store_id, safe='')}/products"
        answer = await self._get(path, scheme)
        yield Finding(name="last_page", told=_shape(answer))
        rows = [row for row in _rows(answer) if not row.get("group")]
        for name, tell in _QUESTIONS.items():
            yield Finding(name=name, told=tell(rows))
        nobody = await self._get(f"{path}/00000000-0000-4000-8000-000000000000", scheme)
        yield Finding(name="unknown_product", told=f"о незнакомом товаре ответ {nobody.status}.")

    async def _get(self, path: str, scheme: Scheme) -> Answer:
        request = Request(
            method="GET",
            url=self.base_url.rstrip("/") + path,
            headers={"Accept": MEDIA_TYPE} | authorization(self.token, scheme),
            timeout_s=READ_TIMEOUT_S,
        )
        try:
            return await self.client.send(request)
        except Unreachable as error:
            raise TryLater("Нет связи с Эвотором.", code="evotor_busy", cause=error.cause) from None


def _untaken(statuses: Collection[int]) -> EvoSyncError:
    """Tell a token that is dead from a service that is down."""
    others = sorted(status for status in statuses if status != 401)
    if others:
        return TryLater(f"Эвотор ответил кодом {others[0]}.", code="evotor_busy")
    return dead_token("401")


def _limits(answer: Answer) -> str:
    told = [f"{name}: {answer.headers[name]}" for name in _LIMITS if name in answer.headers]
    return f"заголовки квоты: {'; '.join(told) or 'нет ни одного'}."


def _body(answer: Answer) -> object:
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _rows(answer: Answer) -> list[Row]:
    body = _body(answer)
    items = body.get("items") if isinstance(body, dict) else body
    return [row for row in items if isinstance(row, dict)] if isinstance(items, list) else []


def _shape(answer: Answer) -> str:
    match _body(answer):
        case {"items": list(items), "paging": paging}:
            shape = _paging(paging)
            return f"на первой странице строк: {len(items)}; paging: {shape}."
        case {"items": list(items)}:
            return f"на первой странице строк: {len(items)}; paging нет."
        case list(items):
            return f"список без обёртки, строк: {len(items)}."
        case _:
            return f"ответ {answer.status} не разобрать."


def _paging(paging: object) -> str:
    match paging:
        case {"next_cursor": None}:
            return "next_cursor пустой (null)"
        case {"next_cursor": _}:
            return "есть next_cursor"
        case {}:
            return "пустой ({})"
        case _:
            return "null"


def _quantity_right(rows: Sequence[Row]) -> str:
    there = sum(row.get("quantity") is not None for row in rows)
    return f"остаток есть у {there} товаров из {len(rows)}."


def _quantity_negative(rows: Sequence[Row]) -> str:
    values = [row.get("quantity") for row in rows]
    numbers = [one for one in values if isinstance(one, int | float)]
    below = sum(one < 0 for one in numbers)
    parts = sum(one != int(one) for one in numbers)
    return f"меньше нуля: {below}, дробных: {parts}."


def _quantity_number(rows: Sequence[Row]) -> str:
    kinds = sorted({type(row["quantity"]).__name__ for row in rows if "quantity" in row})
    return f"остаток приходит как: {', '.join(kinds) or 'не приходит'}."


def _optional_fields(rows: Sequence[Row]) -> str:
    names = sorted({name for row in rows for name, value in row.items() if value is None})
    return f"null бывает в полях: {', '.join(names) or 'ни в одном'}."


def _known_fields(rows: Sequence[Row]) -> str:
    names = sorted({name for row in rows for name in row} - KNOWN_FIELDS)
    return f"поля без описания: {', '.join(names) or 'нет'}."


_QUESTIONS: Mapping[str, Callable[[Sequence[Row]], str]] = {
    "quantity_right": _quantity_right,
    "quantity_negative": _quantity_negative,
    "quantity_number": _quantity_number,
    "optional_fields": _optional_fields,
    "known_fields": _known_fields,
}
