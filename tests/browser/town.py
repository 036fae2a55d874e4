"""People of every kind on one service: whoever looks at its pages, and whom they look at."""

import contextlib
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from evosync.accounts.desk import Actor, Desk
from evosync.accounts.passwords import hash_again
from evosync.accounts.signed_links import LinkKind
from evosync.catalog.problem import Problem
from evosync.db import account_changes, accounts, connections, leases, problems, runs, sync
from evosync.db.accounts import NewUser, User, UserStatus
from evosync.db.connection_health import Finding, mark_checked
from evosync.db.connections import EvotorConnection, VkSignIn
from evosync.db.journal import write_act
from evosync.db.links import Place
from evosync.db.roles import RoleName
from evosync.db.runs import RunEnd, RunKind, RunTrigger
from evosync.db.services import Service
from evosync.db.sessions import NewSession, create_session
from evosync.db.types import Tx
from evosync.engine.report import RunStatus
from tests.browser import previews
from tests.browser.goods import furnish_ulyana
from tests.browser.showcase import furnish_showcase
from tests.browser.stand import Stand, open_stand
from tests.browser.states_log import log_requests
from tests.browser.tills import furnish_tamara
from tests.browser.town_runs import add_done, add_going, add_held, add_month, add_paused

PASSWORD = "самовар на углях 7"
# A list of more than one page, and names that fit no column.
CROWD = 60
LONG_NAME = "Александра-Константина Преображенская-Рождественская из Новоалександровска"
LONG_EMAIL = "alexandra.konstantina.preobrazhenskaya-rozhdestvenskaya@novoalexandrovsk.example.com"
LOOKING = ("dasha", "egor", "faina", "lena")
VISITORS = ("olga", "boris", "anna", "clara", "vera", "tamara", "ulyana", *LOOKING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Where people live: a service, the keys of their sessions, and what stands in addresses."""

    stand: Stand
    keys: dict[str, str]
    words: dict[str, str]


@contextlib.asynccontextmanager
async def open_town(folder: Path, template: Path) -> AsyncIterator[Town]:
    """Start a service with people of every kind, open to everybody."""
    async with open_stand(folder, template, REGISTRATION="open") as stand:
        town = await _settle(stand)
        file = Path(stand.desk.settings.database.removeprefix("sqlite:///"))
        with _renewed(file, leases.mirror_lease(int(town.words["ulyana"]))):
            yield town


@contextlib.contextmanager
def _renewed(file: Path, lease: str) -> Iterator[None]:
    """Renew a lease as its holder would: from a thread, for the tests' loops come and go."""
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(leases.RENEW_EVERY.total_seconds()):
            with contextlib.closing(sqlite3.connect(file, timeout=60)) as connection, connection:
                until = f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '{leases.TTL.seconds} seconds')"
                connection.execute(
                    f"UPDATE leases SET expires_at = {until} WHERE name = ?",  # noqa: S608
                    (lease,),
                )

    thread = threading.Thread(target=renew, name=f"renew {lease}")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


async def _settle(stand: Stand) -> Town:
    """Let everybody come to live on an empty service.

    Olga owns the service, Boris administers it, Anna has a shop that works,
    Clara one that does not, Tamara one to choose from. Dasha, Egor, Faina and
    Lena look at what theirs would send. Vera has registered and not confirmed,
    Gleb was invited, Dina is suspended. Eva and Fyodor are there for what
    changes people.
    """
    desk = stand.desk
    hashed = await hash_again(PASSWORD)
    await desk.database.write(_found, desk, hashed)
    async with desk.database.read() as tx:
        everybody = {
            (each.email or "").split("@")[0]: each for each in await accounts.list_users(tx)
        }
    # What is connected below opens nothing, and is not to be found out.
    await stand.first_checks()
    run_ids = await desk.database.write(_furnish, desk, everybody)
    async with desk.database.read() as tx:
        people = {
            name: user
            for name, each in everybody.items()
            if (user := await accounts.find_user(tx, each.id)) is not None
        }
    return Town(
        stand=stand,
        keys={name: f"key-of-{name}" for name in VISITORS},
        words={name: str(user.id) for name, user in people.items() if len(name) < 10}
        | _links(desk, people)
        | {name: str(run_id) for name, run_id in run_ids.items()},
    )


def _links(desk: Desk, people: dict[str, User]) -> dict[str, str]:
    wanted = {
        "confirm": (LinkKind.CONFIRM, "vera"),
        "new_email": (LinkKind.CONFIRM, "clara"),
        "reset": (LinkKind.RESET, "eva"),
        "invite": (LinkKind.INVITE, "gleb"),
    }
    return {
        word: desk.links.make(kind, people[name]).split("token=")[1]
        for word, (kind, name) in wanted.items()
    }


