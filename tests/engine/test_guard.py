import pytest

from evosync.catalog.item import AlbumLink
from evosync.engine.changes import (
    AddAlbum,
    Change,
    Create,
    EditAlbum,
    Field,
    PutInAlbum,
    Relink,
    Restore,
)
from evosync.engine.held import Ask
from evosync.engine.memory import Consent, Verdict
from tests.builders import draft
from tests.engine.guarding import (
    EMPTY_TILL,
    PRICE,
    STOCK,
    divide,
    edit,
    hides,
    linked,
    name,
    prices,
    said,
    shop,
    stands,
)

APPLY, LEAVE, STATED = Verdict.APPLY, Verdict.LEAVE, Verdict.STATED
ALBUM = AlbumLink(key="чай", album_id=9, title="Чай", is_made=True)
HIDDEN = EditAlbum(link=ALBUM, title="Чай", is_hidden=True, photo=None)
SHOWN = EditAlbum(link=ALBUM, title="Чай", is_hidden=False, photo=None)


def create(product_id: str, **values: str) -> Create:
    return Create(draft=draft(product_id, **values))


def put(*product_ids: str, key: str = "чай") -> PutInAlbum:
    return PutInAlbum(key=key, product_ids=product_ids)


def test_what_nobody_has_to_be_asked_about_goes_whole() -> None:
    changes = [*hides(range(1, 4)), edit(9, PRICE, price=90_00), create("new"), HIDDEN]

    divided = divide(changes, shop(10))

    assert (divided.go, divided.held, divided.left, divided.put_off) == (
        tuple(changes),
        None,
        None,
        (),
    )
    assert (len(divided.live), divided.is_approved, divided.sets_mark) == (10, False, False)


def test_what_would_empty_the_shop_is_held_and_the_rest_goes() -> None:
    rest: list[Change] = [edit(9, PRICE, price=90_00), edit(10, Field.TITLE), create("new")]
    going = hides(range(1, 7))

    divided = divide([*going, *rest], shop(10))

    assert divided.go == tuple(rest)
    assert divided.held is not None
    assert divided.held.members == tuple(("hide", name(number)) for number in range(1, 7))
    assert divided.held.changes == tuple(going)
    assert divided.held.sentences == (
        "С продажи ушло бы товаров: 6, осталось бы: 4 (за последние сутки было 10).",
    )


def test_an_edit_waits_with_the_held_field_only() -> None:
    mixed = [edit(number, STOCK, PRICE, stock=0, price=90_00) for number in (1, 2)]

    divided = divide(mixed, shop(2))

    assert divided.go == tuple(edit(n, PRICE, stock=0, price=90_00) for n in (1, 2))
    assert divided.held is not None
    assert divided.held.changes == tuple(edit(n, STOCK, stock=0, price=90_00) for n in (1, 2))


def test_a_relink_or_a_restore_waits_whole() -> None:
    fields = frozenset({STOCK, Field.SKU})
    relink = Relink(link=linked(1), draft=draft("new", stock=0), item=stands(1), fields=fields)
    restore = Restore(link=linked(2), draft=draft(name(2), stock=0), item=stands(2), fields=fields)

    divided = divide([relink, restore, put("new", name(2))], shop(2))

    assert divided.held is not None
    assert divided.held.members == (("zero", "new"), ("zero", name(2)))
    assert divided.held.changes == (relink, restore)
    # An item has no place under its new product id before that is its own.
    assert (divided.go, divided.put_off) == ((put(name(2)),), (put("new"),))


def test_a_far_price_waits_and_the_stock_beside_it_goes() -> None:
    changes = [edit(number, PRICE, STOCK, price=1_00, stock=5) for number in range(1, 11)]

    divided = divide(changes, shop(10))

    assert divided.go == tuple(edit(n, STOCK, price=1_00, stock=5) for n in range(1, 11))
    assert divided.held is not None
    assert divided.held.sentences == (
        "Цена изменилась бы больше чем в 3 раза у товаров: 10 из 10.",
    )


def test_a_new_item_waits_when_its_name_is_that_of_one_that_waits() -> None:
    same = create("new", title="чай  НОМЕР 1", name="Чай")
    cut = create("cut", title="Чай…", name="Чай номер 2")
    other = create("other", title="Чай номер 99", name="Чай номер 99")
    albums = [AddAlbum(key=key, title=key, photo=None) for key in ("a", "b", "c")]
    puts = [put("new", key="a"), put("new", "other", key="b"), put(name(5), "cut", key="c")]

    divided = divide([*hides(range(1, 5)), same, cut, other, *albums, *puts], shop(5))

    assert divided.held is None  # one stays, and that is enough for a small shop
    divided = divide([*hides(range(1, 6)), same, cut, other, *albums, *puts], shop(5))
    assert divided.held is not None
    assert divided.held.counts == {"hide": 5, "create": 2}
    assert divided.go == (
        other,
        *albums[1:],
        put("other", key="b"),
        put(name(5), key="c"),
    )
    assert divided.put_off == (
        put("new", key="a"),
        put("new", key="b"),
        put("cut", key="c"),
        albums[0],
    )


