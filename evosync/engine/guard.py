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
    Doubt,
    Question,
    Scene,
    doubt_losses,
    doubt_namesakes,
    doubt_off_sale,
    doubt_prices,
    find_far,
    find_lost,
    find_namesakes,
    find_off_sale,
    look,
)
from evosync.engine.draft.shop import Drafted
from evosync.engine.held import SETS_MARK, TAKES_OFF, Ask, Divided, Held, find_verdict, make_held
from evosync.engine.memory import Member, Verdict
from evosync.engine.plan.standing import Standing


def guard(plan: Plan, drafted: Drafted, standing: Standing) -> Divided:
    """Divide a plan into what goes now and what a person has to say yes to first.

    Nothing is added: each field of each change goes, or is held, or left by
    an answer, or put off along with what is. Pure; what goes keeps the order
    of the plan, and the order has no say in what is held.
    """
    scene = look(plan, drafted, standing)
    asked = _find_asked(scene)
    questions = [one for doubt in asked.doubts for one in doubt.questions]
    verdict = find_verdict((one.member for one in questions), standing.memory.consents)
    is_approved = bool(questions) and verdict is Verdict.APPLY
    held = () if is_approved else asked.doubts
    if not asked.left and not held:
        divided = Divided(go=plan.changes)
    else:
        divided = _divide(plan, held, asked.left)
    return replace(
        divided,
        lapsed=asked.lapsed,
        live=scene.live,
        is_approved=is_approved,
        sets_mark=(is_approved and any(one.ask in SETS_MARK for one in questions))
        or _takes_doubles(scene),
    )


def _takes_doubles(scene: Scene) -> bool:
    """Tell whether second items of goods go off sale, which are not to be missed tomorrow."""
    return any(
        one.member in scene.doubles and one.item_id in scene.live for one in find_off_sale(scene)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What of a plan is asked about now, what was left before, and what no longer is."""

    doubts: tuple[Doubt, ...]
    left: tuple[Question, ...]
    lapsed: frozenset[Member]


def _find_asked(scene: Scene) -> _Asked:
    """Ask about what no standing answer leaves: that stays, whether or not it is much."""
    found = (find_off_sale(scene), find_far(scene), find_lost(scene))
    left = [one for kind in found for one in kind if one.member in scene.left]
    # Only an edit can go in part; any other change stays for one of its fields.
    whole = {one.place for one in left if not isinstance(one.change, Update)}
    off_sale, far, lost = (
        tuple(one for one in kind if one.place not in whole or one.member in scene.left)
        for kind in found
    )
    too_many = tuple(doubt_off_sale(scene, off_sale))
    stays = [one for doubt in too_many for one in doubt.questions]
    stays += [one for one in left if one.ask in TAKES_OFF]
    namesakes = find_namesakes(scene, stays)
    left += [one for one in namesakes if one.member in scene.left]
    doubts = (
        *too_many,
        *doubt_namesakes(scene, namesakes),
        *doubt_prices(scene, far),
        *doubt_losses(scene, lost),
    )
    planned = {one.member for kind in found for one in kind}
    lapsed = (one for one in scene.left - planned if one[1] in scene.at_rest)
    return _Asked(doubts=doubts, left=tuple(left), lapsed=frozenset(lapsed))


def _divide(plan: Plan, doubts: Sequence[Doubt], left: Sequence[Question]) -> Divided:
    questions = [one for doubt in doubts for one in doubt.questions]
    parts = _Parts()
    held_asks, left_asks = _by_place(questions), _by_place(left)
    none: frozenset[Ask] = frozenset()
    for place, change in enumerate(plan.changes):
        parts.add(change, held_asks.get(place, none), left_asks.get(place, none))
    parts.put_off_albums(hides=any(one.ask in TAKES_OFF for one in (*questions, *left)))
    return Divided(
        go=tuple(parts.go),
        held=_as_held(questions, [doubt.sentence for doubt in doubts], parts.waiting),
        left=_as_held(left, [_LEFT.format(len(left))], parts.left),
        put_off=tuple(parts.put_off),
    )


_LEFT = "По вашему решению не сделано: {}."


def _as_held(
    questions: Sequence[Question], sentences: Sequence[str], changes: Sequence[Change]
) -> Held | None:
    return make_held((one.member for one in questions), sentences, changes) if questions else None


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
    left: list[Change] = field(default_factory=list)
    put_off: list[Change] = field(default_factory=list)

    def add(self, change: Change, held: Collection[Ask], left: Collection[Ask]) -> None:
        """Let a change go, or wait, or stay, or each of its fields as it must."""
        if not isinstance(change, Update):
            parts = self.left if left else self.waiting if held else self.go
            parts.append(change)
            return
        kept = {_WAITS_FOR[ask] for ask in (*held, *left)}
        for parts, fields in (
            (self.go, change.fields - kept),
            (self.waiting, change.fields & {_WAITS_FOR[ask] for ask in held}),
            (self.left, change.fields & {_WAITS_FOR[ask] for ask in left}),
        ):
            if fields:
                parts.append(replace(change, fields=fields))

    def put_off_albums(self, *, hides: bool) -> None:
        """Put off what makes albums for items that wait, and hides those that they stay in."""
        absent = frozenset(_newcomers((*self.waiting, *self.left)))
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
