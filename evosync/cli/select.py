"""`evosync config select`: switch stores, groups and products on or off."""

import click

from evosync.cli.frame import BadUsage, run_async
from evosync.cli.installation import find_user, installation
from evosync.db import approvals, catalog, selection
from evosync.engine.rules import NO_GROUP
from evosync.jobs.reading import read_catalog
from evosync.wiring import Installation


@click.command()
@click.argument("email")
@click.option("--all", "everything", is_flag=True, help="Все магазины и группы.")
@click.option("--store", metavar="ID", help="Магазин со всеми его группами.")
@click.option("--group", metavar="ID[@МАГАЗИН]", help="Группа; none означает «Без группы».")
@click.option("--product", metavar="ID", help="Товар, во всех магазинах.")
@click.option("--off", is_flag=True, help="Выключить, а не включить.")
def select(
    email: str,
    *,
    everything: bool,
    store: str | None,
    group: str | None,
    product: str | None,
    off: bool,
) -> None:
    """Выбрать, что публикует пользователь EMAIL.

    Если каталог ещё не читали, команда его прочитает.
    """
    if sum(map(bool, (everything, store, group, product))) != 1:
        raise BadUsage("Нужно ровно одно из --all, --store, --group, --product.")

    async def work() -> None:
        async with installation() as opened:
            owner = await find_user(opened, email)
            async with opened.database.read() as tx:
                is_empty = not await catalog.list_stores(tx, owner.id)
            if is_empty:
                await read_catalog(opened, owner.id)
            switch = _Switch(opened, owner.id, is_on=not off)
            if everything:
                await switch.all()
            elif store:
                await switch.store(store)
            elif group:
                await switch.group(group)
            elif product:
                await switch.product(product)
            await switch.forget()

    run_async(work)
    click.echo("Выключено." if off else "Включено.")


class _Switch:
    """Turns one user's switches; raises BadUsage for what the catalog does not hold."""

    def __init__(self, opened: Installation, user_id: int, *, is_on: bool) -> None:
        self._opened = opened
        self._user_id = user_id
        self._is_on = is_on

    async def all(self) -> None:
        await self._opened.database.write(
            selection.switch_all, self._user_id, is_on=self._is_on, now=self._opened.clock()
        )

    async def store(self, store_id: str) -> None:
        if store_id not in await self._store_ids():
            raise BadUsage(f"Магазина {store_id} в каталоге нет.")
        await self._opened.database.write(
            selection.switch_whole_store,
            self._user_id,
            store_id,
            is_on=self._is_on,
            now=self._opened.clock(),
        )

    async def group(self, text: str) -> None:
        group_id, _, store_id = text.partition("@")
        async with self._opened.database.read() as tx:
            groups = await catalog.list_groups(tx, self._user_id)
        places = {(group.store_id, group.id) for group in groups if not group.attributes}
        places |= {(each, NO_GROUP) for each in await self._store_ids()}
        found = sorted(
            place for place in places if place[1] == group_id and store_id in {"", place[0]}
        )
        if not found:
            raise BadUsage(f"Группы {text} в каталоге нет.")
        for place in found:
            await self._opened.database.write(
                selection.switch_group,
                self._user_id,
                *place,
                is_on=self._is_on,
                now=self._opened.clock(),
            )

    async def product(self, product_id: str) -> None:
        async with self._opened.database.read() as tx:
            found = await catalog.find_stores_of(tx, self._user_id, product_id)
        if not found:
            raise BadUsage(f"Товара {product_id} в каталоге нет.")
        for store_id in found:
            await self._opened.database.write(
                selection.switch_product,
                self._user_id,
                store_id,
                product_id,
                is_on=self._is_on,
                now=self._opened.clock(),
            )

    async def forget(self) -> None:
        """End what was agreed to when these were switched off on a page."""
        if self._is_on:
            now = self._opened.clock()
            await self._opened.database.write(approvals.end_all_stated, self._user_id, now)

    async def _store_ids(self) -> list[str]:
        async with self._opened.database.read() as tx:
            return [each.store.id for each in await catalog.list_stores(tx, self._user_id)]
