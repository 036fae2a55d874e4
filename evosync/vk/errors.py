"""VK's error codes, by what happens next."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import urlsplit

from evosync.engine.changes import ITEM_NOT_FOUND, NOT_SENT, RESTORE_TOO_LATE
from evosync.errors import EvoSyncError, NeedsPerson, Rest, TryLater


class Remedy(Enum):
    """What an error code asks of us."""

    REFUSED = auto()  # this one call is refused; nothing else is said by it
    AGAIN = auto()  # VK stumbled: the same call may succeed in a moment
    SLOW_DOWN = auto()  # over the quota of requests a second
    SHRINK = auto()  # too much in one execute
    SIGN_IN = auto()  # the access token is dead
    CAPTCHA = auto()
    CONFIRM = auto()  # the person has to open a page of VK
    RIGHT = auto()  # the token lacks the right to goods
    ROLE = auto()  # the person lacks the role in the community
    MARKET_OFF = auto()
    PARK = auto()  # VK wants minutes, hours or a day of rest
    ACCOUNT = auto()  # person, application or community are not what was connected
    MISTAKE = auto()  # our request is malformed in VK's eyes


# VK API schema 5.199 (errors.json): names and meanings. A code that is not
# listed is a refusal of that one call.
_CODES: Mapping[Remedy, frozenset[int]] = {
    Remedy.AGAIN: frozenset({1, 10}),
    Remedy.SLOW_DOWN: frozenset({6}),
    # 36 execution timed out; 13 runtime error, also said of answers above 5 MB.
    Remedy.SHRINK: frozenset({13, 36}),
    # 5 user, 27 community and 28 application authorization; 1114-1118
    # expired and anonymous tokens; 3609 token extension required.
    Remedy.SIGN_IN: frozenset({5, 27, 28, 1114, 1116, 1117, 1118, 3609}),
    Remedy.CAPTCHA: frozenset({14, 3300}),
    # 17 validation, 24 confirmation, 33xx phone, password, code, e-mail, 11500 CUA.
    Remedy.CONFIRM: frozenset({17, 24, 3301, 3302, 3303, 3304, 3305, 11500}),
    Remedy.RIGHT: frozenset({7}),
    # 15 access denied, 200 to an album, 203 to a community, 205 to its market.
    Remedy.ROLE: frozenset({15, 200, 203, 205}),
    Remedy.MARKET_OFF: frozenset({1438, 1525, 1526}),
    # 9 flood control, 29 rate limit, 43 section unavailable, 601 too many actions today.
    Remedy.PARK: frozenset({9, 29, 43, 601}),
    # 2, 11 application off, 18, 37, 3610 person deleted, banned or deactivated,
    # 20, 21 kind of application, 23 method disabled, 34, 35 client version,
    # 38-40 and 101, 113, 125 unknown application, user or group, 42 address not allowed.
    Remedy.ACCOUNT: frozenset(
        {2, 11, 18, 20, 21, 23, 34, 35, 37, 38, 39, 40, 42, 101, 113, 125, 3610}
    ),
    # 3 unknown method, 8 invalid request, 12 script does not compile, 9999 HTTP method.
    Remedy.MISTAKE: frozenset({3, 8, 12, 9999}),
}
_REMEDY = {code: remedy for remedy, codes in _CODES.items() for code in codes}

KNOWN_CODES = frozenset(
    {*_REMEDY, 22, 100, 104, 105, 113, 118, 121, 122, 129, 1518, 1536} | set(range(1400, 1440))
)
"""The codes that are met with goods, albums, pictures and people: all that may be told apart."""

# Subcodes of 15 that speak of the token or the application, not of the person's
# role: method and application type permission (errors.json).
_RIGHT_SUBCODES = frozenset({1133, 1134})

RUNTIME_ERROR = 13
ALREADY_IN_ALBUM = 1404
ALBUM_FULL = 1406
ALBUM_NOT_FOUND = 1402
ITEM_NOT_DELETED = 1518
BAD_PARAMETER = 100
UPLOAD_FAILED = 22

PHOTO_REFUSALS = frozenset({UPLOAD_FAILED, 105, 118, 121, 122, 129})
"""Upload and save failures, invalid server, hash, photo ids, photo: about the picture alone."""

# What says nothing lasting of a product although it refuses one call: an upload
# that failed, an item that is too long deleted or not found, and limits of albums.
_PASSING = frozenset(
    {UPLOAD_FAILED, 105, RESTORE_TOO_LATE, ALBUM_NOT_FOUND, ITEM_NOT_FOUND, ALBUM_FULL, 1407}
)

# Flood control, rate limit, too many actions today: the method has to rest.
_TO_PARK = frozenset({9, 29, 601})

# Errors of a whole request after which none of its calls was carried out, and
# errors of one call after which it may have been carried out all the same.
_SURELY_NOT_DONE = frozenset({NOT_SENT, 5, 8, 12, 1117})
_MAYBE_DONE = frozenset({1, 10, 36})


@dataclass(frozen=True, slots=True, kw_only=True)
class VkRefusal:
    """VK's "no" to a call: its code and its own words, free of secrets.

    `link` is the page of VK where a person can mend it, if VK named one; it
    may hold a session's secret, so it is shown to that person and never logged.
    `is_repeat` tells that the call had been sent before and may have been
    carried out then, whatever VK says now. `method` is what was called,
    `execute` when the refusal is of a whole request.
    """

    code: int
    message: str
    method: str = ""
    subcode: int | None = None
    link: str | None = None
    is_repeat: bool = False

    @property
    def remedy(self) -> Remedy:
        """What this code asks of us."""
        if self.code == 15 and self.subcode in _RIGHT_SUBCODES:
            return Remedy.RIGHT
        return _REMEDY.get(self.code, Remedy.REFUSED)

    @property
    def is_stop(self) -> bool:
        """Whether no further call can succeed before time passes or a person acts."""
        return self.code == NOT_SENT or self.remedy in _STOPS

    @property
    def is_surely_not_done(self) -> bool:
        """Whether, said of a whole request, it proves that nothing in it was carried out."""
        return self.code in _SURELY_NOT_DONE and not self.is_repeat

    @property
    def is_maybe_done(self) -> bool:
        """Whether, said of one call, it leaves open that the call was carried out."""
        return self.code in _MAYBE_DONE or (self.is_repeat and self.is_put_off)

    @property
    def is_put_off(self) -> bool:
        """Whether, said of one call, it only says "not now", nothing of the call itself."""
        return self.is_stop or self.remedy is Remedy.SLOW_DOWN

    @property
    def is_about_call(self) -> bool:
        """Whether it says something of this one call's data."""
        return self.code != NOT_SENT and self.remedy is Remedy.REFUSED

    @property
    def is_lasting(self) -> bool:
        """Whether the same data would be refused again."""
        return self.is_about_call and self.code not in _PASSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """No word on whether a call was carried out."""

    cause: str


