"""How every form of the pages is filled so that it is taken. A new form, or field, needs its place.

Words in braces are those of `Stage.words`.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from evosync.db import connections
from evosync.db.connections import VkSignIn
from evosync.sandbox.shop import SHOP_TOKEN
from evosync.sandbox.world import COMMUNITY_ID, VK_TOKEN
from evosync.web import pages
from evosync.web.connector import KeyForm, VkKeyForm
from evosync.web.forms import PageForm
from evosync.web.pages import (
    admin_user,
    admin_user_new,
    confirm_email,
    forgot_password,
    invite,
    login,
    profile_delete,
    profile_edit,
    profile_password,
    profile_phone,
    register,
    resend_confirm,
    reset_password,
    setup,
    vk_community,
)
from evosync.web.sync_form import SyncForm
from tests.web.crowd import EMAILS, PASSWORD, Stage, Who
from tests.web.route_table import EDITED, NEW_PASSWORD, NEWCOMER, OPEN, PROVED
from tests.web.route_table_sync import SETTINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """A form, where and by whom it is sent, and what is in it."""

    kind: type[PageForm]
    at: str
    good: Mapping[str, str]
    who: Who = Who.ANONYMOUS
    settings: Mapping[str, str] = field(default_factory=dict)
    is_first: bool = False  # sent before there is any account
    needs_vk: bool = False  # sent by somebody who is signed in at VK

    def __str__(self) -> str:
        return self.at

    async def prepare(self, stage: Stage) -> None:
        """Let the stage be one where the form is taken."""
        stage.set(**self.settings)
        if self.is_first:
            rows = await stage.rows()
            kept = ("roles", "permissions", "role_permissions")
            await stage.restore({name: rows[name] if name in kept else [] for name in rows})
        if self.needs_vk:
            sealed, user = stage.desk.vault.seal(VK_TOKEN), await stage.user(self.who)
            sign_in = VkSignIn(user_id=user.id, sealed_token=sealed)
            await stage.database.write(connections.save_vk, sign_in, stage.desk.clock())

    def body(self, stage: Stage, **odd: bytes) -> bytes:
        """Write the form as browsers do; odd values are written already."""
        good = {name: each.format_map(stage.words) for name, each in self.good.items()}
        pairs = [urlencode({name: each}).encode() for name, each in good.items() if name not in odd]
        pairs += [quote(name).encode() + b"=" + each for name, each in odd.items()]
        return b"&".join(pairs)


_USER = Who.USER

FORMS = (
    FilledForm(kind=setup.SetupForm, at="/setup", good=NEWCOMER | {"key": "{key}"}, is_first=True),
    FilledForm(
        kind=login.LoginForm,
        at="/login",
        good={"email": EMAILS[_USER], "password": PASSWORD, "next": "/profile/edit"},
    ),
    FilledForm(kind=register.RegisterForm, at="/register", good=NEWCOMER, settings=OPEN),
    FilledForm(
        kind=confirm_email.ConfirmForm,
        at="/confirm-email",
        good={"token": "{confirm}", "password": PASSWORD},
    ),
    FilledForm(
        kind=resend_confirm.ResendForm, at="/resend-confirm", good={"email": EMAILS[Who.PENDING]}
    ),
    FilledForm(
        kind=forgot_password.ForgotForm, at="/forgot-password", good={"address": EMAILS[_USER]}
    ),
    FilledForm(
        kind=reset_password.ResetForm,
        at="/reset-password",
        good={"token": "{reset}", "password": NEW_PASSWORD},
    ),
    FilledForm(
        kind=invite.InviteForm,
        at="/invite",
        good={"token": "{invite}", "name": "Гость", "password": NEW_PASSWORD},
    ),
    FilledForm(
        kind=profile_edit.ProfileForm,
        at="/profile/edit",
        who=_USER,
        good={name: EDITED[name] for name in ("name", "email", "time_zone")} | PROVED,
    ),
    FilledForm(
        kind=profile_password.PasswordForm,
        at="/profile/change-password",
        who=_USER,
        good={"current": PASSWORD, "password": NEW_PASSWORD},
    ),
    FilledForm(
        kind=profile_delete.DeleteForm, at="/profile/delete", who=_USER, good={"password": PASSWORD}
    ),
    FilledForm(
        kind=profile_phone.PhoneForm,
        at="/profile/phone",
        who=_USER,
        good={"phone": "89161234567"} | PROVED,
    ),
    FilledForm(
        kind=profile_phone.CodeForm, at="/profile/phone?code", who=_USER, good={"code": "123456"}
    ),
    FilledForm(kind=KeyForm, at="/connections/evotor", who=_USER, good={"token": SHOP_TOKEN}),
    FilledForm(
        kind=VkKeyForm,
        at="/connections/vk",
        who=_USER,
        good={"token": VK_TOKEN, "community": f"vk.com/club{COMMUNITY_ID}"},
    ),
    FilledForm(
        kind=vk_community.CommunityForm,
        at="/vk/community",
        who=_USER,
        good={"community": str(COMMUNITY_ID)},
        needs_vk=True,
    ),
    FilledForm(
        kind=SyncForm,
        at="/sync/settings",
        who=_USER,
        good=SETTINGS | dict.fromkeys(("refresh_vk", "allow_marked", "allow_unknown_type"), "y"),
    ),
    FilledForm(
        kind=admin_user_new.InviteForm,
        at="/admin/users/new",
        who=Who.SYSTEM,
        good={"email": "newcomer@example.ru", "name": "Новый", "role": "admin"},
    ),
    FilledForm(
        kind=admin_user.EditForm, at="/admin/users/{another}/edit", who=Who.SYSTEM, good=EDITED
    ),
)


def forms_of_pages() -> set[type[PageForm]]:
    """Find the forms that the pages declare."""
    modules = [
        importlib.import_module(f"{pages.__name__}.{each.name}")
        for each in pkgutil.iter_modules(pages.__path__)
    ]
    return {
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, PageForm) and each is not PageForm
    }
