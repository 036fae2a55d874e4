"""The answers by which the fake Evotor cloud says no."""

from collections.abc import Mapping


class Refusal(Exception):
    """A request ends with this status.

    `subject` and `reason` make the body of a 400, the only one whose shape is
    known; all other refusals have an empty body.
    """

    def __init__(
        self,
        status: int,
        *,
        subject: str = "",
        reason: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {subject} {reason}".strip())
        self.status = status
        self.subject = subject
        self.reason = reason
        self.headers = headers or {}


def invalid(subject: str, reason: str) -> Refusal:
    """Make the 400 that names one wrong field or parameter."""
    return Refusal(400, subject=subject, reason=reason)
