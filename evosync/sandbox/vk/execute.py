"""`execute`: a script that makes up to 25 API calls in one request."""

from collections.abc import Mapping
from typing import Any

import msgspec

from evosync.sandbox.vk.call import Answer, Call
from evosync.sandbox.vk.dispatch import run_method
from evosync.sandbox.vk.refusals import Refused, bad_parameter
from evosync.sandbox.vk.vkscript.evaluator import Limits, run_script
from evosync.sandbox.vk.vkscript.lexer import ScriptInvalid
from evosync.sandbox.vk.vkscript.parser import parse
from evosync.sandbox.vk.vkscript.values import ScriptFailed, weight_of


class ScriptCalls:
    """The API as a script sees it: a failed call is `false`, and its error goes to a list."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.made = 0
        self.errors: list[dict[str, Any]] = []

    def __call__(self, method: str, params: Mapping[str, Any]) -> Answer:
        """One API call of the script."""
        if self.made == self._call.world.knobs.calls_per_execute:
            raise ScriptFailed("too many API calls")
        self.made += 1
        try:
            return run_method(self._call, method, params, in_execute=True)
        except Refused as refused:
            self._call.world.gate.errors[refused.code] += 1
            entry = {"method": method, "error_code": refused.code, "error_msg": refused.text}
            self.errors.append(entry)
            return False


def execute(call: Call, given: Mapping[str, str]) -> tuple[dict[str, Any], int]:
    """Run the parameter `code`; the other parameters are its `Args`.

    Returns the whole answer (`response`, and `execute_errors` when a call
    failed) and the number of API calls made. Calls made before a script
    breaks off stay done. Raises Refused 12 or 13.
    """
    if not given.get("code"):
        raise bad_parameter("code", "is undefined")
    knobs = call.world.knobs
    call.world.gate.admit_call("execute", writes=False)
    calls = ScriptCalls(call)
    limits = Limits(
        operations=knobs.execute_operations,
        bytes=knobs.execute_answer_bytes,
        drops_missing=knobs.missing_projection == "dropped",
    )
    try:
        response = run_script(parse(given["code"]), calls, given, limits)
    except ScriptInvalid as error:
        raise Refused(12, str(error)) from None
    except ScriptFailed as error:
        raise Refused(13, str(error)) from None
    _check_size(response, knobs.execute_answer_bytes)
    answer: dict[str, Any] = {"response": response}
    if calls.errors:
        answer["execute_errors"] = calls.errors
        if knobs.trailing_execute_error:
            calls.errors.append(calls.errors[-1] | {"method": "execute"})
    return answer, calls.made


def _check_size(response: Answer, limit: int) -> None:
    # The rough weight first: a value that holds itself cannot be encoded.
    if weight_of(response, limit) > limit or len(msgspec.json.encode(response)) > limit:
        raise Refused(13, "response size is too big")
