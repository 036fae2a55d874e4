"""What is asked for: by the timer or a command at once, by a button as a row that waits."""

from dataclasses import dataclass

from evosync.db.runs import Run, RunKind, RunTrigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for: whose run, of what kind, and by whom.

    `approve` is the digest of what an earlier run held, and a yes to it from
    the command line. `run_id` is the row that waits for it already, if
    somebody pressed a button; with `preview_id` it sends only what that
    preview showed.
    """

    user_id: int
    kind: RunKind
    trigger: RunTrigger
    approve: str | None = None
    run_id: int | None = None
    preview_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person's button asks for: whose run, of what kind, and by which account.

    With `preview_id` it sends only what that preview showed.
    """

    user_id: int
    kind: RunKind
    asked_by: int | None = None
    preview_id: int | None = None


def order_of(run: Run) -> Order:
    """Make the order of a run that waits as a row."""
    return Order(
        user_id=run.user_id,
        kind=run.kind,
        trigger=run.trigger,
        run_id=run.id,
        preview_id=run.preview_id,
    )
