"""Questions of adoption and their answers, as the next run recalls them."""

from evosync.catalog.item import Link
from evosync.catalog.problem import ADOPT_QUESTION, Problem
from evosync.db import adoption, links, problems
from evosync.db.adoption import Question
from evosync.db.engine import Database
from evosync.db.ledger import DbLedger
from evosync.db.links import Place
from evosync.engine.memory import Answer, Decision
from tests.builders import NOON, SHOP
from tests.db.ledgers import COMMUNITY

OTHER_COMMUNITY = COMMUNITY + 1


def question(product_id: str, code: str = ADOPT_QUESTION, items: str = "7") -> Problem:
    return Problem(
        product_id=product_id, store_id=SHOP, name="Чай", code=code, detail={"items": items}
    )


async def test_only_the_questions_that_stand_are_listed(
    database: Database, anna: int, boris: int
) -> None:
    found = [question("b", items="7, 12"), question("a"), question("c", "no_price")]
    await database.write(problems.save_problems, anna, found, NOON)
    async with database.read() as tx:
        assert await adoption.list_asked(tx, anna) == [
            Question(product_id="a", name="Чай", item_ids=(7,)),
            Question(product_id="b", name="Чай", item_ids=(7, 12)),
        ]
        assert await adoption.list_asked(tx, boris) == []


async def test_the_last_answer_in_this_community_is_recalled(
    database: Database, anna: int, ledger: DbLedger
) -> None:
    place = Place(user_id=anna, community_id=COMMUNITY)
    yes = Decision(product_id="a", answer=Answer.YES, item_id=7)
    no = Decision(product_id="b", answer=Answer.NO)
    for decisions in ([yes, no], [Decision(product_id="a", answer=Answer.NO)], [yes], []):
        await database.write(adoption.save_decisions, place, decisions, NOON)
    elsewhere = Place(user_id=anna, community_id=OTHER_COMMUNITY)
    other = Decision(product_id="c", answer=Answer.YES)
    await database.write(adoption.save_decisions, elsewhere, [other], NOON)

    assert (await ledger.memory()).decisions == {"a": yes, "b": no}


async def test_the_items_that_another_user_is_linked_to_are_recalled(
    database: Database, boris: int, ledger: DbLedger
) -> None:
    for community_id, item_id in ((COMMUNITY, 7), (OTHER_COMMUNITY, 8)):
        place = Place(user_id=boris, community_id=community_id)
        link = Link(product_id="assam", item_id=item_id)
        await database.write(links.save_new_links, place, [link], None, NOON)

    assert (await ledger.memory()).foreign_items == {7}
