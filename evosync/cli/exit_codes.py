"""The exit codes of every command, and which of them an error asks for (design: command line)."""

from evosync.errors import EvoSyncError, Misconfigured, NeedsPerson, TryLater

DONE = 0
FAILED = 1
USAGE = 2
HELD = 3
PERSON = 4
LATER = 5
PARTIAL = 6

_USAGE_CODES = frozenset({"unknown_email", "weak_password", "usage", "refused"})


def code_of_error(error: EvoSyncError) -> int:
    """Tell the exit code that an error asks for."""
    match error:
        # Room comes without a change of settings, and whoever starts us again should.
        case Misconfigured(code="no_room"):
            return LATER
        case Misconfigured():
            return USAGE
        case NeedsPerson():
            return PERSON
        case TryLater():
            return LATER
        case _:
            return USAGE if error.code in _USAGE_CODES else FAILED