_STOPS = frozenset(
    {
        Remedy.SIGN_IN,
        Remedy.CAPTCHA,
        Remedy.CONFIRM,
        Remedy.RIGHT,
        Remedy.ROLE,
        Remedy.MARKET_OFF,
        Remedy.PARK,
        Remedy.ACCOUNT,
    }
)

# Code of the problem list and sentence, for what only a person can mend.
_PERSON: Mapping[Remedy, tuple[str, str]] = {
    Remedy.SIGN_IN: (
        "connection_broken",
        "Нет связи с VK: ключ доступа больше не действует. Подключите VK заново.",
    ),
    Remedy.CAPTCHA: ("vk_captcha", "VK просит подтвердить, что вы не робот."),
    Remedy.CONFIRM: (
        "connection_broken",
        "VK просит подтвердить, что это вы. Откройте VK и выполните его просьбу.",
    ),
    Remedy.RIGHT: ("vk_no_right", "У ключа VK нет права «Товары» (market)."),
    Remedy.ROLE: ("vk_no_role", "У вас нет прав на товары сообщества."),
    Remedy.MARKET_OFF: ("vk_market_off", "В сообществе выключен раздел «Товары»."),
    Remedy.ACCOUNT: (
        "connection_broken",
        "Нет связи с VK: он не принимает этот ключ доступа, приложение или сообщество.",
    ),
}
_LATER: Mapping[Remedy, str] = {
    Remedy.PARK: "VK просит подождать. Продолжим позже.",
    Remedy.SLOW_DOWN: "VK просит подождать. Продолжим позже.",
    Remedy.AGAIN: "VK сейчас не справляется с запросом. Попробуем позже.",
    Remedy.SHRINK: "VK сейчас не справляется с запросом. Попробуем позже.",
}


def error_from(refusal: VkRefusal) -> EvoSyncError | None:
    """Turn an error of a whole request into what it means for the run.

    None when it refuses this one call only.
    """
    cause = f"VK error {refusal.code}: {refusal.message}"
    if refusal.remedy in _PERSON:
        code, sentence = _PERSON[refusal.remedy]
        return NeedsPerson(sentence, code=code, cause=cause, link=_safe_link(refusal.link))
    if refusal.remedy in _LATER:
        return TryLater(_LATER[refusal.remedy], code="vk_busy", cause=cause, rest=_rest(refusal))
    if refusal.remedy is Remedy.MISTAKE:
        return TryLater(
            f"VK не понял запрос EvoSync (код {refusal.code}).", code="vk_error", cause=cause
        )
    return None


def error_without_right() -> NeedsPerson:
    """Make the error of a token without the right to goods, where VK said so beforehand."""
    code, sentence = _PERSON[Remedy.RIGHT]
    return NeedsPerson(sentence, code=code, cause="scope without market")


def error_of_request(refusal: VkRefusal) -> EvoSyncError:
    """Turn a refusal of something that no run can do without into the end of the run."""
    return error_from(refusal) or TryLater(
        f"VK отказал: {refusal.message} (код {refusal.code}).",
        code="vk_error",
        cause=f"VK error {refusal.code}: {refusal.message}",
    )


def _rest(refusal: VkRefusal) -> Rest | None:
    if refusal.code not in _TO_PARK or not refusal.method:
        return None
    return Rest(method=refusal.method, code=refusal.code)


def _safe_link(link: str | None) -> str | None:
    # The link becomes a button on a page: nothing but a web address may stand there.
    try:
        return link if link and urlsplit(link).scheme == "https" else None
    except ValueError:  # such as half an IPv6 address
        return None
