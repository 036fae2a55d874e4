"""What of a plan must be asked first: the guard lets the rest go, and holds that back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from evosync.engine.changes import (
    AddAlbum,
    Change,
    Create,
    EditAlbum,
    Field,
    Plan,
    PutInAlbum,
    Relink,
    Restore,
    Update,
)
from evosync.engine.doubts import (
    Question,
    doubt_losses,
    doubt_namesakes,
    doubt_off_sale,
    doubt_prices,
    find_off_sale,
    look,
)
from evosync.engine.draft.shop import Drafted
from evosync.engine.held import Ask, Divided, find_verdict, make_held
from evosync.engine.memory import Verdict
from evosync.engine.plan.standing import Standing


def guard(plan: Plan, drafted: Drafted, standing: Standing) -> Divided:
    """Divide a plan into what goes now and what a person has to say yes to first.

    Nothing is added: each field of each change goes, or is held, or left by
    an answer, or put off along with what is. Pure; what goes keeps the order
    of the plan, and the order has no say in what is held.
    """
    scene = look(plan, drafted, standing)
    off_sale = find_off_sale(scene)
    too_many = tuple(doubt_off_sale(scene, off_sale))
    doubts = (
        *too_many,
        *(one for doubt in too_many for one in doubt_namesakes(scene, doubt)),
        *doubt_prices(scene),
        *doubt_losses(scene),
    )
    questions = [one for doubt in doubts for one in doubt.questions]
    verdict = find_verdict((one.member for one in questions), standing.memory.consents)
    is_stated = any(one.member in scene.stated and one.item_id in scene.live for one in off_sale)
    if not questions or verdict is Verdict.APPLY:
        return Divided(
            go=plan.changes,
            live=scene.live,
            is_approved=bool(questions),
            sets_mark=is_stated or bool(too_many),
        )
    parts = _Parts()
    asks = _by_place(questions)
    for place, change in enumerate(plan.changes):
        parts.add(change, asks.get(place, frozenset()))
    parts.put_off_albums(hides=bool(too_many))
    held = make_held(
        (one.member for one in questions), [doubt.sentence for doubt in doubts], parts.waiting
    )
    is_left = verdict is Verdict.LEAVE
    return Divided(
        go=tuple(parts.go),
        held=None if is_left else held,
        left=held if is_left else None,
        put_off=tuple(parts.put_off),
        live=scene.live,
        sets_mark=is_stated,
    )


def _by_place(questions: Iterable[Question]) -> Mapping[int, frozenset[Ask]]:
    """Gather what each change, by its place in the plan, is asked about."""
    asks: dict[int, frozenset[Ask]] = defaultdict(frozenset)
    for one in questions:
        asks[one.place] |= {one.ask}
    return asks


_WAITS_FOR = {Ask.PRICE: Field.PRICE, Ask.ZERO: Field.STOCK}
"""Which field of an edit an ask keeps; the others are no reason to wait."""


@dataclass(slots=True, kw_only=True)
class _Parts:
    """A plan's changes as they are divided, in its order."""

    go: list[Change] = field(default_factory=list)
    waiting: list[Change] = field(default_factory=list)
    put_off: list[Change] = field(default_factory=list)

    def add(self, change: Change, asks: Collection[Ask]) -> None:
        """Let a change go, or wait, or each of its fields as it must."""
        if not asks:
            self.go.append(change)
            return
        if isinstance(change, Update):
            kept = frozenset(_WAITS_FOR[ask] for ask in asks)
            if change.fields - kept:
                self.go.append(replace(change, fields=change.fields - kept))
            change = replace(change, fields=change.fields & kept)
        self.waiting.append(change)

    def put_off_albums(self, *, hides: bool) -> None:
        """Put off what makes albums for items that wait, and hides those that they stay in."""
        absent = frozenset(_newcomers(self.waiting))
        changes, self.go = self.go, []
        for change in changes:
            if isinstance(change, PutInAlbum):
                self._add_put(change, absent)
            elif hides and isinstance(change, EditAlbum) and change.is_hidden:
                self.put_off.append(change)
            else:
                self.go.append(change)
        filled = {one.key for one in self.go if isinstance(one, PutInAlbum)}
        empty = {one.key for one in self.put_off if isinstance(one, PutInAlbum)} - filled
        made = [one for one in self.go if isinstance(one, AddAlbum) and one.key in empty]
        self.put_off += made
        self.go = [one for one in self.go if one not in made]

    def _add_put(self, change: PutInAlbum, absent: frozenset[str]) -> None:
        """Put only those items in an album that stand, or will."""
        ids: Mapping[bool, Sequence[str]] = {
            waits: [one for one in change.product_ids if (one in absent) is waits]
            for waits in (False, True)
        }
        for waits, parts in ((False, self.go), (True, self.put_off)):
            if ids[waits]:
                parts.append(replace(change, product_ids=tuple(ids[waits])))


def _newcomers(waiting: Iterable[Change]) -> Iterable[str]:
    """List the products that have no item to put anywhere until what waits is done."""
    for change in waiting:
        match change:
            case Create(draft=draft) | Relink(draft=draft) | Restore(draft=draft, item=None):
                yield draft.product_id
            case _:
                pass
