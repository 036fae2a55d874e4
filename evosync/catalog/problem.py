"""Why a product is not published or not as asked: a code, and one plain Russian sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ADOPT_QUESTION = "awaiting_adoption"
"""The code of what `evosync adopt` answers; its detail `items` lists the ids of VK's items."""

REASONS: Mapping[str, str] = {
    "store_not_paid": (
        "Приложение не оплачено для магазина «{store}» в Эвоторе, читать его товары нельзя. "
        "Уже опубликованные товары не тронуты."
    ),
    "store_unreadable": "Магазин «{store}» не удалось прочитать целиком: {why}.",
    "not_for_sale": "В Эвоторе снята галочка «Можно продавать».",
    "no_price": "В Эвоторе не указана цена.",
    "no_name": "У товара нет названия.",
    "bad_row": (
        "Эвотор прислал карточку товара с ошибкой ({field}). Опубликованный товар не тронут."
    ),
    "forbidden_type": "VK не разрешает продавать такие товары ({type}).",
    "marked_type": "Товар с маркировкой: публикуется, только если вы разрешите.",
    "unknown_type": (
        "EvoSync не знает такой тип товара ({type}) и без вашего разрешения его не отправит."
    ),
    ADOPT_QUESTION: "В VK уже есть товар с таким названием. Это он же?",
    "duplicate_in_vk": "В VK несколько карточек этого товара. Оставьте одну.",
    "gone_in_vk": "Карточку удалили в VK. Вернуть?",
    "restore_too_late": (
        "VK больше не возвращает удалённую карточку: в ближайший запуск создадим новую."
    ),
    "hidden_in_vk": "Карточку скрыли в VK вручную.",
    "checking": "VK не ответил, {what}: проверим в ближайший запуск.",
    "waits_for_twin": (
        "Карточка в VK пока числится за другим товаром с этим же названием: "
        "вторую не создаём, проверим в ближайший запуск."
    ),
    "name_adjusted": "Название сокращено до правил VK: «{title}».",
    "stock_unknown": "Эвотор не сообщил остаток: нет права «Остатки». Количество в VK не меняем.",
    "vk_rejected": "VK отклонил товар: {why}.",
    "vk_limit_items": "Достигнут предел VK: 15 000 товаров.",
    "vk_limit_album": (
        "Достигнут предел VK: 1 000 товаров в подборке. Товар опубликован без подборки."
    ),
    "vk_limit_albums": "Достигнут предел VK: 100 подборок. Товар опубликован без подборки.",
    "no_stock": "В Эвоторе остаток 0.",
    "not_taken": "VK не меняет поле «{field}».",
    "vk_error": "VK не принял товар: {why} (код {code}).",
    "photo_refused": "VK не принял картинку: {why}.",
    "album_refused": (
        "VK не принял изменение подборки: {why} (код {code}). Сами товары опубликованы."
    ),
    "held": "Ждёт вашего решения: {what}.",
    "left": "По вашему решению не сделано: {what}.",
    "canary_differs": (
        "Первые товары в VK выглядят не так, как мы отправили: "
        "{field} — «{there}» вместо «{sent}». Остальные ждут вашего решения."
    ),
    "vk_busy": "VK просит подождать: продолжим позже.",
}
"""Sentences by code; the braces are filled from a problem's `detail`."""

NOTES = frozenset(
    {
        "name_adjusted",
        "stock_unknown",
        "no_stock",
        "not_taken",
        "vk_limit_album",
        "vk_limit_albums",
        "album_refused",
    }
)
"""Codes that only remark on a published product; the others say why it is not up to date."""

FOUND_BY_SENDING = frozenset(
    {
        *("vk_rejected", "vk_error", "vk_busy", "photo_refused", "album_refused"),
        *("vk_limit_items", "vk_limit_album", "vk_limit_albums"),
        *("checking", "gone_in_vk", "restore_too_late", "canary_differs"),
    }
)
"""Codes that a run learns of by sending: a preview, which sends nothing, knows nothing of them."""

# Fields of Evotor's rows under the names that Evotor's own JSON gives them, as
# a shop owner knows them from the till.
_FIELDS = {
    "id": "идентификатор",
    "parent_id": "группа",
    "name": "название",
    "type": "тип товара",
    "code": "код",
    "price": "цена",
    "quantity": "остаток",
    "measure_name": "единица измерения",
    "allow_to_sell": "можно продавать",
    "description": "описание",
    "barcodes": "штрихкоды",
    "attributes_choices": "модификации",
}
_UNTOLD = "не указано"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One product's reason. `product_id` is "" when the reason is a whole store's."""

    product_id: str
    store_id: str
    name: str
    code: str
    detail: Mapping[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The sentence a shop owner reads."""
        return REASONS[self.code].format_map(_Words(self.detail))

    @property
    def is_note(self) -> bool:
        """Whether the product is published all the same."""
        return self.code in NOTES


class _Words(dict[str, str]):
    """Details as they fit into a sentence; one that is lacking or empty does not break it."""

    def __init__(self, detail: Mapping[str, str]) -> None:
        super().__init__((key, word) for key, word in detail.items() if word)
        if "field" in self:
            self["field"] = _FIELDS.get(self["field"], self["field"])
        if "why" in self:  # others' words; our sentence goes on after them
            self["why"] = self["why"].strip().rstrip(".")

    def __missing__(self, key: str) -> str:
        return _UNTOLD
