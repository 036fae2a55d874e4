"""The gates of one product in words: passed, the one that it stands at, still to come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from evosync import spoken
from evosync.catalog.item import LinkState
from evosync.catalog.money import price_text
from evosync.catalog.problem import REASONS, Problem
from evosync.engine.gates import QUEUED, Gate, Judged, Seen, Stop
from evosync.web.reasons import Group, Reason, reason_of, sentence_of

_PASSED = {
    Gate.SYNC: "Синхронизация включена и подтверждена",
    Gate.ENDS: "Эвотор и VK на связи",
    Gate.CHOSEN: "Магазин, группа и товар выбраны",
    Gate.GOODS: "Товар продаётся, цена и название есть",
    Gate.TYPE: "VK разрешает такой тип товара",
    Gate.CARD: "Карточке в VK ничто не мешает",
    Gate.SENT: "В VK всё верно",
}
_LATER = {
    Gate.SYNC: "Синхронизация",
    Gate.ENDS: "Связь с Эвотором и VK",
    Gate.CHOSEN: "Магазин, группа и товар",
    Gate.GOODS: "Продажа, цена и название",
    Gate.TYPE: "Тип товара",
    Gate.CARD: "Карточка в VK",
    Gate.SENT: "Отправка в VK",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One gate: its mark in the stepper, what it says, and whether it is the one to look at."""

    number: int
    mark: str
    title: str
    text: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What turns moments into words: now, and the person's time zone."""

    now: datetime
    zone: str

    def ago(self, at: datetime) -> str:
        """Say a moment from now."""
        return spoken.ago(at, self.now, self.zone)


def steps_of(seen: Seen, judged: Judged, clock: Clock, checked_at: datetime | None) -> list[Step]:
    """List the gates; `checked_at` is when the connections were looked at."""
    stop = judged.stop
    return [
        _step(gate, seen, judged, clock, checked_at)
        if stop is None or gate < stop.gate
        else _open_step(stop, clock)
        if gate == stop.gate
        else _later_step(gate, judged)
        for gate in Gate
    ]


def sentence_of_stop(stop: Stop) -> str:
    """Say what keeps a product at a gate."""
    if stop.sentence:
        return stop.sentence
    if stop.code in REASONS:
        problem = Problem(
            product_id="", store_id="", name="", code=stop.code, detail=dict(stop.detail)
        )
        return problem.reason
    return sentence_of(stop.code, stop.detail)


def mark_of(reason: Reason, code: str) -> str:
    """Choose the mark of a gate that a product stands at."""
    if code == QUEUED or reason.icon == "clock":
        return "wait"
    if reason.group is Group.WAITS:
        return "broken" if reason.kind == "danger" else "stop"
    return "idle"


def _open_step(stop: Stop, clock: Clock) -> Step:
    text = f"Повторим сами {clock.ago(stop.retry_at)}." if stop.retry_at else ""
    return Step(
        number=stop.gate,
        mark=mark_of(reason_of(stop.code), stop.code),
        title=sentence_of_stop(stop),
        text=text,
        is_open=True,
    )


def _later_step(gate: Gate, judged: Judged) -> Step:
    text = "Ещё не отправляли" if gate is Gate.SENT and judged.link is None else ""
    return Step(number=gate, mark="later", title=_LATER[gate], text=text)


def _step(
    gate: Gate, seen: Seen, judged: Judged, clock: Clock, checked_at: datetime | None
) -> Step:
    text = ""
    match gate:
        case Gate.ENDS if checked_at is not None:
            text = f"Проверили {clock.ago(checked_at)}"
        case Gate.CHOSEN:
            text = ", ".join(_chosen(seen))
        case Gate.GOODS:
            text = ", ".join(_goods(seen, judged))
        case _:
            pass
    title = _PASSED[gate]
    if gate is Gate.CARD and judged.link is not None:
        title = "Карточка в VK на месте"
        if judged.link.state is not LinkState.LIVE:
            title = "Карточка в VK вернётся"
    return Step(number=gate, mark="done", title=title, text=text)


def _chosen(seen: Seen) -> Iterator[str]:
    yield seen.store_names.get(seen.store_id, "Магазин")
    if row := seen.row:
        yield row.home.name if row.home else "Без группы"


def _goods(seen: Seen, judged: Judged) -> Iterator[str]:
    if row := seen.row:
        if row.product.price is not None:
            yield f"{price_text(row.product.price)} в кассе"
        if judged.draft is not None and judged.draft.price != row.product.price:
            yield f"{price_text(judged.draft.price)} в VK"
        if judged.draft is not None and not row.product.allow_to_sell:
            # One of another store speaks for the item.
            name = seen.store_names.get(judged.draft.store_ids[0], "")
            yield f"продаётся в магазине «{name}»"
