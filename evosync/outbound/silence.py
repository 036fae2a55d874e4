"""Why a service was silent, told from the chain of errors that its library raised (pure)."""

import socket
import ssl
from enum import StrEnum


class Silence(StrEnum):
    """What kept an answer from coming, by what somebody could do about it."""

    NAME = "name"  # nobody knows the host's name
    REFUSED = "refused"  # nothing listens there, or a firewall says no
    CERTIFICATE = "certificate"  # it is not trusted, or another host's
    TLS = "tls"  # no encrypted connection came about
    TIMEOUT = "timeout"
    OTHER = "other"


def why_silent(error: BaseException) -> Silence:
    """Tell it from an error and those that it came of.

    A chain may lead back into itself: a library that keeps an error and
    raises it again makes such a one.
    """
    found = Silence.OTHER
    cause: BaseException | None = error
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        match cause:
            case socket.gaierror() | UnicodeError():
                return Silence.NAME
            case ssl.SSLCertVerificationError():
                return Silence.CERTIFICATE
            case ssl.SSLError():
                return Silence.TLS
            case ConnectionRefusedError():
                return Silence.REFUSED
            case _ if isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__:
                found = Silence.TIMEOUT
            case _:
                pass
        cause = cause.__cause__ or cause.__context__
    return found
