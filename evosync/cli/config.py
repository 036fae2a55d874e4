"""`evosync config …`: the settings of a user's mirror and the switches of the catalog."""

import json
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

import click

from evosync.cli.frame import BadUsage, run_async
from evosync.cli.installation import find_user, installation
from evosync.cli.select import select
from evosync.cli.shown_config import describe
from evosync.cli.words import printable
from evosync.db import approvals, journal, sync
from evosync.db.journal import Act
from evosync.db.sync import SyncConfig
from evosync.db.types import Tx
from evosync.engine.multiplier import HIGHEST, LOWEST, PLACES, Fault, read_multiplier
from evosync.engine.rules import AdoptPolicy, GonePolicy, Rounding, StockMode, TwinsPolicy
from evosync.jobs.one_run import COMMAND_LINE
from evosync.jobs.settings import WEIGHTY

CHOICES: dict[str, type[StrEnum]] = {
    "rounding": Rounding,
    "stock_mode": StockMode,
    "gone": GonePolicy,
    "adopt": AdoptPolicy,
    "twins": TwinsPolicy,
}
SWITCHES = (
    *("enabled", "allow_marked", "allow_unknown_type"),
    *("refresh_evotor", "refresh_vk", "mirror", "feed"),
)
YES, NO = {"true", "1", "on", "yes", "да"}, {"false", "0", "off", "no", "нет"}


@click.group()
def config() -> None:
    """Настройки синхронизации и выбор товаров."""


config.add_command(select)


@config.command()
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Один объект JSON.")
@click.option("--secrets", is_flag=True, help="Показать и ключи доступа (записывается в аудит).")
def show(email: str, *, as_json: bool, secrets: bool) -> None:
    """Показать настройки пользователя EMAIL."""

    async def work() -> dict[str, Any]:
        async with installation() as opened:
            owner = await find_user(opened, email)
            shown = await describe(opened, owner, with_secrets=secrets)
            if secrets:
                act = Act(
                    action="config.secrets_shown",
                    actor=COMMAND_LINE.name,
                    subject=email,
                    subject_id=owner.id,
                    at=opened.clock(),
                )
                await opened.database.write(journal.write_act, act)
            return shown

    shown = run_async(work)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for key, value in shown.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        click.echo(printable(f"{key}: {text}"))


@config.command("set")
@click.argument("email")
@click.argument("pairs", nargs=-1, required=True, metavar="КЛЮЧ=ЗНАЧЕНИЕ…")
def set_values(email: str, pairs: tuple[str, ...]) -> None:
    """Изменить настройки пользователя EMAIL.

    Например: price_multiplier=1.1 enabled=true.
    """
    values = dict(_parsed(pair) for pair in pairs)

    async def work() -> None:
        async with installation() as opened:
            owner = await find_user(opened, email)
            now = opened.clock()

            async def change(tx: Tx) -> None:
                before = await sync.get_config(tx, owner.id, will_save=True)
                after: SyncConfig = replace(before, **values)
                if values.get("enabled") and before.confirmed_at is None:
                    # To switch the mirror on here counts as the first yes (design: R15).
                    after = replace(after, confirmed_at=now)
                await sync.save_config(tx, after, now)
                if values.keys() & WEIGHTY:
                    await approvals.end_all_stated(tx, owner.id, now)

            await opened.database.write(change)

    run_async(work)
    click.echo("Сохранено: " + ", ".join(f"{key}={_typed(values[key])}" for key in values) + ".")


def _parsed(pair: str) -> tuple[str, Any]:
    key, sign, text = pair.partition("=")
    if not sign or not key.strip():
        raise BadUsage(f"«{pair}»: нужно КЛЮЧ=ЗНАЧЕНИЕ.")
    if key in SWITCHES:
        return key, _switch(key, text)
    if key in CHOICES:
        try:
            return key, CHOICES[key](text)
        except ValueError:
            raise BadUsage(f"{key}: возможно {', '.join(CHOICES[key])}.") from None
    if key == "price_multiplier":
        return key, _multiplier(text)
    known = ", ".join([*SWITCHES, *CHOICES, "price_multiplier"])
    raise BadUsage(f"{key}: такой настройки нет. Есть: {known}.")


def _switch(key: str, text: str) -> bool:
    folded = text.casefold()
    if folded not in YES | NO:
        raise BadUsage(f"{key}: возможно true или false.")
    return folded in YES


def _multiplier(text: str) -> Decimal:
    match read_multiplier(text):
        case Fault.NO_NUMBER:
            raise BadUsage(f"price_multiplier: «{text}» не число.")
        case Fault.OUT_OF_RANGE:
            raise BadUsage(f"price_multiplier: нужно число от {LOWEST} до {HIGHEST}.")
        case Fault.TOO_EXACT:
            raise BadUsage(f"price_multiplier: не больше {PLACES} знаков после запятой.")
        case value:
            return value


def _typed(value: Any) -> str:
    """Write a value as it is typed."""
    return str(value).lower() if isinstance(value, bool) else str(value)
