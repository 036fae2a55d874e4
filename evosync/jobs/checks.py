"""The checks of connections: a round of all of them, and one person's at once."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import structlog

from evosync.db.alerts import AlertKind, close_alert, list_open, open_alert
from evosync.db.connection_health import Finding, list_connected, mark_checked
from evosync.db.services import Service
from evosync.db.types import Tx
from evosync.errors import EvoSyncError
from evosync.jobs.candidates import try_candidates
from evosync.jobs.looking import INTERNAL, UNREACHABLE, find
from evosync.wiring import Installation

log = structlog.get_logger(__name__)

AT_ONCE = 8
"""Users whose connections to one service are looked at side by side."""

SILENCES = 2 * AT_ONCE
"""After so many in a row without an answer the service is silent to the others, too."""

_PASSING = frozenset({UNREACHABLE, INTERNAL})
# A run that a captcha stopped may have told of it before the check did.
_CAPTCHA = "vk_captcha"
_UNTOLD = _PASSING | {_CAPTCHA}


class Checks:
    """Looks at connections and writes down what it finds; one user's trouble reaches no other."""

    def __init__(self, opened: Installation) -> None:
        self._opened = opened

    async def round(self) -> None:
        """Look at every connection of every active user."""
        begun_at = self._opened.clock()
        async with self._opened.database.read() as tx:
            user_ids = await list_connected(tx)
        # Each end by itself: one that hangs must not keep the other from being looked at.
        counts = await asyncio.gather(*(self._round_of(each, user_ids) for each in Service))
        found = sum(counts, Counter[bool]())
        log.info(
            "connections checked",
            checked=found.total(),
            green=found[True],
            red=found[False],
            seconds=round((self._opened.clock() - begun_at).total_seconds(), 1),
        )

    async def _round_of(self, service: Service, user_ids: Sequence[int]) -> Counter[bool]:
        """Look at one end of everybody, until the service proves to be silent to all."""
        found: Counter[bool] = Counter()
        slots = asyncio.Semaphore(AT_ONCE)
        silent = 0

        async def one(user_id: int) -> None:
            nonlocal silent
            async with slots:
                if silent >= SILENCES:
                    return
                finding = await self.check(service, user_id)
            if finding is None:
                return
            found[finding.error is None] += 1
            silent = silent + 1 if finding.code == UNREACHABLE else 0

        await asyncio.gather(*map(one, user_ids))
        if silent >= SILENCES:
            log.warning("checks broken off", service=service.value, silent=silent)
        return found

    async def check_user(self, user_id: int, *, with_rights: bool = False) -> list[Finding]:
        """Look at both ends of a user, at those that are connected."""
        found = [await self.check(each, user_id, with_rights=with_rights) for each in Service]
        return [finding for finding in found if finding is not None]

    async def check(
        self, service: Service, user_id: int, *, with_rights: bool = False
    ) -> Finding | None:
        """Look at one end of a user; None when it is not connected, or was looked at anew.

        Whatever goes wrong is found, and not raised.
        """
        try:
            with structlog.contextvars.bound_contextvars(user_id=user_id):
                return await self._checked(service, user_id, with_rights=with_rights)
        except EvoSyncError as error:
            # The database's, or a token that nobody can open: the next round looks again.
            log.warning("check not made", service=service.value, user_id=user_id, code=error.code)
        except Exception:
            log.exception("check broke", service=service.value, user_id=user_id)
        return None

    async def _checked(
        self, service: Service, user_id: int, *, with_rights: bool
    ) -> Finding | None:
        if service is Service.EVOTOR:
            await try_candidates(self._opened, user_id)
            keeper = self._opened.evotor_keeper(user_id)
        else:
            keeper = self._opened.vk_keeper(user_id)
        finding = await find(self._opened, service, user_id, keeper, with_rights=with_rights)
        return None if finding is None else await self._write_down(service, user_id, finding)

    async def _write_down(self, service: Service, user_id: int, finding: Finding) -> Finding | None:
        now = self._opened.clock()

        async def mark(tx: Tx) -> bool | None:
            before = await mark_checked(tx, service, user_id, finding, now)
            if before is None:
                return None
            if finding.error is None:
                await close_alert(tx, user_id, AlertKind.CONNECTION, service.value, now)
            elif before.is_online or before.code in _UNTOLD:
                # What never worked needs no letter: its person is looking at the page.
                await self._alert(tx, service, user_id, finding)
            return before.is_online

        was_online = await self._opened.database.write(mark)
        if was_online is None:
            return None
        if was_online != (finding.error is None):
            log.info(
                "connection changed",
                service=service.value,
                user_id=user_id,
                is_online=finding.error is None,
                code=finding.code,
            )
        return finding

    async def _alert(self, tx: Tx, service: Service, user_id: int, finding: Finding) -> None:
        if finding.is_passing:
            return
        if finding.code == _CAPTCHA and AlertKind.PAUSED in await list_open(tx, user_id):
            return
        detail, now = {"sentence": finding.error}, self._opened.clock()
        await open_alert(tx, user_id, AlertKind.CONNECTION, service.value, detail, now)
