"""`evosync adopt`: a person's word on items in VK that bear the name of a product."""

import click

from evosync.cli.frame import BadUsage, run_async
from evosync.cli.installation import find_user, installation
from evosync.db import adoption, connections, journal
from evosync.db.journal import Act
from evosync.db.links import Place
from evosync.db.types import Tx
from evosync.engine.memory import Answer, Decision
from evosync.errors import NeedsPerson

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

    async def work() -> int:
        async with installation() as opened:
            owner = await find_user(opened, email)
            now = opened.clock()

            async def decide(tx: Tx) -> int:
                vk = await connections.find_vk(tx, owner.id)
                if vk is None:
                    raise NeedsPerson("Сообщество VK не подключено.", code="connection_broken")
                asked = await _asked(tx, owner.id, product)
                place = Place(user_id=owner.id, community_id=vk.community_id)
                decisions = [Decision(product_id=each, answer=answer) for each in asked]
                await adoption.save_decisions(tx, place, decisions, now)
                act = Act(
                    action="adoption.decided",
                    actor="command line",
                    subject=email,
                    subject_id=owner.id,
                    detail={"answer": answer.value, "products": len(asked)},
                    at=now,
                )
                await journal.write_act(tx, act)
                return len(asked)

            return await opened.database.write(decide)

    count = run_async(work)
    if count:
        click.echo(f"Ответ «{WORDS[answer]}», товаров: {count}. Исполнит ближайший запуск.")
    else:
        click.echo("Вопросов нет.")


async def _asked(tx: Tx, user_id: int, product: str | None) -> list[str]:
    asked = await adoption.list_asked(tx, user_id)
    if product is None:
        return asked
    if product not in asked:
        raise BadUsage(f"О товаре {product} вопроса нет.")
    return [product]
