"""`execute`: a script that makes up to 25 API calls in one request."""

from collections.abc import Mapping
from typing import Any

import msgspec

from evosync.sandbox.vk.call import Answer, Call
from evosync.sandbox.vk.dispatch import run_method
from evosync.sandbox.vk.faults import NO_FAULT, VkFault
from evosync.sandbox.vk.refusals import Refused, bad_parameter
from evosync.sandbox.vk.vkscript.evaluator import Limits, run_script
from evosync.sandbox.vk.vkscript.lexer import ScriptInvalid
from evosync.sandbox.vk.vkscript.parser import parse
from evosync.sandbox.vk.vkscript.values import ScriptFailed, weight_of


class BrokenOff(Exception):
    """The connection or the answer breaks in the midst of a script; `results` are of calls done."""

    def __init__(self, fault: VkFault, results: list[Answer]) -> None:
        super().__init__("the request broke off")
        self.fault = fault
        self.results = results


class _Enough(Exception):
    """As many calls are done as the request's fault lets through."""


class ScriptCalls:
    """The API as a script sees it: a failed call is `false`, and its error goes to a list.

    `fault` is the one that strikes the whole request; if there is none, the
    calls may be struck one by one.
    """

    def __init__(self, call: Call, fault: VkFault) -> None:
        self._call = call
        self._fault = fault
        self.made = 0
        self.delay_s = 0.0
        self.results: list[Answer] = []
        self.errors: list[dict[str, Any]] = []

    def __call__(self, method: str, params: Mapping[str, Any]) -> Answer:
        """One API call of the script."""
        if self.made == self._call.world.knobs.calls_per_execute:
            raise ScriptFailed("too many API calls")
        if self.made == self._fault.calls_done:
            raise _Enough
        self.made += 1
        fault = self._fault_of(method)
        self.delay_s += fault.delay_s
        result = self._result(method, params, fault)
        if fault.works:
            self.results.append(result)
        if fault.breaks_request:
            raise BrokenOff(fault, self.results)
        return result

    def _fault_of(self, method: str) -> VkFault:
        if self._fault is not NO_FAULT:
            return NO_FAULT
        return self._call.world.faults.for_call(method, self._call.token.bearer_id)

    def _result(self, method: str, params: Mapping[str, Any], fault: VkFault) -> Answer:
        try:
            result = (
                run_method(self._call, method, params, in_execute=True) if fault.works else None
            )
            fault.raise_error(self._call.now, self._call.token)
        except Refused as refused:
            if fault.whole:
                fault.raise_error(self._call.now)
            self._call.world.gate.errors[refused.code] += 1
            entry = {"method": method, "error_code": refused.code, "error_msg": refused.text}
            self.errors.append(entry)
            return False
        return result


def execute(call: Call, given: Mapping[str, str], calls: ScriptCalls) -> dict[str, Any]:
    """Run the parameter `code`; the other parameters are its `Args`.

    Returns the whole answer: `response`, and `execute_errors` when a call
    failed. Calls made before a script breaks off stay done. Raises Refused 12
    or 13, the error of a fault or BrokenOff.
    """
    if not given.get("code"):
        raise bad_parameter("code", "is undefined")
    knobs = call.world.knobs
    call.world.gate.admit_call("execute", writes=False)
    limits = Limits(
        operations=knobs.execute_operations,
        bytes=knobs.execute_answer_bytes,
        drops_missing=knobs.missing_projection == "dropped",
    )
    try:
        response = run_script(parse(given["code"]), calls, given, limits)
    except _Enough:
        response = calls.results
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
    return answer


def _check_size(response: Answer, limit: int) -> None:
    # The rough weight first: a value that holds itself cannot be encoded.
    if weight_of(response, limit) > limit or len(msgspec.json.encode(response)) > limit:
        raise Refused(13, "response size is too big")
