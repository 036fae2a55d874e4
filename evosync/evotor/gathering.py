"""What of one store has been read so far, and what it amounts to when the reading ends."""

from collections.abc import Iterable

from evosync.catalog.product import BadRow, Product, ProductGroup, Store
from evosync.catalog.snapshot import ReadingState, StoreReading
from evosync.evotor.failures import NOT_PAID, Refused, Unread


class Gathering:
    """The rows of one store, page by page, until `reading` makes them a value."""

    def __init__(self) -> None:
        self.products: list[Product] = []
        self.bad_rows: list[BadRow] = []
        self._groups: dict[str, ProductGroup] = {}
        self._has_bad_groups = False
        self._pages = 0

    def add_groups(self, page: Iterable[ProductGroup | BadRow]) -> None:
        """Take a page of groups."""
        self._pages += 1
        for row in page:
            if isinstance(row, ProductGroup):
                self._groups.setdefault(row.id, row)
            else:
                self._has_bad_groups = True

    def doubt_groups(self) -> None:
        """Note that there may be more groups than were read."""
        self._has_bad_groups = True

    def unlisted_groups(self) -> frozenset[str]:
        """List the groups that goods belong to and that did not come; none if some are in doubt."""
        if self._has_bad_groups:
            return frozenset()
        named = {product.parent_id for product in self.products}
        named |= {group.parent_id for group in self._groups.values() if group.attributes}
        return frozenset(one for one in named if one is not None and one not in self._groups)

    def add_products(self, page: Iterable[Product | BadRow]) -> None:
        """Take a page of products."""
        self._pages += 1
        for row in page:
            if isinstance(row, Product):
                self.products.append(row)
            else:
                self.bad_rows.append(row)

    def reading(self, store: Store, failure: Refused | Unread | None = None) -> StoreReading:
        """Make the reading, `failure` being what ended it before its time."""
        if failure is None:
            state = ReadingState.WHOLE
        elif isinstance(failure, Refused) and failure.status == NOT_PAID:
            # Some lists of an unpaid store may answer all the same; none of it counts.
            return StoreReading(store=store, state=ReadingState.NOT_PAID, reason=failure.why)
        else:
            state = ReadingState.PARTIAL if self._pages else ReadingState.UNREADABLE
        if self._has_bad_groups:
            self._set_orphans_aside()
        return StoreReading(
            store=store,
            state=state,
            groups=tuple(self._groups.values()),
            products=tuple(self.products),
            bad_rows=tuple(self.bad_rows),
            reason=failure.why if failure else "",
        )

    def _set_orphans_aside(self) -> None:
        """Count as unreadable what may belong to a group that could not be read.

        Otherwise its goods would seem to have left their group, and with it
        VK, because of one bad row.
        """
        self._groups = {
            group.id: group
            for group in self._groups.values()
            if not group.attributes or group.parent_id is None or group.parent_id in self._groups
        }
        products, self.products = self.products, []
        for row in products:
            if row.parent_id is None or row.parent_id in self._groups:
                self.products.append(row)
            else:
                self.bad_rows.append(
                    BadRow(store_id=row.store_id, id=row.id, field="parent_id", name=row.name)
                )
