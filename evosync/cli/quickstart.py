"""`evosync quickstart`: from nothing to a mirrored shop in one conversation."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import click

from evosync.accounts.addresses import checked_email
from evosync.accounts.desk import COMMAND_LINE
from evosync.accounts.passwords import WeakPassword, hash_password
from evosync.accounts.refusals import Refused
from evosync.accounts.registration import make_account
from evosync.cli.exit_codes import DONE
from evosync.cli.frame import BadUsage, checked_token, run_async
from evosync.cli.installation import desk_of, installation
from evosync.cli.sync import complain, in_words, progress_bar, run_code
from evosync.cli.words import printable, sentence_of
from evosync.db import accounts, connections, selection, sync
from evosync.db.accounts import NewUser, User, UserStatus
from evosync.db.roles import RoleName, lock_keys
from evosync.db.runs import RunKind, RunTrigger
from evosync.db.types import Tx
from evosync.errors import EvoSyncError, NeedsPerson
from evosync.jobs.asked import Order
from evosync.jobs.connections import (
    check_evotor,
    check_vk,
    save_checked_evotor,
    save_checked_vk,
)
from evosync.jobs.one_run import Finished, Watch, carry_out
from evosync.jobs.reading import read_catalog
from evosync.vk.addresses import read_community
from evosync.web.server import stop_signals
from evosync.wiring import Installation

T = TypeVar("T")

EMAIL, PASSWORD = "EVOSYNC_EMAIL", "EVOSYNC_PASSWORD"
EVOTOR_TOKEN, VK_TOKEN, COMMUNITY = "EVOSYNC_EVOTOR_TOKEN", "EVOSYNC_VK_TOKEN", "EVOSYNC_COMMUNITY"

TRIES = 3
"""How often a person at a terminal may mistype one thing."""


@click.command()
@click.option("--yes", "is_sure", is_flag=True, help="Не спрашивать перед первой отправкой.")
def quickstart(*, is_sure: bool) -> int:
    """Подключить магазин за один разговор.

    Спросит почту, пароль, оба ключа и сообщество, покажет план и после вашего «да» отправит.

    Ответы можно дать и переменными окружения EVOSYNC_EMAIL, EVOSYNC_PASSWORD,
    EVOSYNC_EVOTOR_TOKEN, EVOSYNC_VK_TOKEN и EVOSYNC_COMMUNITY.
    """
    return run_async(lambda: _talk(is_sure=is_sure))


async def _talk(*, is_sure: bool) -> int:
    async with installation() as opened:
        owner = await _account(opened)
        await _connect_evotor(opened, owner)
        await _connect_vk(opened, owner)
        await _select(opened, owner)
        planned = await _run(opened, owner, RunKind.PREVIEW)
        if planned.report.error is not None:
            complain(planned)
            return run_code(planned)
        click.echo(in_words(planned.report, owner.email or ""))
        if not is_sure and not _confirmed():
            later = f"evosync config set {owner.email} enabled=true"
            click.echo(f"В VK ничего не отправлено. Начать позже: {later}")
            return DONE
        await opened.database.write(_switch_on, opened, owner.id)
        finished = await _run(opened, owner, RunKind.MIRROR)
        if finished.report.error is None:
            click.echo(in_words(finished.report, owner.email or ""))
            click.echo("Дальше за товарами следит сервис: evosync serve")
        complain(finished)
        return run_code(finished)


async def _account(opened: Installation) -> User:
    """Find the account of the e-mail, or make it; the first one is of the system."""

    async def ask(text: str) -> User:
        email = checked_email(text)
        async with opened.database.read() as tx:
            found = await accounts.find_user_by_email(tx, email)
        if found is None:
            return await _made(opened, email)
        if found.status is not UserStatus.ACTIVE:
            raise BadUsage(f"Учётная запись {email} не действует.")
        click.echo(f"Учётная запись {email} уже есть.")
        return found

    return await _asked("Почта", EMAIL, ask)


async def _made(opened: Installation, email: str) -> User:
    async def ask(password: str) -> User:
        hashed = await hash_password(password, about=(email,))
        user = await opened.database.write(_make, opened, email, hashed)
        if user is None:
            raise BadUsage(f"Учётная запись {email} уже есть.")
        click.echo(f"Учётная запись {email} создана: с этим паролем входят на страницы EvoSync.")
        return user

    return await _asked("Придумайте пароль", PASSWORD, ask, is_secret=True, is_repeated=True)


async def _make(tx: Tx, opened: Installation, email: str, hashed: str) -> User | None:
    await lock_keys(tx)
    role = RoleName.USER if await accounts.has_any_user(tx) else RoleName.SYSTEM
    now = opened.clock()
    new = NewUser(
        email=email,
        role=role,
        status=UserStatus.ACTIVE,
        password_hash=hashed,
        email_confirmed_at=now,
    )
    desk = desk_of(opened)
    return await make_account(
        tx,
        new,
        now,
        lambda user: desk.act("account.created", COMMAND_LINE, user, {"role": role.value}),
    )


async def _connect_evotor(opened: Installation, owner: User) -> None:
    async with opened.database.read() as tx:
        standing = await connections.find_evotor(tx, owner.id)

    async def ask(text: str) -> str:
        if not text and standing is not None:
            return standing.store_name or "магазинов пока нет"
        connection = await check_evotor(opened, owner.id, checked_token("Ключ Эвотора", text))
        await opened.database.write(save_checked_evotor, connection, opened.clock())
        return connection.store_name or "магазинов пока нет"

    question = "Ключ доступа Эвотор"
    name = await _asked(
        question, EVOTOR_TOKEN, ask, is_secret=True, may_be_empty=standing is not None
    )
    click.echo(printable(f"Эвотор подключён: {name}."))


async def _connect_vk(opened: Installation, owner: User) -> None:
    async with opened.database.read() as tx:
        standing = await connections.find_vk(tx, owner.id)

    async def ask_community(text: str) -> int | str | None:
        if not text and standing is not None:
            return None
        address = read_community(text)
        if address is None:
            raise BadUsage("Нужен адрес или номер сообщества, например vk.com/club1.")
        return address

    can_stay = standing is not None
    address = await _asked(
        "Адрес или номер сообщества VK", COMMUNITY, ask_community, may_be_empty=can_stay
    )

    async def ask_token(text: str) -> str:
        if not text and standing is not None and address is None:
            return standing.community_name or str(standing.community_id)
        wanted = standing.community_id if address is None and standing else address or 0
        sign_in = await check_vk(opened, owner.id, wanted, checked_token("Ключ VK", text))
        await opened.database.write(save_checked_vk, sign_in, opened.clock())
        return sign_in.community_name or str(sign_in.community_id)

    name = await _asked(
        "Ключ доступа VK",
        VK_TOKEN,
        ask_token,
        is_secret=True,
        may_be_empty=can_stay and address is None,
    )
    click.echo(printable(f"VK подключён: «{name}»."))


async def _select(opened: Installation, owner: User) -> None:
    """Switch everything on, unless something was chosen before."""
    await read_catalog(opened, owner.id)
    async with opened.database.read() as tx:
        chosen = await selection.get_selection(tx, owner.id)
    if not chosen.stores:
        await opened.database.write(selection.switch_all, owner.id, is_on=True, now=opened.clock())


async def _switch_on(tx: Tx, opened: Installation, user_id: int) -> None:
    config = await sync.get_config(tx, user_id, will_save=True)
    now = opened.clock()
    confirmed_at = config.confirmed_at or now
    await sync.save_config(tx, replace(config, enabled=True, confirmed_at=confirmed_at), now)


async def _run(opened: Installation, owner: User, kind: RunKind) -> Finished:
    stopping = asyncio.Event()
    order = Order(user_id=owner.id, kind=kind, trigger=RunTrigger.COMMAND)
    with stop_signals(stopping), progress_bar(shown=sys.stderr.isatty()) as tell:
        return await carry_out(opened, order, Watch(stopping=stopping, progress=tell))


def _confirmed() -> bool:
    if not _is_terminal():
        raise BadUsage("Спросить не у кого: добавьте --yes, чтобы начать без вопроса.")
    answer = click.prompt("Начать? [да/нет]", default="нет", show_default=False, err=True)
    return str(answer).strip().lower() in {"да", "д", "yes", "y"}


async def _asked(
    question: str,
    name: str,
    answer: Callable[[str], Awaitable[T]],
    *,
    is_secret: bool = False,
    is_repeated: bool = False,
    may_be_empty: bool = False,
) -> T:
    """Ask until the answer is taken; what the environment says is asked once.

    Raises BadUsage when there is nobody to ask, and what `answer` raises.
    """
    given = os.environ.get(name, "").strip()
    if given or not _is_terminal():
        if not given and not may_be_empty:
            raise BadUsage(f"{question}: задайте {name} или запустите команду в терминале.")
        return await answer(given)
    for left in range(TRIES - 1, -1, -1):
        hint = " (Enter — оставить прежнее)" if may_be_empty else ""
        typed = click.prompt(
            f"{question}{hint}",
            hide_input=is_secret,
            confirmation_prompt="Ещё раз" if is_repeated else False,
            default="" if may_be_empty else None,
            show_default=False,
            err=True,
        )
        try:
            return await answer(str(typed).strip())
        except (BadUsage, NeedsPerson, Refused, WeakPassword) as error:
            if not left:
                raise
            _say(error)
    raise AssertionError("unreachable")


def _say(error: EvoSyncError) -> None:
    click.echo(printable(sentence_of(error)), err=True)


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
