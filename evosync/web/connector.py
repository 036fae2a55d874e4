"""Acts on connections for whoever asks for a page, and the forms that a key is typed into."""

from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from wtforms import Field, Form, PasswordField, StringField
from wtforms.validators import StopValidation

from evosync.db.services import Service
from evosync.jobs.connecting import Connector
from evosync.vk.addresses import read_community
from evosync.web.auth import user_of, visit_of
from evosync.web.forms import Line, PageForm, Required, stripped
from evosync.web.state import state_of

LONGEST_KEY = 4000  # characters; VK promises no length (VK ID, access token), and its are about 220
LONGEST_ADDRESS = 200  # characters


class KeyLine:
    """What a header can carry: visible ASCII."""

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise StopValidation for anything else."""
        text = field.data or ""
        if not (text.isascii() and text.isprintable() and " " not in text):
            raise StopValidation("В ключе только латинские буквы, цифры и знаки, без пробелов.")


class CommunityLine:
    """A community: a number, a short name, a link."""

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise StopValidation for anything else."""
        if read_community(field.data or "") is None:
            raise StopValidation("Нужен адрес или номер сообщества, например vk.com/club1.")


def key_in(text: str | None) -> str | None:
    """Take a key out of the address that VK's older sign-in shows it in; else the text itself."""
    found = stripped(text)
    if found and "access_token=" in found:
        query = found.partition("#")[2] or found.partition("?")[2] or found
        return (parse_qs(query).get("access_token") or [found])[0]
    return found


class KeyForm(PageForm):
    """The key of an end. It is never shown again, not even to be mended."""

    token = PasswordField(
        "Ключ доступа",
        [Required("Вставьте ключ доступа."), Line(LONGEST_KEY), KeyLine()],
        filters=[key_in],
    )

    @property
    def key(self) -> str:
        """The key, once the form is checked."""
        return self.token.data or ""


class VkKeyForm(KeyForm):
    """The key of a person at VK, and the community it is for."""

    community = StringField(
        "Сообщество",
        [Required("Укажите сообщество."), Line(LONGEST_ADDRESS), CommunityLine()],
        filters=[stripped],
    )

    @property
    def address(self) -> int | str:
        """The community, once the form is checked."""
        return read_community(self.community.data or "") or 0


FORMS: dict[Service, type[KeyForm]] = {Service.EVOTOR: KeyForm, Service.VK: VkKeyForm}


def connector_of(request: Request) -> Connector:
    """Return what works on the ends of whoever asks."""
    state = state_of(request)
    return Connector(
        opened=state.opened, desk=state.desk, user=user_of(request), visit=visit_of(request)
    )


def service_in_path(request: Request) -> Service:
    """Return the end that an address names. Raises HTTPException 404 when it names none."""
    return service_of(request.path_params["service"])


def service_of(name: str) -> Service:
    """Return the end of a name. Raises HTTPException 404 when it is none."""
    if name not in set(Service):
        raise HTTPException(404)
    return Service(name)
