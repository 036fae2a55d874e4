"""What a person said to leave in VK as it stands: it stays, it can still be done, and it ends."""

from evosync.db.runs import RunKind
from evosync.engine.memory import Verdict
from evosync.engine.report import RunStatus
from tests.flow.hours import later, mirror_by_timer
from tests.flow.stand import Shop
from tests.flow.test_guard import answer, done, held, lose, shop, teas

__all__ = ["shop"]  # the fixture


def dear(shop: Shop) -> list[int]:
    return [item.price for item in shop.visible() if item.price == 10_000_00]


async def test_prices_that_were_left_stay_while_some_are_mended(shop: Shop) -> None:
    for product in teas(shop):
        shop.world.set_price(product.id, 10_000)
    await answer(shop, (await held(shop)).digest, Verdict.LEAVE)
    for product in teas(shop)[:12]:
        shop.world.set_price(product.id, 120)

    report = await shop.mirror()

    assert report.counts()["updated"] == 12
    assert [one.code for one in report.problems] == ["left"] * 6
    assert not dear(shop)
    # Mended, they are prices like any other: a few far ones are no question.
    for product in teas(shop):
        shop.world.set_price(product.id, 120)
    await done(shop)
    shop.world.set_price(teas(shop)[0].id, 10_000)
    await done(shop)
    assert len(dear(shop)) == 1


async def test_what_was_left_is_done_when_a_person_says_so_at_last(shop: Shop) -> None:
    lose(shop, teas(shop)[:12])
    await answer(shop, (await held(shop)).digest, Verdict.LEAVE)
    after = later(shop, hours=30)
    assert (await mirror_by_timer(after)).status is RunStatus.DONE

    dry = (await after.carry_out(RunKind.PREVIEW)).report

    assert dry.left_by_answer is not None
    finished = await after.carry_out(approve=dry.left_by_answer.digest)
    assert (finished.is_stale, finished.report.counts()["hidden"]) == (False, 12)
    # What that left is what the shop is held to.
    lose(shop, teas(shop)[:1])
    report = await after.mirror()
    assert (report.held, report.counts()["hidden"]) == (None, 1)
