"""The awkward rows of the seeded shop: everything a cashier has ever typed, one of each kind."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from evosync.sandbox.evotor.state import made_id

LONG_NAME = (
    "Подарочный набор «Большое чайное путешествие по провинциям Фуцзянь, Юньнань и Чжэцзян»: "
    "двенадцать сортов по двадцать граммов, книга о чае, фарфоровая гайвань и две пиалы в коробке"
)[:180]
SOLID_NAME = "ЧайЗелёныйКитайскийКрупнолистовойВысшегоСортаВесеннегоСбора" * 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OddGood:
    """An unusual product; `key` names its kind and makes its id, `fields` go onto the row."""

    key: str
    name: str
    group: tuple[str, ...] = ("Чай",)
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The product's id, the same in each build."""
        return made_id("odd product", self.key)


def _odd(key: str, name: str, group: tuple[str, ...] = ("Чай",), **fields: Any) -> OddGood:
    fields.setdefault("price", Decimal(350))
    fields.setdefault("quantity", Decimal(10))
    return OddGood(key=key, name=name, group=group, fields=fields)


ODD_GOODS: tuple[OddGood, ...] = (
    # Names.
    _odd("two characters", "Ча"),
    _odd("two characters, no measure", "Хэ", measure_name=""),
    _odd("180 characters", LONG_NAME, ("Подарки",), price=Decimal(7900)),
    _odd("no blanks", SOLID_NAME),
    _odd("emoji", "Чай «Хорошее настроение» 🍵🌿😀👨‍👩‍👧, 100 г"),
    _odd("quotes and ampersand", "Мёд & орехи \"Таёжный\" 'Люкс'", ("Сладости",)),
    _odd("html", "<b>Жасмин</b> <script>alert('чай')</script>"),
    _odd("entities", "Сбор &quot;Бабушкин&quot; &amp; мята &lt;50 г&gt;"),
    _odd("only blanks", "     "),
    _odd("tabs and newlines", "Габа\tалишань\r\nтайваньская   премиум "),
    _odd("control characters", "Пуэр \x00«Ночной»\x07 \x1bпрессованный\x7f"),
    _odd("invisible characters", "Улун\u00a0«Лёгкий»\u200b\ufeff,\u202f50\u2009г"),
    _odd("leading formula", "=СУММ(1;2) чай по акции"),
    # Texts and measures.
    _odd(
        "links",
        "Чай из блога, 50 г",
        description=(
            "Подробнее: https://example.com/tea?id=1&x=2 и www.example.com, канал t.me/chaynaya, "
            "почта tea@example.com. Заваривать 3 мин. при 80 °C. Магазин chaynaya.ru"
        ),
    ),
    _odd("long description", "Чай с историей, 50 г", description="Чай и вода. " * 400),
    _odd("html description", "Чай с разметкой, 50 г", description="<p>Вкус &mdash; мёд</p>\t\x01"),
    _odd("null description", "Чай без описания, 50 г", odd={"description": None}),
    _odd("measure with a dot", "Пуэр-таблетка 8 г", measure_name="шт."),
    _odd("kilograms", "Чайная пыль весовая", measure_name="кг", quantity=Decimal("12.345")),
    _odd("no measure", "Дегустация улунов", measure_name=""),
    # Groups.
    _odd("blank group", "Чай из безымянной группы, 50 г", ("   ",)),
    _odd("circular group", "Чай новогодний, 100 г", ("Сезонное",)),
    _odd("outside any group", "Спички каминные", ()),
    # A group that is not listed: a terminal hides such goods.
    _odd("orphan", "Чай из удалённой группы, 50 г", (), parent_id=made_id("group", "nowhere")),
    # Types.
    _odd(
        "SERVICE", "Чайная церемония, 1 час", (), type="SERVICE", measure_name="ед", quantity=None
    ),
    _odd("DAIRY_MARKED", "Молоко для чая латте 3,2 %, 0,9 л", ("Сладости",), type="DAIRY_MARKED"),
    _odd("TOBACCO_MARKED", "Табак «Вишня», 40 г", ("Подарки",), type="TOBACCO_MARKED"),
    _odd("ALCOHOL_NOT_MARKED", "Вино сливовое, 0,7 л", ("Подарки",), type="ALCOHOL_NOT_MARKED"),
    _odd("unknown type", "Кристалл чайный", type="TEA_CRYSTAL_2031"),
    _odd("no type", "Чай из старой базы, 100 г", type=None),
    # Prices, stock, sale.
    _odd("no price", "Чай без цены, 50 г", price=None),
    _odd("zero price", "Пробник в подарок, 5 г", price=Decimal(0)),
    _odd("highest price", "Пуэр 1950-х годов, блин", price=Decimal("9999999.99")),
    _odd("one kopeck", "Чайный лист поштучно", price=Decimal("0.01")),
    _odd("negative quantity", "Чай, проданный в минус, 50 г", quantity=Decimal(-3)),
    _odd("fractional quantity", "Каркаде молотый", measure_name="кг", quantity=Decimal("0.834")),
    _odd("no quantity", "Чай без остатка, 50 г", quantity=None),
    _odd("zero quantity", "Чай закончился, 50 г", quantity=Decimal(0)),
    _odd("not for sale", "Чай снят с продажи, 50 г", allow_to_sell=False),
    _odd("unknown tax", "Чай с новым НДС, 50 г", tax="VAT_22"),
    _odd("long code", "Чай с длинным кодом, 50 г", code="ABCDEFGHIJ0123456789"),
    # Old rows.
    _odd(
        "bare row",
        "Чай из первой выгрузки, 50 г",
        quantity=None,
        measure_name=None,
        tax=None,
        allow_to_sell=None,
        code=None,
    ),
    _odd("new field", "Чай будущего, 50 г", odd={"sweetness": {"level": 3}, "images": []}),
    _odd("broken row", "Чай с испорченной карточкой", odd={"name": {"ru": "Чай"}, "barcodes": 7}),
)
