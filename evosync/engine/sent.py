"""What a change sends of a draft, for whoever notes, shows or compares it (pure)."""

from collections.abc import Iterable
from typing import Any

from evosync.catalog.item import Draft
from evosync.engine.changes import Field


def values_of(draft: Draft, fields: Iterable[Field]) -> dict[Field, Any]:
    """Return what a draft sends for these fields; an unknown stock opens, a lacking photo stays."""
    values: dict[Field, Any] = {
        Field.TITLE: draft.title,
        Field.DESCRIPTION: draft.description,
        Field.PRICE: draft.price,
        Field.STOCK: draft.opening_stock if draft.stock is None else draft.stock,
        Field.CATEGORY: draft.category_id,
        Field.PHOTO: draft.photo,
        Field.SKU: draft.product_id,
    }
    return {field: values[field] for field in fields if values[field] is not None}
