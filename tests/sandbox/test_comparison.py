"""The oracle finds each untruth that is planted, and is silent on the truth."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from evosync.sandbox.comparison import find_differences, list_wanted
from evosync.sandbox.evotor.state import (
    AttributeState,
    ChoiceState,
    EvotorState,
    GroupState,
    ProductState,
    StoreState,
    UserState,
)
from evosync.sandbox.vk.state import Album, Community, Item, VkState
from evosync.sandbox.world import COMMUNITY_ID, VK_TOKEN, VK_USER_ID, SandboxWorld

LONG = "Очень длинное название чая, " * 5


def group(group_id: str, name: str, **values: object) -> GroupState:
    return GroupState(id=group_id, name=name, created_ms=0, updated_ms=0, **values)  # type: ignore[arg-type]


def good(product_id: str, name: str, price: str | None = "100", **values: object) -> ProductState:
    return ProductState(
        id=product_id,
        name=name,
        price=None if price is None else Decimal(price),
        created_ms=0,
        updated_ms=0,
        **values,  # type: ignore[arg-type]
    )


def shop(store_id: str, *goods: ProductState, **values: object) -> StoreState:
    size = AttributeState(id="size", name="Объём", choices=[ChoiceState(id="s", name="200 мл")])
    groups = [group("tea", "Чай"), group("cups", "Чашка", parent_id="tea", attributes=[size])]
    return StoreState(
        id=store_id,
        name="Чайная",
        created_ms=0,
        updated_ms=0,
        groups={one.id: one for one in groups},
        products={one.id: one for one in goods},
        **values,  # type: ignore[arg-type]
    )


@pytest.fixture
def world() -> SandboxWorld:
    """A till of two stores and a market that shows just that."""
    stores = [
        shop(
            "A",
            good("assam", "Ассам &laquo;Мангалам&raquo;", parent_id="tea"),
            good("keemun", "Кимун  ", "250.505", type="SERVICE"),
            good("long", LONG, parent_id="tea"),
            good("ya", "Я"),
            good("cup", "", parent_id="cups", attributes_choices={"size": "s"}),
            good("beer", "Пиво", type="BEER_MARKED"),
            good("water", "Вода", type="WATER_MARKED"),
            good("off", "Не продаётся", allow_to_sell=False),
            good("free", "Даром", "0"),
            good("dear", "Без цены", None),
            good("nameless", " "),
        ),
        shop("B", good("assam", "Ассам (2)", "110")),
        shop("C", good("unpaid", "Не оплачено"), is_paid=False),
    ]
    user = UserState(id="01-1", stores={one.id: one for one in stores})
    made = SandboxWorld(EvotorState(users={user.id: user}), VkState(), clock=lambda: 0.0)
    made.vk.add_user(VK_TOKEN, VK_USER_ID)
    made.vk.add_community(COMMUNITY_ID, "Чайная", [VK_USER_ID])
    for number, (sku, title, price) in enumerate(
        [
            ("assam", "Ассам «Мангалам»", 100_00),
            ("keemun", "Кимун", 250_51),
            ("long", LONG[:60].rstrip() + "…", 100_00),
            ("ya", "Я (шт)", 100_00),
            ("cup", "Чашка, 200 мл", 100_00),
        ],
        start=1,
    ):
        put(made, number, sku, title=title, price=price)
    add_album(made, 10, "Чай", 1, 3, 5)
    return made


def market(world: SandboxWorld) -> Community:
    return world.vk.state.communities[world.community_id]


def put(
    world: SandboxWorld, item_id: int, sku: str, *, title: str = "Чай", price: int = 100_00
) -> Item:
    made = Item(
        item_id=item_id,
        title=title,
        description="",
        category_id=1,
        price=price,
        created_at=0,
        updated_at=0,
        sku=sku,
        stock_amount=1000,
    )
    market(world).items[item_id] = made
    market(world).order.append(item_id)
    return made


def add_album(world: SandboxWorld, album_id: int, title: str, *item_ids: int) -> Album:
    made = Album(album_id=album_id, title=title, updated_at=0, item_ids=list(item_ids))
    market(world).albums[album_id] = made
    market(world).album_order.append(album_id)
    return made


def take_away(world: SandboxWorld, item_id: int) -> None:
    market(world).order.remove(item_id)
    market(world).items[item_id].deleted_at = 0.0


def test_a_market_that_shows_the_till_has_no_differences(world: SandboxWorld) -> None:
    assert find_differences(world) == []


def test_only_what_may_be_sold_is_wanted(world: SandboxWorld) -> None:
    wanted = {one.product_id: one for one in list_wanted(world)}

    assert wanted.keys() == {"assam", "keemun", "long", "ya", "cup"}
    assert wanted["assam"].price_kopecks == {100_00, 110_00}


def set_item(item_id: int, **values: object) -> Callable[[SandboxWorld], None]:
    def lie(world: SandboxWorld) -> None:
        for name, value in values.items():
            setattr(market(world).items[item_id], name, value)

    return lie


def move_to_other_album(world: SandboxWorld) -> None:
    market(world).albums[10].item_ids.remove(1)
    add_album(world, 11, "Кофе", 1)


def hide_album(world: SandboxWorld) -> None:
    market(world).albums[10].is_hidden = True


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        pytest.param(lambda world: take_away(world, 1), ["карточек в VK 0"], id="missing"),
        pytest.param(set_item(1, hidden=True), ["карточек в VK 0"], id="hidden"),
        pytest.param(set_item(1, stock_amount=0), ["карточек в VK 0"], id="sold out"),
        pytest.param(lambda world: put(world, 9, "assam"), ["карточек в VK 2"], id="double"),
        pytest.param(set_item(1, price=100_01), ["в VK 10001 коп."], id="price"),
        pytest.param(set_item(2, price=250_50), ["в VK 25050 коп."], id="rounded down"),
        pytest.param(set_item(1, title="Ассам"), ["названо «Ассам»"], id="title"),
        pytest.param(set_item(1, title="Ассам…"), ["названо «Ассам…»"], id="cut for nothing"),
        pytest.param(set_item(3, title="…"), ["названо «…»"], id="cut to nothing"),
        pytest.param(set_item(3, title="Длинное…"), ["названо «Длинное…»"], id="cut elsewhere"),
        pytest.param(set_item(4, title="Чай Я"), ["названо «Чай Я»"], id="lengthened in front"),
        pytest.param(set_item(5, title="Чашка"), ["названо «Чашка»"], id="without its choice"),
        pytest.param(set_item(1, stock_amount=7), ["остаток 7, а не 1000"], id="stock"),
        pytest.param(move_to_other_album, ["в подборках ['кофе']"], id="other album"),
        pytest.param(
            lambda world: market(world).albums[10].item_ids.remove(5),
            ["в подборках [], в кассе ['чай']"],
            id="no album",
        ),
        pytest.param(
            lambda world: add_album(world, 11, "Кофе", 2),
            ["в подборках ['кофе'], в кассе []"],
            id="an album too many",
        ),
        pytest.param(hide_album, ["в подборках []"] * 3, id="album out of sight"),
        pytest.param(
            lambda world: put(world, 9, "gone", title="Улун"),
            ["продаётся «Улун», чего в кассе нет"],
            id="not in the till",
        ),
        pytest.param(
            lambda world: put(world, 9, "", title="Улун"), ["продаётся «Улун»"], id="of nobody"
        ),
        pytest.param(
            lambda world: put(world, 9, "beer", title="Пиво"), ["продаётся «Пиво»"], id="forbidden"
        ),
        pytest.param(lambda world: put(world, 9, "off"), ["чего в кассе нет"], id="not for sale"),
        pytest.param(
            lambda world: put(world, 9, "unpaid"), ["чего в кассе нет"], id="not paid for"
        ),
    ],
)
def test_an_untruth_is_found(
    lie: Callable[[SandboxWorld], object], words: list[str], world: SandboxWorld
) -> None:
    lie(world)

    found = find_differences(world)

    assert len(found) == len(words)
    for sentence, word in zip(found, words, strict=True):
        assert word in sentence


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda world: put(world, 9, "gone").__setattr__("hidden", True), id="hidden"),
        pytest.param(
            lambda world: put(world, 9, "gone").__setattr__("stock_amount", 0), id="sold out"
        ),
        pytest.param(lambda world: add_album(world, 11, "Кофе"), id="an empty album"),
        pytest.param(set_item(1, title="Ассам (2)", price=110_00), id="of the other store"),
    ],
)
def test_what_a_buyer_cannot_see_or_mind_is_no_difference(
    change: Callable[[SandboxWorld], object], world: SandboxWorld
) -> None:
    change(world)

    assert find_differences(world) == []


def test_the_stock_that_is_wanted_can_be_named(world: SandboxWorld) -> None:
    for one in market(world).items.values():
        one.stock_amount = 5

    assert find_differences(world, stock=5) == []
    assert len(find_differences(world)) == 5


def test_a_circle_of_groups_has_no_album(world: SandboxWorld) -> None:
    (user,) = world.evotor.state.users.values()
    groups = user.stores["A"].groups
    groups["cups"].parent_id = "cups"
    market(world).albums[10].item_ids.remove(5)

    assert find_differences(world) == []


def test_a_modification_without_choices_has_its_own_name_else_the_groups(
    world: SandboxWorld,
) -> None:
    (user,) = world.evotor.state.users.values()
    cup = user.stores["A"].products["cup"]
    cup.attributes_choices = {}
    market(world).items[5].title = "Чашка"
    nameless = find_differences(world)
    cup.name, market(world).items[5].title = "Пиала", "Пиала"

    assert nameless == find_differences(world) == []


def test_a_modification_that_names_its_group_keeps_its_own_name(world: SandboxWorld) -> None:
    (user,) = world.evotor.state.users.values()
    user.stores["A"].products["cup"].name = "Чашка большая"
    market(world).items[5].title = "Чашка большая"

    assert find_differences(world) == []


def test_a_row_that_breaks_evotors_schema_is_expected_nowhere(world: SandboxWorld) -> None:
    (user,) = world.evotor.state.users.values()
    user.stores["A"].products["odd"] = good("odd", "Улун", odd={"name": 5})

    assert find_differences(world) == []
