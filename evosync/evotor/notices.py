"""The bodies of Evotor's webhooks `/user/…`, read field by field; nothing of them is trusted.

Sources: Evotor's documentation of 2017 to 2019 (contract, 6.1 to 6.3).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

SYNTAX, FIELD, VALUE = 2001, 2002, 2003
APP_TOKEN, CREDENTIALS = 1001, 1006
OTHER_ACCOUNT, ACCOUNT_EXISTS = 2004, 2005
"""Evotor's codes of errors: what our answers may say."""

# Evotor's own pattern is ^\d{2}-\d{15}$; what differs a little is taken all the same.
_USER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST = 500  # characters of what a person typed
LONGEST_TOKEN = 2000  # characters

_SECRETS = re.compile(r"passw|token|secret|пароль", re.IGNORECASE)


class BadNotice(Exception):
    """A body that cannot be acted on: one of Evotor's codes, and the field that it is about."""

    def __init__(self, code: int, *, reason: str = "", subject: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason
        self.subject = subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A body that is an object, and the Evotor user that it is about."""

    user_id: str
    fields: Mapping[str, Any] = field(repr=False)

    def text(self, *names: str) -> str:
        """Return the first of some fields that holds a text; "" when none does."""
        for name in names:
            value = self.fields.get(name)
            if isinstance(value, str) and value.strip():
                return value.strip()[:LONGEST]
        return ""

    def needed(self, *names: str) -> str:
        """Return a text as `text` does, but as it stands. Raises BadNotice when there is none."""
        for name in names:
            value = self.fields.get(name)
            if isinstance(value, str) and value:
                if len(value) > LONGEST_TOKEN:
                    raise BadNotice(VALUE, reason="incorrect", subject=name)
                return value
            if value is not None:
                raise BadNotice(VALUE, reason="incorrect", subject=name)
        raise BadNotice(FIELD, reason="missing", subject=names[0])

    def needed_key(self, name: str) -> str:
        """Return a text that a header can carry. Raises BadNotice for anything else."""
        key = self.needed(name).strip()
        if not (key and key.isascii() and key.isprintable()) or " " in key:
            raise BadNotice(VALUE, reason="incorrect", subject=name)
        return key

    @property
    def email(self) -> str:
        """What stands where forms ask for an e-mail; "" when nothing does."""
        return self.text("email", "e-mail", "mail", "username", "login")

    @property
    def name(self) -> str:
        """What stands where forms ask for a name; "" when nothing does."""
        whole = self.text("name", "fullName", "fio", "firstName")
        return f"{whole} {self.text('lastName')}".strip()

    @property
    def phone(self) -> str:
        """What stands where forms ask for a phone; "" when nothing does."""
        return self.text("phone", "phoneNumber", "tel")


def read_notice(body: bytes) -> Notice:
    """Read a body; `userUuid` is the older name of `userId`. Raises BadNotice."""
    try:
        told = msgspec.json.decode(body)
        body.decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadNotice(SYNTAX) from None
    if not isinstance(told, dict):
        raise BadNotice(SYNTAX)
    name = "userId" if told.get("userId") is not None else "userUuid"
    user_id = told.get(name)
    if user_id is None:
        raise BadNotice(FIELD, reason="missing", subject="userId")
    if not isinstance(user_id, str) or not _USER_ID.fullmatch(user_id):
        raise BadNotice(VALUE, reason="incorrect", subject=name)
    return Notice(user_id=user_id, fields=told)


def without_secrets(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may be kept of a body: no password, no token, no long or deep value."""
    kept: dict[str, Any] = {}
    for name, value in list(fields.items())[:50]:
        if _SECRETS.search(name):
            continue
        short = value[:LONGEST] if isinstance(value, str) else value
        is_plain = isinstance(short, (str, int, float, bool)) or short is None
        kept[name[:100]] = short if is_plain else f"<{type(value).__name__}>"
    return kept
