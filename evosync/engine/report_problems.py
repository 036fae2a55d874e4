"""Why products are not as asked after a run: what became of their changes, as problems."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from evosync.catalog.item import Draft, Link
from evosync.catalog.problem import Problem
from evosync.engine.applied import Applied, Stop
from evosync.engine.caps import ALBUM, ALBUMS
from evosync.engine.changes import (
    NOT_SENT,
    AddAlbum,
    Change,
    Create,
    Delete,
    Done,
    Failed,
    Hide,
    Lose,
    Plan,
    PutInAlbum,
    Relink,
    Restore,
    TakeFromAlbum,
    Uncertain,
    Update,
    Zero,
    is_erasure,
    is_unfound,
)
from evosync.engine.held import Ask, Divided
from evosync.engine.likeness import OTHERWISE, SHOWN_NAMES
from evosync.engine.memory import Member
from evosync.engine.refusals import problem_code

_WAITING: Mapping[str, str] = {
    Ask.HIDE: "скрыть карточку в VK",
    Ask.ZERO: "поставить остаток 0",
    Ask.DELETE: "удалить карточку из VK",
    Ask.PRICE: "изменить цену больше чем в три раза",
    Ask.CREATE: "создать карточку с названием той, что снимается с продажи",
    Ask.LOSE: "считать карточку удалённой из VK",
}
"""What is asked about a product, by the kind of the member."""

_LOOKED_FOR = {"what": "на месте ли товар"}

# Beyond these a product is published without the album.
ALBUM_CAPS: Mapping[int, str] = {ALBUM: "vk_limit_album", ALBUMS: "vk_limit_albums"}


def find_problems(plan: Plan, applied: Applied, drafts: Mapping[str, Draft]) -> Iterator[Problem]:
    """Say of each change that was not carried out why, and what VK showed of those that were.

    Two for one item may say the same.
    """
    for outcome in applied.outcomes:
        match outcome:
            case Failed(code=code) if code != NOT_SENT:
                yield from _refusals(outcome, plan, drafts)
            case Uncertain():
                yield from _doubts(outcome.change)
            case _:
                pass
    yield from _losses(plan, applied, drafts)
    yield from _first_items(applied, drafts)
    for product_id, words in applied.moderated.items():
        if words is not None and product_id in drafts:
            yield _about(drafts[product_id], "vk_rejected", {"why": words})


def _losses(plan: Plan, applied: Applied, drafts: Mapping[str, Draft]) -> Iterator[Problem]:
    """Ask whether to bring a lost item back; until it is marked lost, it is only looked for."""
    done = (one.change for one in applied.outcomes if isinstance(one, Done))
    marked = {change.link.item_id for change in done if isinstance(change, Lose)}
    for change in plan.changes:
        if isinstance(change, Lose):
            draft = drafts[change.link.product_id]
            if change.link.item_id in marked:
                yield _about(draft, "gone_in_vk", {})
            else:
                yield _about(draft, "checking", _LOOKED_FOR)


def still_true(problems: Iterable[Problem], applied: Applied) -> Iterator[Problem]:
    """Leave out of a plan's problems what moderation was asked about again after the work."""
    for problem in problems:
        if problem.code != "vk_rejected" or problem.product_id not in applied.moderated:
            yield problem


def _first_items(applied: Applied, drafts: Mapping[str, Draft]) -> Iterator[Problem]:
    """Say what kept the first push from going on."""
    for one in applied.mismatches:
        field = SHOWN_NAMES[one.field]
        code, detail = "canary_differs", {"field": field, "sent": one.sent, "there": one.there}
        if applied.stopped == Stop.LEFT:
            code, detail = "left", {"what": words_of_rest(one.field)}
        yield Problem(
            product_id=one.product_id,
            store_id=one.store_id,
            name=one.title,
            code=code,
            detail=detail,
        )
    for product_id in applied.unseen:
        if product_id in drafts:
            yield _about(drafts[product_id], "checking", {"what": "появился ли товар"})


