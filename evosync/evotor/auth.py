"""The ways Evotor is known to take its token: its documents and its clients disagree."""

import re
from enum import StrEnum

from evosync.evotor.failures import dead_token

# A header takes visible ASCII only. Anything else is a slip of the clipboard,
# and the HTTP library would quote it in its error.
_SENDABLE = re.compile(r"[\x21-\x7e]+")


class Scheme(StrEnum):
    """One form of the header; the first is what Evotor documents today."""

    BEARER = "bearer"
    RAW = "raw"
    X_AUTHORIZATION = "x-authorization"


def authorization(token: str, scheme: Scheme) -> dict[str, str]:
    """Make the header that carries the token. Raises NeedsPerson if no header can."""
    if not _SENDABLE.fullmatch(token):
        raise dead_token("the token has characters that no header can carry")
    match scheme:
        case Scheme.BEARER:
            return {"Authorization": f"Bearer {token}"}
        case Scheme.RAW:
            return {"Authorization": token}
        case Scheme.X_AUTHORIZATION:
            return {"X-Authorization": token}
