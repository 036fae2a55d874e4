"""The reading methods of the fake cloud: stores, groups, products and receipts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from evosync.sandbox.evotor.call import Answer, Call
from evosync.sandbox.evotor.paging import Place, Question, R, read_page
from evosync.sandbox.evotor.refusals import Refusal, invalid
from evosync.sandbox.evotor.spoiling import Source
from evosync.sandbox.evotor.state import DocumentState, ProductState
from evosync.sandbox.evotor.wire import (
    document_row,
    group_row,
    product_row,
    store_row,
    v1_group_row,
    v1_product_row,
    v1_store_row,
)


def list_stores(call: Call) -> Answer:
    """`GET /stores`: all stores of the user, those not paid for among them."""
    unlisted = call.cloud.knobs.unlisted_stores
    stores = [store for store in call.user.stores.values() if store.id not in unlisted]
    return _page(
        call, Source(listing="stores"), stores, lambda store: store_row(store, call.user.id)
    )


def get_store(call: Call) -> Answer:
    """`GET /stores/{store_id}`."""
    store = call.store()
    return Answer(
        body=Source(listing="stores").shown(call.cloud.knobs, store_row(store, call.user.id))
    )


def list_groups(call: Call) -> Answer:
    """`GET /stores/{store_id}/product-groups`."""
    store = call.paid_store()
    return _page(
        call,
        Source(listing="product-groups", store_id=store.id),
        list(store.groups.values()),
        lambda group: group_row(group, store.id, call.user.id),
    )


def get_group(call: Call) -> Answer:
    """`GET /stores/{store_id}/product-groups/{group_id}`."""
    store = call.paid_store()
    group = store.groups.get(call.part("group_id"))
    if group is None:
        raise Refusal(404)
    source = Source(listing="product-groups", store_id=store.id)
    return Answer(body=source.shown(call.cloud.knobs, group_row(group, store.id, call.user.id)))


def list_products(call: Call) -> Answer:
    """`GET /stores/{store_id}/products`; `since` is inclusive, deleted rows never return."""
    store = call.paid_store()
    return _page(
        call,
        Source(listing="products", store_id=store.id),
        list(store.products.values()),
        lambda product: _product_row(call, product, store.id),
        _changed_since,
    )


def get_product(call: Call) -> Answer:
    """`GET /stores/{store_id}/products/{product_id}`."""
    store = call.paid_store()
    product = store.products.get(call.part("product_id"))
    if product is None:
        raise Refusal(404)
    return Answer(body=shown(call, product, store.id))


def list_documents(call: Call) -> Answer:
    """`GET /stores/{store_id}/documents`; `since` is inclusive, `until` is not."""
    store = call.paid_store()
    return _page(
        call,
        Source(listing="documents", store_id=store.id),
        store.documents,
        lambda document: document_row(document, store.id, call.user.id),
        _closed_within,
    )


def v1_search_stores(call: Call) -> Answer:
    """`GET /api/v1/inventories/stores/search`: a bare array."""
    return Answer(body=[v1_store_row(store) for store in call.user.stores.values()])


def v1_list_products(call: Call) -> Answer:
    """`GET /api/v1/inventories/stores/{store_id}/products`: groups and products in one array."""
    store = call.paid_store()
    stock_right = call.cloud.knobs.stock_right
    return Answer(
        body=[
            *(v1_group_row(group) for group in store.groups.values()),
            *(
                v1_product_row(product, stock_right=stock_right)
                for product in store.products.values()
            ),
        ]
    )


def shown(call: Call, product: ProductState, store_id: str) -> dict[str, Any]:
    """Return a product as this token may see it."""
    source = Source(listing="products", store_id=store_id)
    return source.shown(call.cloud.knobs, _product_row(call, product, store_id))


def _product_row(call: Call, product: ProductState, store_id: str) -> dict[str, Any]:
    return product_row(product, store_id, call.user.id, stock_right=call.cloud.knobs.stock_right)


def _page(
    call: Call,
    source: Source,
    rows: Sequence[R],
    show: Callable[[R], dict[str, Any]],
    matches: Callable[[R, Place], bool] | None = None,
) -> Answer:
    knobs = call.cloud.knobs
    question = Question(
        # another user's cursor is garbage too
        listing=f"{call.user.id} {source.store_id} {source.listing}",
        cursor=call.text("cursor"),
        since_ms=call.number("since"),
        until_ms=call.number("until"),
        types=call.text("type") or "",
        spoiled=source.is_spoiled(knobs),
    )
    if question.cursor and knobs.strict_since and question.since_ms is not None:
        raise invalid("since", "not allowed with cursor")
    rows = source.rows(knobs, rows)
    if knobs.bare_lists:
        knobs = replace(knobs, page_size=max(1, len(rows)))
    page, next_cursor = read_page(rows, question, knobs, matches or _any)
    items = [source.shown(knobs, show(row)) for row in page]
    if knobs.bare_lists:
        return Answer(body=items)
    body: dict[str, Any] = {"items": items}
    if next_cursor is not None:
        body["paging"] = {"next_cursor": next_cursor}
    elif knobs.last_paging == "empty":
        body["paging"] = {}
    elif knobs.last_paging == "null":
        body["paging"] = {"next_cursor": None}
    return Answer(body=body)


def _any(_row: object, _place: Place) -> bool:
    return True


def _changed_since(product: ProductState, place: Place) -> bool:
    return place.since_ms is None or product.updated_ms >= place.since_ms


def _closed_within(document: DocumentState, place: Place) -> bool:
    return (
        (place.since_ms is None or document.created_ms >= place.since_ms)
        and (place.until_ms is None or document.created_ms < place.until_ms)
        and (not place.types or document.type in place.types.split(","))
    )