def find_waiting(divided: Divided) -> Iterator[Problem]:
    """Say of each product with a change that waits for an answer, or was left by one, which."""
    for held, code in ((divided.held, "held"), (divided.left, "left")):
        if held is None:
            continue
        about = {one.product_id: one for one in map(_waiting, held.changes)}
        for product_id, members in groupby(sorted(held.members, key=_product), _product):
            what = waiting_words(kind for kind, _ in members)
            yield replace(about[product_id], code=code, detail={"what": what})


def waiting_words(kinds: Iterable[str]) -> str:
    """Say what is asked about a product, by the kinds of its members in their order."""
    return ", ".join(_WAITING[kind] for kind in kinds)


def words_of_rest(field: str) -> str:
    """Say what is not sent because VK shows this field of the first items otherwise."""
    return f"отправка остальных товаров (в VK у первых {OTHERWISE[field]})"


def _product(member: Member) -> str:
    return member[1]


def _waiting(change: Change) -> Problem:
    """Name the product of a change that waits."""
    match change:
        case Create(draft=draft) | Update(draft=draft) | Relink(draft=draft) | Restore(draft=draft):
            return _about(draft, "held", {})
        case Hide(link=link, item=item) | Zero(link=link, item=item) | Delete(link=link, item=item):
            return _about_gone(link, item.title, "held", {})
        case Lose(link=link):
            return _about_gone(link, link.written.title or "", "held", {})
        case _:  # pragma: no cover - albums are never asked about
            raise TypeError(type(change).__name__)


def _doubts(change: Change) -> Iterator[Problem]:
    """Say of a product that VK did not answer; albums are read anew and planned anew."""
    match change:
        case Create(draft=draft):
            yield _about(draft, "checking", {"what": "появился ли товар"})
        case Update(draft=draft) | Relink(draft=draft) | Restore(draft=draft):
            yield _about(draft, "checking", {"what": "изменился ли товар"})
        case Hide(link=link, item=item) | Zero(link=link, item=item) | Delete(link=link, item=item):
            yield _about_gone(link, item.title, "checking", {"what": "снят ли товар с продажи"})
        case _:
            pass


def _refusals(failed: Failed, plan: Plan, drafts: Mapping[str, Draft]) -> Iterator[Problem]:
    """Say of every product that a refused change was for why it is not as asked."""
    detail = {"why": failed.message, "code": str(failed.code)}
    code = problem_code(failed.code)
    if is_erasure(failed):
        code = "restore_too_late"
    elif is_unfound(failed):
        code, detail = "checking", _LOOKED_FOR
    match failed.change:
        case Create() | Update() | Relink() | Restore():
            yield _about(failed.change.draft, code, detail)
        case Hide(link=link, item=item) | Zero(link=link, item=item) | Delete(link=link, item=item):
            yield _about_gone(link, item.title, code, detail)
        case change:
            code = ALBUM_CAPS.get(failed.code, "album_refused")
            for product_id in _members(change, plan):
                yield _about(drafts[product_id], code, detail)


def _members(change: Change, plan: Plan) -> Iterable[str]:
    """List the products whose albums a change was for; a rename or a hiding is for none."""
    match change:
        case PutInAlbum(product_ids=product_ids):
            return product_ids
        case TakeFromAlbum(link=link):
            return (link.product_id,)
        case AddAlbum(key=key):
            puts = (one for one in plan.changes if isinstance(one, PutInAlbum) and one.key == key)
            return (product_id for put in puts for product_id in put.product_ids)
        case _:
            return ()


def _about(draft: Draft, code: str, detail: Mapping[str, str]) -> Problem:
    return Problem(
        product_id=draft.product_id,
        store_id=draft.store_ids[0],
        name=draft.name,
        code=code,
        detail=detail,
    )


def _about_gone(link: Link, title: str, code: str, detail: Mapping[str, str]) -> Problem:
    """Name a product that has no draft as VK names its item."""
    return Problem(
        product_id=link.product_id,
        store_id=next(iter(link.store_ids), ""),
        name=title,
        code=code,
        detail=detail,
    )
