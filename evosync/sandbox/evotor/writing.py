"""The writing methods of the fake cloud: prices, stock and whole products."""

from evosync.sandbox.evotor.bodies import read_patch, read_product
from evosync.sandbox.evotor.call import Answer, Call
from evosync.sandbox.evotor.reading import shown
from evosync.sandbox.evotor.refusals import Refusal, invalid

_DELETE_MAX = 100  # ids in one DELETE, by Evotor's documentation


def patch_product(call: Call) -> Answer:
    """`PATCH …/products/{product_id}` with absolute `price` and `quantity`."""
    store = call.paid_store()
    product = store.products.get(call.part("product_id"))
    if product is None:
        raise Refusal(404)
    call.cloud.change(product, read_patch(call.raw))
    return Answer(body=shown(call, product, store.id))


def put_product(call: Call) -> Answer:
    """`PUT …/products/{product_id}`: the whole product, made if there was none."""
    store = call.paid_store()
    product = read_product(call.raw, call.part("product_id"), call.cloud.now_ms())
    call.cloud.put(store, product)
    return Answer(body=shown(call, product, store.id))


def delete_product(call: Call) -> Answer:
    """`DELETE …/products/{product_id}`."""
    store = call.paid_store()
    product_id = call.part("product_id")
    if product_id not in store.products:
        raise Refusal(404)
    call.cloud.delete(store, [product_id])
    return Answer(status=204)


def delete_products(call: Call) -> Answer:
    """`DELETE …/products?id=a,b`; an id that is not there is no error."""
    store = call.paid_store()
    product_ids = [part for part in (call.text("id") or "").split(",") if part]
    if not 1 <= len(product_ids) <= _DELETE_MAX:
        raise invalid("id", f"must name between 1 and {_DELETE_MAX} products")
    call.cloud.delete(store, product_ids)
    return Answer(status=204)
