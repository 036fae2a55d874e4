"""The slow checks behind the page: made in a task of their own, one examination at a time."""

import asyncio
from datetime import datetime

from evosync.doctor.checklist import SLOW, Check, make
from evosync.doctor.patient import Patient
from evosync.doctor.verdict import Verdict


class Examination:
    """What the last examination found, and how far the one that goes on is."""

    def __init__(self, checks: tuple[Check, ...] = SLOW) -> None:
        self._checks = checks
        self._found: dict[str, list[Verdict]] = {}
        self._task: asyncio.Task[None] | None = None
        self.done = 0
        self.ended_at: datetime | None = None

    @property
    def total(self) -> int:
        """How many checks there are."""
        return len(self._checks)

    @property
    def is_going_on(self) -> bool:
        """Whether somebody asked and not all has been answered."""
        return self._task is not None and not self._task.done()

    def verdicts_of(self, check: Check) -> list[Verdict] | None:
        """Return what a check last found; None when it was never made."""
        return self._found.get(check.name)

    def begin(self, patient: Patient) -> None:
        """Begin, unless one goes on; must be closed before the loop ends."""
        if not self.is_going_on:
            self.done = 0
            self._task = asyncio.create_task(self._examine(patient), name="examination")

    async def close(self) -> None:
        """Break off what goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _examine(self, patient: Patient) -> None:
        async with asyncio.TaskGroup() as group:
            for check in self._checks:
                group.create_task(self._make(check, patient))
        self.ended_at = patient.clock()

    async def _make(self, check: Check, patient: Patient) -> None:
        self._found[check.name] = await make(check, patient)
        self.done += 1
