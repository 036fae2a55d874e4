"""The seeded tea shop «Чайная»: an Evotor account such as a newcomer and a test both need."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from evosync.sandbox.evotor.state import (
    AttributeState,
    ChoiceState,
    EvotorState,
    GroupState,
    ProductState,
    StoreState,
    UserState,
    made_id,
)
from evosync.sandbox.odd_goods import ODD_GOODS
from evosync.sandbox.tea_goods import IN_BOTH, LESNAYA, MIRA, Catalog, Good

SHOP_USER_ID = "01-000000000000777"  # two digits and fifteen, as Evotor's user ids are
SHOP_TOKEN = "0e0e0e0e-5a5d-4b0c-8a11-7ea7ea7ea777"  # noqa: S105  plain on purpose: a demo

# Upper case, a date in front: Evotor's store ids are no RFC 4122 uuids.
LESNAYA_ID = "20240912-1E5A-40C7-8077-0A0B0C0D0E01"
MIRA_ID = "20250303-2A1B-40D9-8064-0A0B0C0D0E02"
UNPAID_ID = "20250915-3C4D-4031-80B7-0A0B0C0D0E03"

MODIFICATION_GROUP_NAME = "Да Хун Пао"

_OPENED_MS = 1_726_131_600_000  # 2024-09-12 09:00 UTC, when the seeded shop begins
_STEP_MS = 60_000  # the cashier types one row a minute
_COST_SHARE = Decimal("0.55")  # of the price: what the shop itself paid
_BARCODE_START = 2_000_000_000_000  # "2…" is the range shops number themselves


@dataclass(slots=True)
class Shelves:
    """Fills one store, row by row; groups are found again by their path of names."""

    store: StoreState
    code: int = 10
    _group_ids: dict[tuple[str, ...], str] = field(default_factory=dict)

    def next_ms(self) -> int:
        """Return the moment the next row is made at."""
        return (
            self.store.created_ms
            + (len(self.store.groups) + len(self.store.products) + 1) * _STEP_MS
        )

    def group(self, path: tuple[str, ...]) -> str | None:
        """Return the id of the group at this path, making it and its parents; None for no path."""
        if not path:
            return None
        if path not in self._group_ids:
            parent_id = self.group(path[:-1])
            made_ms = self.next_ms()
            group = GroupState(
                id=made_id("group", f"{self.store.id} {'/'.join(path)}"),
                name=path[-1],
                parent_id=parent_id,
                created_ms=made_ms,
                updated_ms=made_ms,
            )
            self.store.groups[group.id] = group
            self._group_ids[path] = group.id
        return self._group_ids[path]

    def product(self, product_id: str, name: str, **fields: Any) -> ProductState:
        """Put a product on the shelf; a code is given unless `fields` bring one."""
        self.code += 1
        made_ms = self.next_ms()
        fields.setdefault("code", str(self.code))
        product = ProductState(
            id=product_id, name=name, created_ms=made_ms, updated_ms=made_ms, **fields
        )
        self.store.products[product_id] = product
        return product

    def catalog(self, catalog: Catalog) -> None:
        """Put ordinary goods on the shelves."""
        for path, goods in catalog.items():
            parent_id = self.group(path)
            for good in goods:
                self._good(good, parent_id)

    def _good(self, good: Good, parent_id: str | None) -> None:
        price = Decimal(good.roubles)
        self.product(
            made_id("product", f"{self.store.id} {good.name}"),
            good.name,
            parent_id=parent_id,
            price=price,
            cost_price=round(price * _COST_SHARE, 2),
            quantity=Decimal(good.quantity),
            measure_name=good.measure,
            description=good.description or None,
            barcodes=[ean13(_BARCODE_START + self.code * 10)],
        )


def tea_shop() -> EvotorState:
    """Make the account: two stores with goods, and one where the application is not paid for."""
    lesnaya = Shelves(_store(LESNAYA_ID, "Чайная на Лесной", 0, "Россия, г. Тула, ул. Лесная, 7"))
    lesnaya.catalog(LESNAYA)
    _add_modifications(lesnaya)
    _add_odd_groups(lesnaya)
    _add_odd_goods(lesnaya)

    mira = Shelves(_store(MIRA_ID, "Чайная на Мира", 1, None))
    mira.catalog(MIRA)
    _add_shared(mira, lesnaya.store.products.values())

    unpaid = Shelves(_store(UNPAID_ID, "Чайная на вокзале", 2, "Россия, г. Тула, вокзал"))
    unpaid.store.is_paid = False
    unpaid.catalog({("Чай",): (Good("Чай в дорогу, 300 мл", "шт", "120", "500"),)})

    stores = {shelves.store.id: shelves.store for shelves in (lesnaya, mira, unpaid)}
    return account(stores)


def account(stores: dict[str, StoreState]) -> EvotorState:
    """Wrap stores into a cloud with the one shop owner of the sandbox."""
    owner = UserState(id=SHOP_USER_ID, tokens=[SHOP_TOKEN], stores=stores)
    return EvotorState(users={owner.id: owner})


def new_store(store_id: str, name: str, created_ms: int = _OPENED_MS) -> StoreState:
    """Make an empty store."""
    return StoreState(id=store_id, name=name, created_ms=created_ms, updated_ms=created_ms)


def ean13(number: int) -> str:
    """Return a barcode of 13 digits, the last of which is made the check digit."""
    digits = f"{number // 10:012d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _store(store_id: str, name: str, place: int, address: str | None) -> StoreState:
    half_year_ms = 182 * 24 * 3_600_000
    return replace(new_store(store_id, name, _OPENED_MS + place * half_year_ms), address=address)


def _add_modifications(shelves: Shelves) -> None:
    """Add one tea in two weights and two roasts; half of the rows repeat the group's name."""
    parent_id = shelves.group(("Чай", "Улуны"))
    made_ms = shelves.next_ms()
    weight = _attribute("Фасовка", ("50 г", "100 г"))
    roast = _attribute("Обжарка", ("слабая", "сильная"))
    group = GroupState(
        id=made_id("group", MODIFICATION_GROUP_NAME),
        name=MODIFICATION_GROUP_NAME,
        parent_id=parent_id,
        attributes=[weight, roast],
        created_ms=made_ms,
        updated_ms=made_ms,
    )
    shelves.store.groups[group.id] = group
    prices = {"50 г": Decimal(890), "100 г": Decimal(1690)}
    for size in weight.choices:
        for degree in roast.choices:
            label = f"{size.name}, {degree.name} обжарка"
            name = (
                f"{group.name} ({label})" if size is weight.choices[0] else label
            )  # Evotor lets a row be called by its choices alone
            shelves.product(
                made_id("modification", label),
                name,
                parent_id=group.id,
                price=prices[size.name],
                quantity=Decimal(6),
                measure_name="упак",
                attributes_choices={weight.id: size.id, roast.id: degree.id},
            )


