"""users.get and groups.*: who is behind a token, and what they administrate."""

from typing import Annotated

from msgspec import Meta, Struct

from evosync.sandbox.vk.answers import community_json, person_json
from evosync.sandbox.vk.call import Answer, Call, Method
from evosync.sandbox.vk.parameters import Natural, Positive
from evosync.sandbox.vk.refusals import Refused, bad_parameter
from evosync.sandbox.vk.state import Community

# The community token's rights, by the bits of VK's access rights page.
MANAGE = {"name": "manage", "setting": 1 << 18}


class GetUsers(Struct, frozen=True, kw_only=True):
    """Parameters of users.get; without ids it is about the token's person."""

    user_ids: Annotated[list[str], Meta(max_length=1000)] | None = None


class GetGroups(Struct, frozen=True, kw_only=True):
    """Parameters of groups.get."""

    user_id: Positive | None = None
    extended: bool = False
    filter: list[str] | None = None
    fields: list[str] | None = None
    offset: Natural = 0
    count: Annotated[int, Meta(ge=0, le=1000)] = 1000


class GetGroupsById(Struct, frozen=True, kw_only=True):
    """Parameters of groups.getById; ids may be written `club123`, or be short names."""

    group_ids: list[str] | None = None
    group_id: str = ""
    fields: list[str] | None = None


class Nothing(Struct, frozen=True, kw_only=True):
    """A method without parameters."""


def get_users(call: Call, params: GetUsers) -> Answer:
    """People by id; unknown ones are left out."""
    people = call.world.state.people
    if params.user_ids:
        wanted = [_number(user_id, "id") for user_id in params.user_ids]
    else:
        wanted = [call.token.bearer_id] if call.token.kind == "user" else []
    return [person_json(people[user_id]) for user_id in wanted if user_id in people]


def get_groups(call: Call, params: GetGroups) -> Answer:
    """Communities of the token's person, who is in those alone that they administrate."""
    if params.user_id not in {None, call.token.bearer_id}:
        raise Refused(15, "access to the groups list is denied")
    mine = [c for c in call.world.state.communities.values() if call.administers(c)]
    page = mine[params.offset : params.offset + params.count]
    if not params.extended:
        return {"count": len(mine), "items": [community.community_id for community in page]}
    return {"count": len(mine), "items": _communities_json(call, page, params.fields)}


def get_groups_by_id(call: Call, params: GetGroupsById) -> Answer:
    """Communities by id; a community token without ids asks about itself."""
    wanted = list(params.group_ids or []) or [params.group_id]
    if wanted == [""]:
        if call.token.kind == "user":
            raise bad_parameter("group_ids", "is undefined")
        wanted = [str(call.token.bearer_id)]
    known = call.world.state.communities
    named = {each.short_name: each.community_id for each in known.values() if each.short_name}
    ids = [named.get(group_id) or _number(group_id, "club") for group_id in wanted]
    found = [known[group_id] for group_id in ids if group_id in known]
    return {"groups": _communities_json(call, found, params.fields), "profiles": []}


def get_token_permissions(_call: Call, _params: Nothing) -> Answer:
    """The rights of a community token."""
    return {"mask": MANAGE["setting"], "permissions": [dict(MANAGE)]}


def _communities_json(
    call: Call, communities: list[Community], fields: list[str] | None
) -> list[Answer]:
    return [community_json(call, community, fields=fields or []) for community in communities]


def _number(text: str, prefix: str) -> int:
    digits = text.removeprefix(prefix)
    return int(digits) if digits.isdecimal() else 0


METHODS = (
    Method(name="users.get", params=GetUsers, run=get_users, tokens=frozenset({"user", "group"})),
    Method(name="groups.get", params=GetGroups, run=get_groups, scope="groups"),
    Method(
        name="groups.getById",
        params=GetGroupsById,
        run=get_groups_by_id,
        tokens=frozenset({"user", "group"}),
    ),
    Method(
        name="groups.getTokenPermissions",
        params=Nothing,
        run=get_token_permissions,
        tokens=frozenset({"group"}),
    ),
)
