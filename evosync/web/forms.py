"""What people type into forms, read and checked; each error is a sentence beside its field."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from wtforms import Field, Form, HiddenField, PasswordField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import StopValidation, ValidationError

from evosync.accounts.addresses import LONGEST_EMAIL, LONGEST_NAME, checked_email
from evosync.accounts.passwords import MAX_LENGTH, MIN_LENGTH, WeakPassword
from evosync.accounts.refusals import Refused, TooMany
from evosync.errors import EvoSyncError

_UNSEEN = "CZ"  # the great categories of Unicode: controls and marks of format, separators

# Marks that turn the text after them round, which no name needs (Unicode, UAX 9, section 2).
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

UNPROCESSABLE = 422
TOO_MANY = 429


class PageForm(Form):
    """The form of a page; its answer's number tells whether it was taken."""

    class Meta:
        """Messages of the library's own in Russian."""

        locales: ClassVar = ["ru"]

    status = 200
    headers: Mapping[str, str] = {}

    def checked(self) -> bool:
        """Tell whether everything typed is right."""
        if self.validate():
            return True
        self.status = UNPROCESSABLE
        return False

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Let the body act on what was typed; a refusal becomes a sentence of this form."""
        try:
            yield
        except (Refused, WeakPassword, TooMany) as error:
            self.tell(error)

    def tell(self, error: EvoSyncError) -> None:
        """Say why it was not taken: beside the field that it is about, else above all."""
        self.status = TOO_MANY if isinstance(error, TooMany) else UNPROCESSABLE
        if isinstance(error, TooMany):
            self.headers = {"Retry-After": str(error.wait_s)}
        name = _field_of(error)
        field = self._fields.get(name)
        if field is None:
            self.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]


F = TypeVar("F", bound=PageForm)


async def read_form(request: Request, kind: type[F], **known: Any) -> F:
    """Read what was sent; a file where a text is wanted counts as nothing."""
    sent = await sent_form(request)
    pairs = [(name, value) for name, value in sent.multi_items() if isinstance(value, str)]
    return kind(_Sent(pairs), **known)


async def sent_form(request: Request) -> FormData:
    """Read what was sent. Raises HTTPException 400 for what is no text: no page can show it.

    A form may name an encoding of its own, and some hold what UTF-8 does not.
    """
    try:
        sent = await request.form()
        for name, value in sent.multi_items():
            (name + value if isinstance(value, str) else name).encode()
    except UnicodeError:
        raise HTTPException(400) from None
    return sent


class Required:
    """Something must be typed; blanks are nothing."""

    field_flags: ClassVar = {"required": True}

    def __init__(self, message: str = "Заполните это поле.") -> None:
        self._message = message

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise StopValidation when there is nothing."""
        if not (field.data or "").strip():
            field.errors = []
            raise StopValidation(self._message)


class Line:
    """One line of visible characters, of at most so many."""

    def __init__(self, longest: int) -> None:
        self._longest = longest

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise StopValidation for what is longer, or holds what nobody sees."""
        text = field.data or ""
        if len(text) > self._longest:
            raise StopValidation(f"Слишком длинно: не больше {self._longest} знаков.")
        if any(unicodedata.category(each) in {"Cc", "Cs"} or each in _TURNING for each in text):
            raise StopValidation("Здесь есть невидимые знаки, уберите их.")


class Mailbox:
    """An e-mail, as far as its look tells."""

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise ValidationError for what cannot be one."""
        try:
            checked_email(field.data or "")
        except Refused as error:
            raise ValidationError(error.message) from None


def stripped(text: str | None) -> str | None:
    """Take the blanks around what was typed; marks that nobody sees are nothing by themselves."""
    if text is None:
        return None
    is_seen = any(unicodedata.category(each)[0] not in _UNSEEN for each in text)
    return text.strip() if is_seen else ""


def email_field(label: str = "Почта") -> Field:
    """Make a field for an e-mail."""
    checks = [Required("Укажите почту."), Line(LONGEST_EMAIL), Mailbox()]
    return StringField(label, checks, filters=[stripped])


def name_field(label: str = "Имя", *, is_needed: bool = True) -> Field:
    """Make a field for a person's name."""
    needed = [Required("Укажите имя.")] if is_needed else []
    return StringField(label, [*needed, Line(LONGEST_NAME)], filters=[stripped])


def password_field(label: str = "Пароль") -> Field:
    """Make a field for a password that there is already."""
    return PasswordField(label, [Required("Введите пароль."), Line(MAX_LENGTH)])


def new_password_field(label: str = "Новый пароль") -> Field:
    """Make a field for a password to be; `hash_password` says whether it is accepted."""
    hint = f"Не короче {MIN_LENGTH} знаков. Лучше всего фраза из нескольких слов."
    checks = [Required("Придумайте пароль."), Line(MAX_LENGTH)]
    return PasswordField(label, checks, description=hint)


def choices(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    """Make what a select offers of values and their words."""
    return [SelectChoice(value, words) for value, words in pairs]


def token_field() -> Field:
    """Make the hidden field that carries a one-time link's token on."""
    return HiddenField()


def _field_of(error: EvoSyncError) -> str:
    match error:
        case WeakPassword():
            return "password"
        case Refused(field=name):
            return name
        case _:
            return ""


class _Sent:
    """What was sent, in the shape that WTForms reads."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def getlist(self, name: str) -> list[str]:
        """Return all that was sent under a name."""
        return self._values.get(name, [])
