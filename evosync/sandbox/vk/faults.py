"""What is to go wrong with the next calls to the fake VK, beside what may befall any answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Literal

from evosync.sandbox.faults import Fault, Faults
from evosync.sandbox.vk.refusals import Captcha, Refused, person_needed
from evosync.sandbox.vk.state import Token

EXECUTE = "execute"
UPLOAD = "upload"  # stands for a post to the upload host, which is no method
ANYTHING = "*"
TOKEN_DEATHS: tuple[Literal[5, 27, 1117], ...] = (5, 27, 1117)


@dataclass(frozen=True, slots=True, kw_only=True)
class VkFault(Fault):
    """One trouble for the next calls of some methods.

    It strikes whole requests, and the calls inside an `execute` that no fault
    struck as a whole. Such a call fails alone if the fault is an `error`; a
    status, a cut, a drop or a hang is the end of the whole request, the calls
    before it being done.

    Attributes:
        method: a pattern such as `market.*`; `upload` is a post to the upload
            host. `*` is any request, but no call inside one.
        bearer_id: the user or community whose calls it strikes; None: any's.
        error: the error_code to answer with, HTTP 200 as always.
        detail: what follows the standard text of that error.
        subcode: its error_subcode.
        captcha: how an error 14 looks; see `Captcha`.
        calls_done: of an `execute`, how many calls inside are carried out
            before the fault strikes; it then strikes no other request.
        whole: an error of a call inside is that of the whole `execute`, which
            ends there.
        ends_token: the token is refused with this error from now on.
        for_s: seconds of the world's clock, from its adding on, in which the
            fault strikes any number of times; `times` then does not count.
        until: the moment at which it stops, unix seconds.

    """

    method: str = ANYTHING
    bearer_id: int | None = None
    error: int | None = None
    detail: str = ""
    subcode: int | None = None
    captcha: Captcha = "new"
    calls_done: int | None = None
    whole: bool = False
    ends_token: bool = False
    for_s: float | None = None
    until: float | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no sense; raises ValueError."""
        Fault.__post_init__(self)
        if self.error is not None and self.breaks_request:
            raise ValueError("error excludes status, drop, hang and cut")
        if self.error is None and (self.whole or self.detail or self.subcode is not None):
            raise ValueError("whole, detail and subcode need an error")
        if self.ends_token and self.error not in TOKEN_DEATHS:
            raise ValueError(f"ends_token needs one of the errors {TOKEN_DEATHS}")
        if self.calls_done is not None:
            if self.calls_done < 0:
                raise ValueError("calls_done must not be negative")
            if self.error is None and not self.breaks_request:
                raise ValueError("calls_done needs an error, a status, a drop, a hang or a cut")
        if self.for_s is not None and self.for_s <= 0:
            raise ValueError("for_s must be more than 0")

    @property
    def works(self) -> bool:
        """Whether the call that it strikes is carried out."""
        return self.after_work or self.cut or (self.error is None and not self.replaces_answer)

    @property
    def breaks_request(self) -> bool:
        """Whether the HTTP answer is not the right one."""
        return self.replaces_answer or self.cut

    def raise_error(self, now: float, token: Token | None = None) -> None:
        """Raise Refused with the error, if there is one; a token that ends by it is over."""
        if self.error is None:
            return
        if self.ends_token and token is not None:
            token.expired, token.expired_code = True, self.error
        extra = person_needed(self.error, self.captcha, now)
        raise Refused(self.error, self.detail, subcode=self.subcode, extra=extra)


NO_FAULT = VkFault()


class VkFaults(Faults[VkFault]):
    """The troubles of one fake VK."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(VkFault)
        self._clock = clock

    def add(self, fault: VkFault) -> None:
        """Let a fault wait behind the others."""
        if fault.for_s is not None:
            fault = replace(fault, times=None, for_s=None, until=self._clock() + fault.for_s)
        if fault.calls_done is not None:
            fault = replace(fault, after_work=True)
        super().add(fault)

    def for_request(self, method: str, bearer_id: int | None) -> VkFault:
        """Take the fault that strikes this whole request; else NO_FAULT."""
        return self._taken(
            method,
            bearer_id,
            lambda fault: fault.calls_done is None or method == EXECUTE,
        )

    def for_call(self, method: str, bearer_id: int) -> VkFault:
        """Take the fault that strikes this call inside an `execute`; else NO_FAULT."""
        return self._taken(
            method,
            bearer_id,
            lambda fault: fault.calls_done is None and fault.method != ANYTHING,
        )

    def _taken(
        self, method: str, bearer_id: int | None, fits: Callable[[VkFault], bool]
    ) -> VkFault:
        now = self._clock()
        found = self.take(
            lambda fault: (
                fnmatchcase(method, fault.method)
                and fault.bearer_id in {None, bearer_id}
                and (fault.until is None or now < fault.until)
                and fits(fault)
            )
        )
        return found or NO_FAULT
