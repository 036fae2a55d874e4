"""The file with goods: well-formed whatever the names, and the same while nothing changes."""

from xml.etree import ElementTree as ET

from evosync.catalog.item import Draft
from evosync.web.yml import NO_GROUP, YmlShop, make_content, make_file
from tests.builders import NOON, PHOTO, draft

SHOP = YmlShop(name="Чайная", url="https://shop.test", pictures={PHOTO: "https://shop.test/p.jpg"})
TEA = draft("tea", title="Чай", price=120_50, album="чай", album_title="Чай")
NASTY = "a<b>&\"'\x00\x0b\x1f\ud800\ufffe]]> 🫖 \u202eб"


def read(*drafts: Draft, shop: YmlShop = SHOP) -> ET.Element:
    return ET.fromstring(make_file(make_content(shop, drafts), NOON))  # noqa: S314 - our own


def test_an_offer_says_what_would_be_published() -> None:
    root = read(TEA)
    assert root.attrib == {"date": "2026-11-02 15:00"}
    [category] = root.iter("category")
    [offer] = root.iter("offer")
    assert offer.attrib == {"id": "tea", "available": "true"}
    assert {each.tag: each.text for each in offer} == {
        "name": "Чай",
        "price": "120.50",
        "currencyId": "RUB",
        "categoryId": category.attrib["id"],
        "picture": "https://shop.test/p.jpg",
        "description": TEA.description,
        "count": "1000",
    }
    assert category.text == "Чай"


def test_what_is_not_for_sale_is_left_out_and_what_is_sold_out_says_so() -> None:
    sold_out = draft("cup", stock=0, photo=None)
    unknown = draft("pie", stock=None, opening_stock=7)
    root = read(draft("pot", for_sale=False), sold_out, unknown)
    offers = {offer.attrib["id"]: offer for offer in root.iter("offer")}
    assert set(offers) == {"cup", "pie"}
    assert offers["cup"].attrib["available"] == "false"
    assert offers["cup"].find("picture") is None
    assert offers["pie"].findtext("count") == "7"


def test_any_name_makes_a_whole_file() -> None:
    odd = draft("odd", title=NASTY, description=NASTY, album=NASTY, album_title=NASTY)
    root = read(odd, shop=YmlShop(name=NASTY, url="", pictures={}))
    clean = "a<b>&\"']]> 🫖 \u202eб"
    assert root.findtext("shop/offers/offer/name") == clean
    assert root.findtext("shop/categories/category") == clean
    assert root.findtext("shop/name") == clean


def test_a_group_keeps_its_number_and_goods_outside_have_one_too() -> None:
    [alone] = read(TEA).iter("category")
    more = {each.text: each.attrib["id"] for each in read(draft("x"), TEA).iter("category")}
    assert more["Чай"] == alone.attrib["id"]
    assert set(more) == {"Чай", NO_GROUP}
    assert all(0 < int(number) < 2**31 for number in more.values())


def test_the_order_of_goods_means_nothing_and_a_price_does() -> None:
    drafts = [draft(f"p{number}", title=f"Чай {number % 3}") for number in range(9)]
    digest = make_content(SHOP, drafts).digest
    assert make_content(SHOP, drafts[::-1]).digest == digest
    assert make_content(SHOP, [*drafts[:-1], draft("p8", price=1)]).digest != digest
