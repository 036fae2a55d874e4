"""`evosync adopt`: a person's word on items in VK that bear the name of a product."""

import shlex
from collections.abc import Sequence

import click

from evosync.cli.frame import BadUsage, run_async
from evosync.cli.installation import find_user, installation
from evosync.cli.words import named, printable
from evosync.db import adoption, connections
from evosync.db.adoption import Answered, Question
from evosync.db.journal import Act
from evosync.db.links import Place
from evosync.db.types import Tx
from evosync.engine.memory import Answer
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
    """Ответить за EMAIL, тот ли это товар.

    В VK уже стоит карточка с таким же названием, как у товара в кассе.
    """
    if everything == bool(product):
        raise BadUsage("Нужно ровно одно из --all, --product.")
    if yes == no:
        raise BadUsage("Нужно ровно одно из --yes, --no.")
    answer = Answer.YES if yes else Answer.NO

    async def work() -> Answered:
        async with installation() as opened:
            owner = await find_user(opened, email)
            act = Act(
                action="adoption.decided",
                actor=COMMAND_LINE.name,
                subject=email,
                subject_id=owner.id,
                at=opened.clock(),
            )

            async def decide(tx: Tx) -> Answered:
                vk = await connections.find_vk(tx, owner.id)
                if vk is None:
                    raise NeedsPerson("Сообщество VK не подключено.", code="connection_broken")
                place = Place(user_id=owner.id, community_id=vk.community_id)
                products = None if product is None else [product]
                return await adoption.answer_questions(tx, place, answer, products, act)

            return await opened.database.write(decide)

    answered = run_async(work)
    if answered.unknown:
        raise BadUsage(f"О товаре {product} вопроса нет.")
    click.echo(_in_words(answered.answered, answered.unclear, answer, email))


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