def _attribute(name: str, choices: Iterable[str]) -> AttributeState:
    return AttributeState(
        id=made_id("attribute", name),
        name=name,
        choices=[ChoiceState(id=made_id("choice", f"{name} {it}"), name=it) for it in choices],
    )


def _add_odd_groups(shelves: Shelves) -> None:
    shelves.group(("   ",))
    shelves.group(("Архив 2023",))  # stays empty
    first = shelves.group(("Сезонное",))
    second = shelves.group(("Новинки",))
    if first is not None and second is not None:  # each lies in the other
        shelves.store.groups[first].parent_id = second
        shelves.store.groups[second].parent_id = first


def _add_odd_goods(shelves: Shelves) -> None:
    for good in ODD_GOODS:
        fields = {"parent_id": shelves.group(good.group), **good.fields}
        shelves.product(good.id, good.name, **fields)


def _add_shared(shelves: Shelves, products: Iterable[ProductState]) -> None:
    """Put goods of the first store on these shelves too, under the ids they have there."""
    for product in products:
        if product.name in IN_BOTH:
            made_ms = shelves.next_ms()
            shelves.store.products[product.id] = replace(
                product,
                parent_id=shelves.group(("Чай", "Классика")),
                quantity=Decimal(IN_BOTH[product.name]),
                created_ms=made_ms,
                updated_ms=made_ms,
                barcodes=list(product.barcodes),
            )
