"""The rules by which changes are asked about first: too many off sale, too far a price, lost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evosync.catalog.item import LinkState, MarketItem
from evosync.catalog.names import fold_name
from evosync.engine.changes import (
    Adopt,
    Change,
    Create,
    Delete,
    Field,
    Hide,
    Lose,
    Plan,
    Relink,
    Restore,
    Update,
    Zero,
)
from evosync.engine.draft.names import plain_name
from evosync.engine.draft.shop import Drafted
from evosync.engine.held import Ask, stated_members
from evosync.engine.live import find_live
from evosync.engine.memory import Member
from evosync.engine.plan.standing import Standing, standing_items

SMALL_SHOP = 10
"""With fewer items on sale than this a share says little: only losing all of them is asked."""
LEFT_PERCENT = 70
"""Of the items that were on sale, so many must stay, or it is asked about."""
PRICE_FACTOR = 3
PRICE_PERCENT = 30
PRICES_MIN = 10
"""Prices beyond the factor are asked about when they are more than the share, and so many."""
LOST_PERCENT = 10
LOST_MIN = 5
"""Lost items are asked about when they are more than the share, and so many."""

Edit = Update | Relink | Restore
Gone = Hide | Zero | Delete | Lose


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the rules look at: the changes of a plan, and what stands.

    `own` are the linked items that stand, by id, `live` those on sale; links
    that the plan makes are counted in. `linked` is the number of links whose
    item should stand, `stated` what a person agreed to beforehand.
    """

    changes: Sequence[Change]
    own: Mapping[int, MarketItem]
    live: frozenset[int]
    linked: int
    high_mark: int
    stated: frozenset[Member]
    is_till_empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about one change, which stands at `place` in the plan."""

    place: int
    ask: Ask
    change: Edit | Gone | Create

    @property
    def member(self) -> Member:
        """What it is called, so that an answer stands for it later."""
        match self.change:
            case Create(draft=draft) | Update(draft=draft):
                return self.ask.value, draft.product_id
            case Relink(draft=draft) | Restore(draft=draft):
                return self.ask.value, draft.product_id
            case change:
                return self.ask.value, change.link.product_id

    @property
    def item_id(self) -> int | None:
        """The item that it is about, if there is one yet."""
        return None if isinstance(self.change, Create) else self.change.link.item_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why some changes are asked about."""

    questions: tuple[Question, ...]
    sentence: str


def look(plan: Plan, drafted: Drafted, standing: Standing) -> Scene:
    """Gather what the rules look at."""
    adopted = [change.link for change in plan.changes if isinstance(change, Adopt)]
    links = {link.product_id: link for link in (*standing.links, *adopted)}.values()
    items = standing_items(standing.reading)
    return Scene(
        changes=plan.changes,
        own={link.item_id: items[link.item_id] for link in links if link.item_id in items},
        live=find_live(links, items),
        linked=sum(link.state is LinkState.LIVE for link in links),
        high_mark=standing.memory.high_mark,
        stated=stated_members(standing.memory.consents),
        is_till_empty=not (drafted.drafts or drafted.kept or drafted.unknown or drafted.off),
    )


def find_off_sale(scene: Scene) -> tuple[Question, ...]:
    """List the changes that take an item of a link off sale; a double is no link's."""
    return tuple(
        Question(place=place, ask=ask, change=change)
        for place, change in enumerate(scene.changes)
        if isinstance(change, Edit | Hide | Zero | Delete)
        and (ask := _takes_off(change))
        and change.link.item_id in scene.own
    )


