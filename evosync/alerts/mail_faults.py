"""What a mail server refuses, as what to do about it."""

import re
import ssl

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPStatus,
    SMTPTimeoutError,
)

from evosync.errors import EvoSyncError, NeedsPerson, TryLater

CODE = "mail_failed"
OF_RECIPIENT = "mail_recipient"
"""The code of what is said of the recipient alone: other letters may go."""

UNREACHABLE = "mail_unreachable"
"""The code of a server that did not answer: no letter goes now."""

_UNSENT = "Письмо не отправлено: "

# Replies that want a name and a password, or others than were given: RFC 4954, section 6.
_WANTS_LOGIN = {530, 534, 535, 538}
# The part of a reply that is free of other people's words: RFC 3463.
_STATUS = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")


def fault_from(error: Exception) -> EvoSyncError:
    """Make our error of one that a library raised while a letter was on its way.

    Its cause is the kind of the error and the server's numbers: the server's
    words may quote the address.
    """
    if isinstance(error, SMTPRecipientsRefused):
        error = error.recipients[0]  # a letter has one
    code = OF_RECIPIENT if isinstance(error, SMTPRecipientRefused) else CODE
    if _is_to_be_repeated(error):
        why = "почтовый сервер не отвечает или просит подождать. Попробуйте позже."
        if not isinstance(error, SMTPResponseException):
            code = UNREACHABLE
        return TryLater(_sentence(why), code=code, cause=_cause_of(error))
    return NeedsPerson(_sentence(_why(error)), code=code, cause=_cause_of(error))


def unfit_address() -> NeedsPerson:
    """Make the error of an address that no letter can be sent to."""
    return NeedsPerson(
        _sentence("проверьте адрес получателя."), code=OF_RECIPIENT, cause="unfit address"
    )


def reason_in(message: str) -> str:
    """Return why the server did not do it, from an error's message, as a sentence of its own."""
    why = message.removeprefix(_UNSENT)
    return f"{why[:1].upper()}{why[1:]}"


def _sentence(why: str) -> str:
    return f"{_UNSENT}{why}"


def _is_to_be_repeated(error: Exception) -> bool:
    if _tls_error(error):
        return False
    if isinstance(error, SMTPResponseException):
        return 400 <= error.code < 500
    kinds = (SMTPConnectError, SMTPServerDisconnected, SMTPTimeoutError, OSError)
    return isinstance(error, kinds)


_LOGIN = "почтовый сервер не пустил. Проверьте SMTP_USER и SMTP_PASSWORD."
_BY_KIND: tuple[tuple[type[Exception], str], ...] = (
    (
        ssl.SSLCertVerificationError,
        "сертификату почтового сервера нельзя доверять. Проверьте SMTP_HOST.",
    ),
    (ssl.SSLError, "защищённого соединения не получилось. Проверьте SMTP_TLS и SMTP_PORT."),
    (SMTPAuthenticationError, _LOGIN),
    (SMTPRecipientRefused, "почтовый сервер не принял адрес получателя. Проверьте адрес."),
    (SMTPSenderRefused, "почтовый сервер не принял отправителя. Проверьте SMTP_FROM."),
    (SMTPResponseException, "почтовый сервер его не принял. Подробности в журнале."),
    (SMTPNotSupported, "почтовый сервер принимает адреса только из латинских букв."),
    (SMTPException, "почтовый сервер не умеет того, что просят SMTP_TLS и SMTP_USER."),
)
"""What is said of an error, by the first kind that it is of."""


def _why(error: Exception) -> str:
    if isinstance(error, SMTPResponseException) and error.code in _WANTS_LOGIN:
        return _LOGIN
    if isinstance(error, SMTPResponseException) and error.code == SMTPStatus.invalid_response:
        return "там отвечает не почтовый сервер. Проверьте SMTP_HOST и SMTP_PORT."
    told = _tls_error(error) or error
    for kind, sentence in _BY_KIND:
        if isinstance(told, kind):
            return sentence
    return "в нём есть то, чего в письме быть не может."


def _tls_error(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__
    return error


def _cause_of(error: Exception) -> str:
    words = [type(error).__name__]
    if isinstance(error, SMTPResponseException):
        words += [str(error.code), *_STATUS.findall(error.message)[:1]]
    return " ".join(words)
