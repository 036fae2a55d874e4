"""E-mail addresses and phones, as far as their look tells: what a person typed, or why not."""

import re

from evosync.accounts.refusals import Refused
from evosync.addresses import is_mailbox

LONGEST_EMAIL = 254  # characters (RFC 5321, erratum 1690)
LONGEST_NAME = 100  # characters

# E.164: a country's number and at most fifteen digits in all.
_PHONE = re.compile(r"\+[1-9]\d{9,14}")
_RUSSIAN = re.compile(r"[78](\d{10})")


def checked_email(text: str) -> str:
    """Return an e-mail without the blanks around it. Raises Refused with the reason."""
    email = text.strip()
    if len(email) > LONGEST_EMAIL:
        raise Refused(f"Адрес почты длиннее {LONGEST_EMAIL} знаков.", field="email")
    # Only a letter that arrives proves an address; this is what could be one at all.
    is_bare = email.isprintable() and not set(email) & set(' <>"')
    if not is_bare or not is_mailbox(email):
        raise Refused(f"«{email}» не похоже на адрес почты.", field="email")
    return email


def checked_phone(text: str) -> str:
    """Return a phone as +79161234567, however it was typed. Raises Refused with the reason."""
    digits = re.sub(r"[\s()-]", "", text)
    if russian := _RUSSIAN.fullmatch(digits):
        digits = f"+7{russian[1]}"
    if not digits.isascii() or not _PHONE.fullmatch(digits):
        raise Refused("Нужен номер вида +7 916 123-45-67.", field="phone")
    return digits