def test_albums_are_hidden_only_with_what_was_in_them() -> None:
    divided = divide([*hides([1, 2]), HIDDEN, SHOWN], shop(2))
    assert (divided.go, divided.put_off) == ((SHOWN,), (HIDDEN,))

    divided = divide([*prices(10, 1_00), HIDDEN], shop(10))
    assert (divided.go, divided.put_off) == ((HIDDEN,), ())


def test_a_yes_covers_any_part_of_what_it_was_given_for() -> None:
    changes = [*hides(range(1, 5)), HIDDEN]
    consents = (said(APPLY, Ask.HIDE, range(1, 8)),)

    divided = divide(changes, shop(4, consents=consents))

    assert (divided.go, divided.held, divided.put_off) == (tuple(changes), None, ())
    assert (divided.is_approved, divided.sets_mark) == (True, True)


def test_a_yes_to_prices_says_nothing_of_the_mark() -> None:
    consents = (said(APPLY, Ask.PRICE, range(1, 11)),)

    divided = divide(prices(10, 1_00), shop(10, consents=consents))

    assert (divided.held, divided.is_approved, divided.sets_mark) == (None, True, False)


@pytest.mark.parametrize(
    "consents",
    [
        pytest.param([said(APPLY, Ask.HIDE, [1])], id="a new member"),
        pytest.param([said(APPLY, Ask.DELETE, [1, 2])], id="another kind"),
        pytest.param([said(APPLY, Ask.HIDE, [1]), said(APPLY, Ask.HIDE, [2])], id="in two parts"),
        pytest.param(
            [
                said(LEAVE, Ask.HIDE, [1, 2]),
                said(APPLY, Ask.HIDE, [1]),
                said(APPLY, Ask.HIDE, [2]),
            ],
            id="left once, and answered in two parts since",
        ),
    ],
)
def test_what_no_answer_covers_is_asked_about_whole(consents: list[Consent]) -> None:
    held = divide(hides([1, 2]), shop(2, consents=tuple(consents))).held

    assert held is not None
    assert held.members == (("hide", name(1)), ("hide", name(2)))


def test_what_was_left_stays_and_is_not_asked_about_again() -> None:
    rest = edit(2, PRICE, price=90_00)
    consents = (said(LEAVE, Ask.HIDE, [1, 2]),)

    divided = divide([*hides([1, 2]), rest], shop(2, consents=consents))

    assert (divided.go, divided.held) == ((rest,), None)
    assert divided.left is not None
    assert divided.left.changes == tuple(hides([1, 2]))
    assert not divided.is_approved


@pytest.mark.parametrize("last", [APPLY, LEAVE])
def test_the_last_answer_counts(last: Verdict) -> None:
    first = LEAVE if last is APPLY else APPLY
    consents = tuple(said(one, Ask.HIDE, [1, 2]) for one in (first, last))

    divided = divide(hides([1, 2]), shop(2, consents=consents))

    assert (divided.is_approved, divided.left is not None) == (last is APPLY, last is LEAVE)


def test_what_was_stated_beforehand_goes_and_is_not_counted() -> None:
    consents = (said(STATED, Ask.HIDE, range(1, 61)),)
    changes = hides(range(1, 73))

    divided = divide(changes, shop(100, high_mark=100, consents=consents))

    assert (divided.go, divided.held) == (tuple(changes), None)
    assert (divided.is_approved, divided.sets_mark) == (False, False)


def test_no_yes_given_beforehand_counts_while_the_till_lists_nothing() -> None:
    stated = shop(20, consents=(said(Verdict.STATED, Ask.HIDE, range(1, 21)),))
    divided = divide(hides(range(1, 21)), stated, EMPTY_TILL)
    assert divided.held is not None
    assert divided.held.counts == {"hide": 20}
    assert not divided.go
    # The answer to that very question does.
    consents = (*stated.memory.consents, said(Verdict.APPLY, Ask.HIDE, range(1, 21)))
    assert divide(hides(range(1, 21)), shop(20, consents=consents), EMPTY_TILL).held is None


def test_what_was_not_stated_is_held_beside_what_was() -> None:
    consents = (said(STATED, Ask.HIDE, range(1, 61)),)

    divided = divide(hides(range(1, 74)), shop(100, high_mark=100, consents=consents))

    assert divided.go == tuple(hides(range(1, 61)))
    assert divided.held is not None
    assert divided.held.sentences == (
        "С продажи ушло бы товаров: 13, осталось бы: 27 (за последние сутки было 40).",
    )