async def _found(tx: Tx, desk: Desk, hashed: str) -> None:
    now = desk.clock()
    active = NewUser(
        email="", status=UserStatus.ACTIVE, password_hash=hashed, email_confirmed_at=now
    )
    pending = NewUser(email="", password_hash=hashed)
    founders = [
        replace(active, email="olga@example.com", name="Ольга", role=RoleName.SYSTEM),
        replace(active, email="boris@example.com", name="Борис Админ", role=RoleName.ADMIN),
        replace(active, email="anna@example.com", name="Анна"),
        replace(active, email="clara@example.com", name="Клара"),
        replace(active, email="tamara@example.com", name="Тамара"),
        replace(active, email="ulyana@example.com", name="Ульяна"),
        replace(pending, email="vera@example.com", name="Вера"),
        NewUser(email="gleb@example.com", name="Глеб", invited_at=now),
        replace(
            active, email="dina@example.com", name="Дина Отключённая", status=UserStatus.SUSPENDED
        ),
        replace(active, email="eva@example.com", name="Ева"),
        replace(active, email="fyodor@example.com", name="Фёдор"),
        replace(active, email=LONG_EMAIL, name=LONG_NAME),
        *(replace(active, email=f"{each}@example.com", name=each.capitalize()) for each in LOOKING),
    ]
    crowd = [
        replace(active, email=f"shop{number}-the-tea@example.com", name=f"Лавка № {number}")
        for number in range(1, CROWD + 1)
    ]
    for new in (*founders, *crowd):
        user_id = await accounts.create_user(tx, new, now)
        assert user_id is not None
        name = (new.email or "").split("@")[0]
        if name in VISITORS:
            session = NewSession(
                key=f"key-of-{name}",
                user_id=user_id,
                address="127.0.0.1",
                user_agent="a test",
                expires_at=now + timedelta(days=1),
            )
            await create_session(tx, session, now)


async def _furnish(tx: Tx, desk: Desk, people: dict[str, User]) -> dict[str, int]:
    anna, clara = people["anna"], people["clara"]
    await _shop(tx, desk, anna, community_id=1, error=None)
    await _shop(
        tx, desk, clara, community_id=2, error="Нет связи с VK: ключ доступа больше не действует."
    )
    run_ids = await _add_runs(tx, desk, anna, clara)
    await _run(tx, desk, anna)
    await log_requests(tx, desk, anna, people[LONG_EMAIL.split("@", maxsplit=1)[0]])
    await furnish_tamara(tx, desk, people["tamara"])
    await furnish_ulyana(tx, desk, people["ulyana"])
    await furnish_showcase(tx, Place(user_id=anna.id, community_id=1), desk.clock())
    await runs.create_run(tx, clara.id, RunKind.READING, RunTrigger.BUTTON, desk.clock())
    for number, name in enumerate(LOOKING, 4):
        await _shop(tx, desk, people[name], community_id=number, error=None)
    await previews.furnish(tx, people, desk.clock())
    now = desk.clock()
    sealed = desk.vault.seal("123456")
    await account_changes.set_phone(tx, anna.id, "+79123456789", now)
    await account_changes.confirm_phone(tx, anna.id, now)
    await account_changes.set_phone(tx, clara.id, "+79123456780", now, sealed_code=sealed)
    await account_changes.set_new_email(tx, clara.id, f"new-{LONG_EMAIL}", now)
    # Written by somebody who has left, so that the pages of those who stay are short.
    left = Actor(name="zoya@example.com", address="203.0.113.7")
    for user in people.values():
        await write_act(tx, desk.act("account.invited", left, user))
    detail = {"role": "admin", "given": ["logs.view", "runs.view"], "taken": ["users.delete"]}
    await write_act(tx, desk.act("role.changed", left, detail=detail))
    return run_ids


async def _add_runs(tx: Tx, desk: Desk, anna: User, clara: User) -> dict[str, int]:
    now = desk.clock()
    await add_month(tx, anna.id, now)
    return {
        "done": await add_done(tx, anna.id, now),
        "paused": await add_paused(tx, clara.id, now, desk.vault),
        "held": await add_held(tx, clara.id, now),
        "going": await add_going(tx, clara.id, now),
    }


async def _shop(tx: Tx, desk: Desk, user: User, *, community_id: int, error: str | None) -> None:
    now, sealed = desk.clock(), desk.vault.seal("a token")
    evotor = EvotorConnection(user_id=user.id, sealed_token=sealed, store_name="Чайная на Лесной")
    vk = VkSignIn(
        user_id=user.id,
        community_id=community_id,
        sealed_token=sealed,
        community_name="Чайная: листовой чай и посуда",
    )
    await connections.save_evotor(tx, evotor, now)
    await connections.save_vk(tx, vk, now)
    await mark_checked(tx, Service.EVOTOR, user.id, Finding(connected_at=now), now)
    code = None if error is None else "connection_broken"
    await mark_checked(
        tx, Service.VK, user.id, Finding(connected_at=now, error=error, code=code), now
    )
    # Enabled for the page, while the timer leaves it alone.
    config = await sync.get_config(tx, user.id)
    quiet = replace(config, enabled=True, mirror=False, refresh_evotor=False, refresh_vk=False)
    await sync.save_config(tx, quiet, now)


async def _run(tx: Tx, desk: Desk, user: User) -> None:
    now = desk.clock()
    run_id = await runs.create_run(tx, user.id, RunKind.MIRROR, RunTrigger.TIMER, now)
    counts = {"created": 3, "updated": 12, "hidden": 0, "failed": 2}
    await runs.finish_run(tx, run_id, RunEnd(status=RunStatus.PARTIAL, counts=counts), now)
    found = [
        *(_problem(f"p{number}", "no_price") for number in range(7)),
        _problem("p7", "vk_rejected", why="слишком мало слов в описании товара"),
        _problem("p8", "not_for_sale"),
        _problem("", "store_not_paid", store="Чайный дом на Советской, у вокзала"),
    ]
    await problems.save_problems(tx, user.id, found, now)


def _problem(product_id: str, code: str, **detail: str) -> Problem:
    return Problem(
        product_id=product_id, store_id="s1", name="Чай чёрный", code=code, detail=detail
    )