def doubt_off_sale(scene: Scene, off_sale: Sequence[Question]) -> Iterator[Doubt]:
    """Ask when too little would stay on sale, of what was on sale in the last 24 hours.

    An item that is not on sale now counts nothing and may go; not so when the
    till lists nothing at all: then nothing is believed.
    """
    asked = _unstated(scene, off_sale)
    if scene.is_till_empty and asked:
        told = f"Касса не показывает ни одного товара. Снять с продажи пришлось бы: {len(asked)}."
        yield Doubt(questions=asked, sentence=told)
        return
    on_sale = tuple(one for one in asked if one.item_id in scene.live)
    agreed = sum(one.item_id in scene.live for one in off_sale) - len(on_sale)
    mark = max(scene.high_mark, len(scene.live)) - agreed
    left = len(scene.live) - agreed - len(on_sale)
    if on_sale and not _is_enough(left, mark):
        told = (
            f"С продажи ушло бы товаров: {len(on_sale)}, осталось бы: {left} "
            f"(за последние сутки было {mark})."
        )
        yield Doubt(questions=on_sale, sentence=told)


def doubt_namesakes(scene: Scene, off_sale: Doubt) -> Iterator[Doubt]:
    """Ask about new items under the names of those that wait: they would stand there twice."""
    waiting = {one.item_id for one in off_sale.questions}
    names = {fold_name(plain_name(item.title)) for key, item in scene.own.items() if key in waiting}
    creates = [
        Question(place=place, ask=Ask.CREATE, change=change)
        for place, change in enumerate(scene.changes)
        if isinstance(change, Create)
        and names & {fold_name(change.draft.title), fold_name(change.draft.name)}
    ]
    if asked := _unstated(scene, creates):
        told = f"Новые карточки с названиями товаров, которые ждут решения: {len(asked)}."
        yield Doubt(questions=asked, sentence=told)


def doubt_prices(scene: Scene) -> Iterator[Doubt]:
    """Ask when many prices go up or down more than anybody changes them by hand."""
    far = [
        Question(place=place, ask=Ask.PRICE, change=change)
        for place, change in enumerate(scene.changes)
        if isinstance(change, Edit) and _is_far(change)
    ]
    asked, whole = _unstated(scene, far), len(scene.own)
    if len(asked) >= PRICES_MIN and _is_more(len(asked), PRICE_PERCENT, whole):
        told = (
            f"Цена изменилась бы больше чем в {PRICE_FACTOR} раза "
            f"у товаров: {len(asked)} из {whole}."
        )
        yield Doubt(questions=asked, sentence=told)


def doubt_losses(scene: Scene) -> Iterator[Doubt]:
    """Ask when many items at once are gone from VK by another's hand, or seem to be."""
    gone = [
        Question(place=place, ask=Ask.LOSE, change=change)
        for place, change in enumerate(scene.changes)
        if isinstance(change, Lose)
    ]
    asked = _unstated(scene, gone)
    is_many = len(asked) >= LOST_MIN and _is_more(len(asked), LOST_PERCENT, scene.linked)
    if asked and (is_many or scene.is_till_empty):
        told = f"В VK пропали карточки товаров: {len(asked)} из {scene.linked}."
        yield Doubt(questions=asked, sentence=told)


def _takes_off(change: Edit | Hide | Zero | Delete) -> Ask | None:
    match change:
        case Hide():
            return Ask.HIDE
        case Delete():
            return Ask.DELETE
        case Zero():
            return Ask.ZERO
        case edit:
            is_zero = Field.STOCK in edit.fields and edit.draft.stock == 0
            return Ask.ZERO if is_zero else None


def _is_far(change: Edit) -> bool:
    if Field.PRICE not in change.fields:
        return False
    # Where VK shows no price, what we last wrote is the best that is known.
    shown = change.item.price if change.item else None
    old = change.link.written.price if shown is None else shown
    new = change.draft.price
    return old is not None and (new > old * PRICE_FACTOR or new * PRICE_FACTOR < old)


def _unstated(scene: Scene, questions: Sequence[Question]) -> tuple[Question, ...]:
    """Leave out what a person agreed to beforehand."""
    return tuple(one for one in questions if one.member not in scene.stated)


def _is_enough(left: int, mark: int) -> bool:
    return left > 0 if mark < SMALL_SHOP else left * 100 >= mark * LEFT_PERCENT


def _is_more(part: int, percent: int, whole: int) -> bool:
    return part * 100 > whole * percent
