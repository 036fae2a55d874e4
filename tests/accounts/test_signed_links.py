from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from evosync.accounts.refusals import LinkVoid
from evosync.accounts.signed_links import LinkKind, Links
from evosync.db.accounts import User, UserStatus
from tests.accounts.stand import PUBLIC_URL, HandClock, token_in
from tests.builders import NOON

LIFETIMES = {
    LinkKind.CONFIRM: timedelta(hours=72),
    LinkKind.RESET: timedelta(hours=1),
    LinkKind.INVITE: timedelta(hours=48),
}
KEY, OLD_KEY, OLDER_KEY = b"newest", b"old", b"older"

ANNA = User(
    id=7,
    email="anna@example.com",
    name="Анна",
    status=UserStatus.ACTIVE,
    roles=("user",),
    created_at=NOON,
    password_hash="$argon2id$",
)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def links(clock: HandClock) -> Links:
    return made_by(clock, KEY)


def made_by(clock: HandClock, *keys: bytes) -> Links:
    """Make links with these keys, the newest first."""
    return Links(keys=keys, public_url=PUBLIC_URL, lifetimes=LIFETIMES, clock=clock)


def opens(links: Links, kind: LinkKind, token: str, user: User | None = ANNA) -> bool:
    """Tell whether a link still does something."""
    try:
        return links.check(kind, token, user) == user
    except LinkVoid:
        return False


@pytest.mark.parametrize("kind", LinkKind)
def test_a_link_leads_to_its_page_and_opens_for_its_account(kind: LinkKind, links: Links) -> None:
    link = links.make(kind, ANNA)
    assert link.startswith(f"{PUBLIC_URL}/{kind.value}?token=")
    assert links.read(kind, token_in(link)) == ANNA.id
    assert links.check(kind, token_in(link), ANNA) is ANNA


def test_a_link_tells_nothing_of_the_account_but_its_number(links: Links) -> None:
    for kind in LinkKind:
        assert "anna" not in links.make(kind, ANNA)
        assert "argon2" not in links.make(kind, ANNA)


@pytest.mark.parametrize("kind", LinkKind)
@pytest.mark.parametrize("other", LinkKind)
def test_a_link_opens_no_other_page(kind: LinkKind, other: LinkKind, links: Links) -> None:
    assert opens(links, other, token_in(links.make(kind, ANNA))) is (kind is other)


@pytest.mark.parametrize("kind", LinkKind)
def test_a_link_opens_for_nobody_else(kind: LinkKind, links: Links) -> None:
    token = token_in(links.make(kind, ANNA))
    assert not opens(links, kind, token, replace(ANNA, id=8))
    assert not opens(links, kind, token, None)


LATER = NOON + timedelta(minutes=5)
ALL, NONE = frozenset(LinkKind), frozenset[LinkKind]()


@pytest.mark.parametrize(
    ("change", "voided"),
    [
        pytest.param({"email": "anya@example.com"}, ALL, id="another e-mail"),
        pytest.param({"status": UserStatus.SUSPENDED}, ALL, id="suspended"),
        pytest.param({"new_email": "anya@example.com"}, {LinkKind.CONFIRM}, id="e-mail waits"),
        pytest.param({"email_confirmed_at": LATER}, {LinkKind.CONFIRM}, id="confirmed"),
        pytest.param({"password_hash": "$2$"}, {LinkKind.RESET, LinkKind.INVITE}, id="password"),
        pytest.param({"password_changed_at": LATER}, {LinkKind.RESET}, id="the same password"),
        pytest.param({"invited_at": LATER}, {LinkKind.INVITE}, id="invited again"),
        pytest.param({"name": "Аня"}, NONE, id="name"),
        pytest.param({"phone": "+79161234567"}, NONE, id="phone"),
        pytest.param({"last_login_at": LATER}, NONE, id="signed in"),
    ],
)
def test_what_a_link_would_change_voids_it_when_it_changes(
    change: dict[str, Any], voided: frozenset[LinkKind], links: Links
) -> None:
    changed = replace(ANNA, **change)
    left = {
        kind for kind in LinkKind if opens(links, kind, token_in(links.make(kind, ANNA)), changed)
    }
    assert left == ALL - voided


@pytest.mark.parametrize("kind", LinkKind)
def test_a_link_lasts_as_long_as_its_kind_does(
    kind: LinkKind, links: Links, clock: HandClock
) -> None:
    token = token_in(links.make(kind, ANNA))
    clock.at += LIFETIMES[kind]
    assert opens(links, kind, token)
    clock.move(seconds=1)
    for look in (lambda: links.read(kind, token), lambda: links.check(kind, token, ANNA)):
        with pytest.raises(LinkVoid, match="Срок этой ссылки вышел"):
            look()


@pytest.mark.parametrize(
    ("keys", "is_open"),
    [
        pytest.param((OLD_KEY,), True, id="the same"),
        pytest.param((KEY, OLD_KEY), True, id="replaced"),
        pytest.param((KEY, OLDER_KEY, OLD_KEY), True, id="replaced twice"),
        pytest.param((KEY,), False, id="forgotten"),
    ],
)
def test_a_replaced_key_still_opens_its_links(
    keys: Sequence[bytes], *, is_open: bool, clock: HandClock
) -> None:
    token = token_in(made_by(clock, OLD_KEY).make(LinkKind.RESET, ANNA))
    assert opens(made_by(clock, *keys), LinkKind.RESET, token) is is_open


def test_links_are_made_with_the_newest_key(clock: HandClock) -> None:
    token = token_in(made_by(clock, KEY, OLD_KEY).make(LinkKind.RESET, ANNA))
    assert opens(made_by(clock, KEY), LinkKind.RESET, token)
    assert not opens(made_by(clock, OLD_KEY), LinkKind.RESET, token)


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a.b.c", "WzcsIngiXQ", "я", "\0", "a" * 501, "<b>", "eyJ.eyJ.eyJ", "%00"],
)
def test_what_is_no_link_of_ours_is_told_in_one_sentence(token: str, links: Links) -> None:
    for kind in LinkKind:
        with pytest.raises(LinkVoid, match="Ссылка повреждена") as caught:
            links.read(kind, token)
        assert caught.value.code == "link_void"


@pytest.mark.parametrize("position", [0, 5, -2, -20])
def test_a_link_with_a_changed_letter_does_nothing(position: int, links: Links) -> None:
    token = list(token_in(links.make(LinkKind.INVITE, ANNA)))
    token[position] = "B" if token[position] == "A" else "A"
    with pytest.raises(LinkVoid):
        links.read(LinkKind.INVITE, "".join(token))


@pytest.mark.parametrize("content", [None, 7, [7], ["7", "state"], [7, "state", "more"], {}])
def test_what_our_key_signed_otherwise_does_nothing(content: Any, links: Links) -> None:
    token = links._serializer(LinkKind.RESET).dumps(content)
    with pytest.raises(LinkVoid, match="Ссылка повреждена"):
        links.read(LinkKind.RESET, str(token))
