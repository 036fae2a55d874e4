"""The door of the API: finds a method, checks the token's rights and the parameters, runs it."""

from collections.abc import Mapping
from typing import Any

from evosync.sandbox.vk.call import Answer, Call, Method
from evosync.sandbox.vk.methods import albums, people, photos, reading, writing
from evosync.sandbox.vk.parameters import read_parameters
from evosync.sandbox.vk.refusals import METHOD_PERMISSION_DENIED, Refused
from evosync.sandbox.vk.tokens import check_alive
from evosync.sandbox.vk.world import VkWorld

_METHODS: dict[str, Method] = {
    method.name: method
    for family in (reading, writing, albums, people, photos)
    for method in family.METHODS
}
_REMOVED: dict[str, Method] = {method.name: method for method in photos.REMOVED_METHODS}


def find_method(world: VkWorld, name: str) -> Method | None:
    """A method by its exact name, if this VK has it."""
    method = _METHODS.get(name)
    if method is None and world.knobs.removed_photo_methods:
        method = _REMOVED.get(name)
    return method


def run_method(
    call: Call, name: str, given: Mapping[str, Any], *, in_execute: bool = False
) -> Answer:
    """Carry out one API call; raises Refused with VK's error."""
    method = find_method(call.world, name)
    if method is None or (in_execute and not method.in_execute):
        raise Refused(3)
    check_alive(call.world, call.token)  # it may have ended since this request was let in
    call.world.gate.admit_call(name, writes=method.writes)
    if call.token.kind not in method.tokens:
        raise Refused(27, f"method is unavailable with {call.token.kind} auth")
    if method.scope is not None and method.scope not in call.token.scopes:
        detail = "no access to call this method"
        raise Refused(15, detail, subcode=METHOD_PERMISSION_DENIED)
    return method.run(call, read_parameters(method.params, given))
