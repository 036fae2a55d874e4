"""`evosync adopt`: a person's word on items in VK that bear the name of a product."""

import shlex
from collections import Counter
from collections.abc import Sequence

import click

from evosync.cli.frame import BadUsage, run_async
from evosync.cli.installation import find_user, installation
from evosync.cli.words import named, printable
from evosync.db import adoption, connections, journal
from evosync.db.adoption import Question
from evosync.db.journal import Act
from evosync.db.links import Place
from evosync.db.types import Tx
from evosync.engine.memory import Answer, Decision
from evosync.errors import NeedsPerson
from evosync.jobs.one_run import COMMAND_LINE

NAMES_SHOWN = 20

WORDS = {Answer.YES: "да", Answer.NO: "нет"}


@click.command()
@click.argument("email")
@click.option("--all", "everything", is_flag=True, help="Ответить на все вопросы.")
@click.option("--product", metavar="ID", help="Ответить про один товар.")
@click.option("--yes", "yes", is_flag=True, help="Да, это он: карточка в VK станет нашей.")
@click.option("--no", "no", is_flag=True, help="Нет, создать новую карточку.")
def adopt(email: str, *, everything: bool, product: str | None, yes: bool, no: bool) -> None:
    """Ответить пользователю EMAIL: товар в VK с таким же названием и есть товар из кассы?"""
    if everything == bool(product):
        raise BadUsage("Нужно ровно одно из --all, --product.")
    if yes == no:
        raise BadUsage("Нужно ровно одно из --yes, --no.")
    answer = Answer.YES if yes else Answer.NO

    async def work() -> tuple[list[Question], list[Question]]:
        async with installation() as opened:
            owner = await find_user(opened, email)
            now = opened.clock()

            async def decide(tx: Tx) -> tuple[list[Question], list[Question]]:
                vk = await connections.find_vk(tx, owner.id)
                if vk is None:
                    raise NeedsPerson("Сообщество VK не подключено.", code="connection_broken")
                asked = await adoption.list_asked(tx, owner.id)
                answered, unclear = _divide(asked, product, answer)
                if answered:
                    place = Place(user_id=owner.id, community_id=vk.community_id)
                    decisions = [_decision(one, answer) for one in answered]
                    await adoption.save_decisions(tx, place, decisions, now)
                    act = Act(
                        action="adoption.decided",
                        actor=COMMAND_LINE.name,
                        subject=email,
                        subject_id=owner.id,
                        detail={"answer": answer.value, "products": len(answered)},
                        at=now,
                    )
                    await journal.write_act(tx, act)
                return answered, unclear

            return await opened.database.write(decide)

    click.echo(_in_words(*run_async(work), answer, email))


def _divide(
    asked: list[Question], product: str | None, answer: Answer
) -> tuple[list[Question], list[Question]]:
    """Choose what an answer is for; a yes to all is none where it is not clear which item is whose.

    Raises BadUsage when the one product is not asked about.
    """
    if product is not None:
        one = [each for each in asked if each.product_id == product]
        if not one:
            raise BadUsage(f"О товаре {product} вопроса нет.")
        return one, []
    if answer is Answer.NO:
        return asked, []
    suitors = Counter(item_id for one in asked for item_id in one.item_ids)
    unclear = [
        one for one in asked if len(one.item_ids) > 1 or any(suitors[it] > 1 for it in one.item_ids)
    ]
    return [one for one in asked if one not in unclear], unclear


def _decision(question: Question, answer: Answer) -> Decision:
    """Name the item that a yes is to, if there is one: by then another may bear the name."""
    is_one = answer is Answer.YES and len(question.item_ids) == 1
    item_id = question.item_ids[0] if is_one else None
    return Decision(product_id=question.product_id, answer=answer, item_id=item_id)


def _in_words(
    answered: Sequence[Question], unclear: Sequence[Question], answer: Answer, email: str
) -> str:
    lines = []
    if answered:
        said = f"Ответ «{WORDS[answer]}», товаров: {len(answered)}."
        names = named((one.name for one in answered), NAMES_SHOWN)
        lines += [f"{said} Исполнит ближайший запуск.", f"  Товары: {names}."]
    if unclear:
        command, either = f"evosync adopt {shlex.quote(email)} --product", "--yes (или --no)"
        more = len(unclear) - NAMES_SHOWN
        lines += [
            f"Без ответа, потому что не ясно, какая карточка чья: {len(unclear)}.",
            *(
                f"  «{printable(one.name)}»: {command} {shlex.quote(one.product_id)} {either}"
                for one in unclear[:NAMES_SHOWN]
            ),
            *([f"  И ещё {more}."] if more > 0 else []),
        ]
    return "\n".join(lines) or "Вопросов нет."
