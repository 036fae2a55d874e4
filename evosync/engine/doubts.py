"""The rules by which changes are asked about first: too many off sale, too far a price, lost."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evosync.catalog.item import Link, LinkState, MarketItem
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
from evosync.engine.held import TAKES_OFF, Ask, left_members, stated_members
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
    item should stand, `went` of those that went off sale as a person had
    stated beforehand, `doubles` what takes off sale the second items of goods
    that are on sale as their twins, which is no loss; `stated` is that, and
    what a person agreed to beforehand, `left` what a person said to leave as
    it stands; `at_rest` are products of a shop read whole that are wanted, and
    whose item stands.
    """

    changes: Sequence[Change]
    own: Mapping[int, MarketItem]
    live: frozenset[int]
    linked: int
    high_mark: int
    went: int
    stated: frozenset[Member]
    doubles: frozenset[Member]
    left: frozenset[Member]
    at_rest: frozenset[str]
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
    # What VK refused may be missing from the plan, though it is wanted.
    refused = {product_id for product_id, _ in standing.memory.refusals}
    wanted = set() if drafted.unknown_stores else drafted.drafts.keys() - refused
    live, stated = find_live(links, items), stated_members(standing.memory.consents)
    shown = {link.product_id for link in links if link.item_id in live}
    doubles = frozenset(
        (ask.value, key)
        for key, leader in drafted.members.items()
        if leader in shown
        for ask in TAKES_OFF
    )
    told = drafted.unknown.difference(product_id for _, product_id in drafted.missed)
    return Scene(
        changes=plan.changes,
        own={link.item_id: items[link.item_id] for link in links if link.item_id in items},
        live=live,
        linked=sum(link.state is LinkState.LIVE for link in links),
        high_mark=standing.memory.high_mark,
        went=sum(link.item_id not in live and _went_as_stated(link, stated) for link in links),
        stated=stated | doubles,
        doubles=doubles,
        left=left_members(standing.memory.consents),
        at_rest=frozenset(
            link.product_id for link in links if link.product_id in wanted and link.item_id in items
        ),
        is_till_empty=not (drafted.drafts or drafted.kept or told or drafted.off),
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


def find_far(scene: Scene) -> tuple[Question, ...]:
    """List the changes of a price that nobody makes by hand."""
    return tuple(
        Question(place=place, ask=Ask.PRICE, change=change)
        for place, change in enumerate(scene.changes)
        if isinstance(change, Edit) and _is_far(change)
    )


def find_lost(scene: Scene) -> tuple[Question, ...]:
    """List the items that would be given up."""
    return tuple(
        Question(place=place, ask=Ask.LOSE, change=change)
        for place, change in enumerate(scene.changes)
        if isinstance(change, Lose)
    )


def doubt_off_sale(scene: Scene, off_sale: Sequence[Question]) -> Iterator[Doubt]:
    """Ask when too little would stay on sale, of what was on sale in the last 24 hours.

    An item that is not on sale now counts nothing and may go; not so when the
    till lists nothing at all: then nothing is believed, nor does it count what
    a person agreed to while it listed something.
    """
    asked = _open(scene, off_sale)
    if scene.is_till_empty and off_sale:
        asked = tuple(one for one in off_sale if one.member not in scene.left)
    if scene.is_till_empty and asked:
        told = f"Касса не показывает ни одного товара. Снять с продажи пришлось бы: {len(asked)}."
        yield Doubt(questions=asked, sentence=told)
        return
    on_sale = tuple(one for one in asked if one.item_id in scene.live)
    agreed = sum(one.item_id in scene.live and one.member in scene.stated for one in off_sale)
    # What a person stated is not in the mark; all else that went since is.
    mark = max(scene.high_mark - scene.went, len(scene.live)) - agreed
    left = len(scene.live) - agreed - len(on_sale)
    if on_sale and not is_enough(left, mark):
        told = (
            f"С продажи ушло бы товаров: {len(on_sale)}, осталось бы: {left} "
            f"(за последние сутки было {mark})."
        )
        yield Doubt(questions=on_sale, sentence=told)


def find_namesakes(scene: Scene, waiting: Iterable[Question]) -> tuple[Question, ...]:
    """List new items under the names of those that stay for now: they would stand there twice."""
    stay = {one.item_id for one in waiting}
    names = {fold_name(plain_name(item.title)) for key, item in scene.own.items() if key in stay}
    return tuple(
        Question(place=place, ask=Ask.CREATE, change=change)
        for place, change in enumerate(scene.changes)
        if names
        and isinstance(change, Create)
        and names & {fold_name(change.draft.title), fold_name(change.draft.name)}
    )


def doubt_namesakes(scene: Scene, namesakes: Sequence[Question]) -> Iterator[Doubt]:
    """Ask about new items under the names of those that wait."""
    if asked := _open(scene, namesakes):
        told = f"Новые карточки с названиями товаров, которые ждут решения: {len(asked)}."
        yield Doubt(questions=asked, sentence=told)


def doubt_prices(scene: Scene, far: Sequence[Question]) -> Iterator[Doubt]:
    """Ask when many prices go up or down more than anybody changes them by hand."""
    asked, whole = _open(scene, far), len(scene.own)
    if len(asked) >= PRICES_MIN and _is_more(len(asked), PRICE_PERCENT, whole):
        told = (
            f"Цена изменилась бы больше чем в {PRICE_FACTOR} раза "
            f"у товаров: {len(asked)} из {whole}."
        )
        yield Doubt(questions=asked, sentence=told)


def doubt_losses(scene: Scene, lost: Sequence[Question]) -> Iterator[Doubt]:
    """Ask when many items at once are gone from VK by another's hand, or seem to be."""
    asked = _open(scene, lost)
    is_many = len(asked) >= LOST_MIN and _is_more(len(asked), LOST_PERCENT, scene.linked)
    if asked and (is_many or scene.is_till_empty):
        told = f"В VK пропали карточки товаров: {len(asked)} из {scene.linked}."
        yield Doubt(questions=asked, sentence=told)


def _went_as_stated(link: Link, stated: Collection[Member]) -> bool:
    """Tell whether an item that is not on sale was, until a person's own switch took it off."""
    is_sold_out = link.written.stock == 0
    is_away = any((ask.value, link.product_id) in stated for ask in (Ask.HIDE, Ask.DELETE))
    return (Ask.ZERO.value, link.product_id) in stated or (is_away and not is_sold_out)


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


def _open(scene: Scene, questions: Sequence[Question]) -> tuple[Question, ...]:
    """Leave out what a person agreed to beforehand, or said to leave."""
    known = scene.stated | scene.left
    return tuple(one for one in questions if one.member not in known)


def is_enough(left: int, mark: int) -> bool:
    """Tell whether so many items on sale are enough where there were as many as the mark."""
    return left > 0 if mark < SMALL_SHOP else left * 100 >= mark * LEFT_PERCENT


def _is_more(part: int, percent: int, whole: int) -> bool:
    return part * 100 > whole * percent
