"""Who a VK token belongs to, and whether it opens a community's market: the connection's check."""

from dataclasses import dataclass

import msgspec

from evosync.errors import NeedsPerson, TryLater
from evosync.vk.api import Param, VkApi
from evosync.vk.errors import BAD_PARAMETER, VkRefusal, error_of_request

# Invalid parameter, invalid group id (errors.json): of a short name that nobody has.
_NO_SUCH = frozenset({BAD_PARAMETER, 125})

MOST_COMMUNITIES = 1000  # groups.get, parameter "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class VkPerson:
    """The person whose token it is."""

    user_id: int
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """A VK community. `has_market` is None where VK does not tell; `short_name` may be ""."""

    community_id: int
    name: str
    short_name: str = ""
    has_market: bool | None = None


class _UserRow(msgspec.Struct):
    id: int
    first_name: str = ""
    last_name: str = ""


class _Market(msgspec.Struct):
    enabled: object = None


class _GroupRow(msgspec.Struct):
    id: int
    name: str = ""
    screen_name: str = ""
    is_admin: object = None  # 1 or 0; absent where VK does not tell
    market: _Market | None = None


class _Groups(msgspec.Struct):
    groups: list[_GroupRow]


class _GroupItems(msgspec.Struct):
    items: list[_GroupRow]


async def whoami(api: VkApi) -> VkPerson:
    """Return the person of the token. Raises NeedsPerson or TryLater."""
    answer = await _asked(api, "users.get", {})
    try:
        (row,) = msgspec.convert(answer, list[_UserRow])
    except ValueError:
        # A community's token gets an empty list: it stands for no person.
        raise NeedsPerson(
            "Это ключ не человека: ключ самого сообщества VK не подойдёт.", code="vk_not_person"
        ) from None
    return VkPerson(user_id=row.id, first_name=row.first_name, last_name=row.last_name)


async def community(api: VkApi, address: int | str) -> Community:
    """Return a community by its (positive) id or its short name.

    Raises NeedsPerson when there is none or the person does not administrate
    it, and as every call NeedsPerson or TryLater.
    """
    answer = await api.call("groups.getById", {"group_id": address, "fields": "market"})
    if isinstance(answer, VkRefusal):
        if answer.code in _NO_SUCH:
            raise _no_such_community(address)
        raise error_of_request(answer)
    try:
        rows = msgspec.convert(answer, _Groups).groups
    except msgspec.ValidationError:
        raise TryLater("VK не рассказал о сообществе. Попробуем позже.") from None
    for row in rows:
        if row.id == address or isinstance(address, str):
            if row.is_admin == 0:
                raise NeedsPerson(
                    f"У вас нет прав на товары сообщества «{row.name}».", code="vk_no_role"
                )
            return _community(row)
    raise _no_such_community(address)


async def communities(api: VkApi) -> list[Community]:
    """List the communities that the person administrates, at most 1,000; raises as every call."""
    asked: dict[str, Param] = {
        "filter": "admin",
        "extended": True,
        "fields": "market",
        "count": MOST_COMMUNITIES,
    }
    try:
        rows = msgspec.convert(await _asked(api, "groups.get", asked), _GroupItems).items
    except msgspec.ValidationError:
        raise TryLater("VK не рассказал о сообществах. Попробуем позже.") from None
    return [_community(row) for row in rows]


async def check_market(api: VkApi, community_id: int) -> None:
    """Read one item, to learn of missing rights or a market switched off.

    Raises NeedsPerson or TryLater.
    """
    await _asked(api, "market.get", {"owner_id": -community_id, "count": 1})


def _no_such_community(address: int | str) -> NeedsPerson:
    return NeedsPerson(f"Сообщества VK «{address}» нет.", code="no_such_community")


def _community(row: _GroupRow) -> Community:
    enabled = row.market.enabled if row.market else None
    return Community(
        community_id=row.id,
        name=row.name,
        short_name=row.screen_name,
        has_market=None if enabled is None else enabled in (1, True),
    )


async def _asked(api: VkApi, method: str, params: dict[str, Param]) -> object:
    answer = await api.call(method, params)
    if isinstance(answer, VkRefusal):
        raise error_of_request(answer)
    return answer
